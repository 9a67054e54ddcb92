import { KilnError } from '../errors';

const KIB = 1024;
const MIB = KIB * 1024;
const GIB = MIB * 1024;

/** An amount of memory or disk, in binary units. */
export class Size {
  /** @throws KilnError `units.size` unless `amount` is a whole number above 0 */
  static kibibytes(amount: number): Size {
    return new Size(checked(amount, 'KiB') * KIB);
  }

  /** @throws KilnError `units.size` unless `amount` is a whole number above 0 */
  static mebibytes(amount: number): Size {
    return new Size(checked(amount, 'MiB') * MIB);
  }

  /** @throws KilnError `units.size` unless `amount` is a whole number above 0 */
  static gibibytes(amount: number): Size {
    return new Size(checked(amount, 'GiB') * GIB);
  }

  private constructor(private readonly bytes: number) {}

  toBytes(): number {
    return this.bytes;
  }

  /** MiB, with a fraction where there is one. */
  toMebibytes(): number {
    return this.bytes / MIB;
  }

  /** `512 KiB`, `64 MiB`, `1.5 GiB`. */
  toString(): string {
    if (this.bytes >= GIB) return `${this.bytes / GIB} GiB`;
    return this.bytes >= MIB ? `${this.bytes / MIB} MiB` : `${this.bytes / KIB} KiB`;
  }
}

function checked(amount: number, unit: string): number {
  if (Number.isSafeInteger(amount) && amount > 0) return amount;
  throw new KilnError(`a size of ${amount} ${unit} is not possible; give a whole number above 0`, {
    code: 'units.size',
  });
}
