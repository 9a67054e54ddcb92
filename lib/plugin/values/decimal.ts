import { KilnError } from '../../errors';

const PATTERN = /^([+-]?)(\d+)(?:\.(\d*))?(?:[eE]([+-]?\d{1,9}))?$/;
/** Beyond this many zeros a number is written with an exponent. */
const PLAIN_ZEROS = 400;

/** An exact decimal number of any size: `coefficient` times ten to the power of `exponent`. */
export class Decimal {
  private constructor(
    /** Never a multiple of ten, except zero itself. */
    readonly coefficient: bigint,
    readonly exponent: number,
  ) {}

  /**
   * Makes a decimal from a text such as `-12.5e3`, from a bigint, or from the shortest decimal that a JS number
   * prints as (0.1 becomes exactly 0.1). Throws `plugin.not-a-number` for anything else.
   */
  static from(value: string | number | bigint): Decimal {
    const match = PATTERN.exec(String(value));
    if (match === null) {
      throw new KilnError(`'${value}' is not a decimal number; write one such as 12 or -0.5e3`, {
        code: 'plugin.not-a-number',
      });
    }
    const [, sign, whole = '', fraction = '', power = '0'] = match;
    const digits = `${whole}${fraction}`.replace(/^0+(?=\d)/, '');
    const significant = digits.replace(/0+$/, '');
    if (significant === '') return new Decimal(0n, 0);
    const exponent = Number(power) - fraction.length + (digits.length - significant.length);
    return new Decimal(BigInt(`${sign === '-' ? '-' : ''}${significant}`), exponent);
  }

  /** The exact value of a JS number: 0.1 becomes 0.1000000000000000055511151231257827021181583404541015625. */
  static fromDouble(value: number): Decimal {
    if (Number.isInteger(value)) return Decimal.from(BigInt(value));
    let scaled = value;
    let twos = 0;
    while (!Number.isInteger(scaled)) {
      scaled *= 2;
      twos += 1;
    }
    // value = scaled / 2^twos = scaled * 5^twos / 10^twos
    return Decimal.from(`${BigInt(scaled) * 5n ** BigInt(twos)}e-${twos}`);
  }

  isInteger(): boolean {
    return this.exponent >= 0;
  }

  equals(other: Decimal): boolean {
    return this.coefficient === other.coefficient && this.exponent === other.exponent;
  }

  /** The nearest JS number; compare with {@link equals} where it must be exact. */
  toNumber(): number {
    return Number(`${this.coefficient}e${this.exponent}`);
  }

  /** The integer it is. Throws `plugin.not-an-integer` where there is a fraction. */
  toBigInt(): bigint {
    if (this.isInteger()) return this.coefficient * 10n ** BigInt(this.exponent);
    throw new KilnError(`${this} is not a whole number`, { code: 'plugin.not-an-integer' });
  }

  /** Plain digits, or an exponent where there would be hundreds of zeros. */
  toString(): string {
    const sign = this.coefficient < 0n ? '-' : '';
    const digits = String(this.coefficient < 0n ? -this.coefficient : this.coefficient);
    if (Math.abs(this.exponent) > PLAIN_ZEROS) return `${sign}${digits}e${this.exponent}`;
    if (this.exponent >= 0) return `${sign}${digits}${'0'.repeat(this.exponent)}`;
    const padded = digits.padStart(1 - this.exponent, '0');
    return `${sign}${padded.slice(0, this.exponent)}.${padded.slice(this.exponent)}`;
  }

  toJSON(): string {
    return this.toString();
  }
}
