import { KilnError } from '../../lib/errors';

const BITS = 32;

/** A range of IPv4 addresses, such as 10.0.0.0/16. */
export class Cidr {
  /**
   * @param what names the value in errors: `'cidr'`
   * @throws KilnError `constructs.network` for what is no range, or does not begin where a range of its size can
   */
  static parse(text: string, what: string): Cidr {
    const [, address = '', bits = ''] = /^([\d.]+)\/(\d{1,2})$/.exec(text) ?? [];
    const first = tryParseAddress(address);
    const prefix = Number(bits);
    if (first === undefined || bits === '' || prefix > BITS) {
      throw refusal(
        `${what} is ${JSON.stringify(text)}; give a range of IPv4 addresses, such as '10.0.0.0/16'`,
      );
    }
    const cidr = new Cidr(first - (first % 2 ** (BITS - prefix)), prefix);
    if (cidr.first === first) return cidr;
    throw refusal(
      `${what} is '${text}', whose first address is no beginning of a range; '${cidr}' is the one around it`,
    );
  }

  private constructor(
    /** As a number, so that ranges can be compared. */
    readonly first: number,
    /** Bits that all addresses have in common. */
    readonly prefix: number,
  ) {}

  /** Number of addresses. */
  get size(): number {
    return 2 ** (BITS - this.prefix);
  }

  get last(): number {
    return this.first + this.size - 1;
  }

  /** The `index`th of the equal parts that have `prefix` bits in common. The caller sees to it that there is one. */
  part(prefix: number, index: number): Cidr {
    return new Cidr(this.first + index * 2 ** (BITS - prefix), prefix);
  }

  contains(other: Cidr): boolean {
    return this.first <= other.first && other.last <= this.last;
  }

  overlaps(other: Cidr): boolean {
    return this.first <= other.last && other.first <= this.last;
  }

  toString(): string {
    return `${formatAddress(this.first)}/${this.prefix}`;
  }
}

/** An IPv4 address as a number; undefined for what is none, or is written with zeros in front, which some read as octal. */
export function tryParseAddress(text: string): number | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255)) {
    return undefined;
  }
  return parts.reduce((sum, part) => sum * 256 + Number(part), 0);
}

export function formatAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
}

function refusal(message: string): KilnError {
  return new KilnError(message, { code: 'constructs.network' });
}
