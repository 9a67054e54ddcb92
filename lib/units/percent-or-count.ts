import { KilnError } from '../errors';

/** What users write: `1` is one instance, `'25%'` a quarter of them. */
export type PercentOrCountInput = number | `${number}%`;

/** A number of instances, given as a count or as a share of the desired number. */
export class PercentOrCount {
  /**
   * Reads `2` or `'25%'`.
   * @throws KilnError `units.percent-or-count` for anything but a whole number of 0 or more, or 0% to 100%
   */
  static parse(input: PercentOrCountInput | string): PercentOrCount {
    if (typeof input === 'number' && Number.isSafeInteger(input) && input >= 0) {
      return new PercentOrCount(input, false);
    }
    const match = typeof input === 'string' ? /^(\d{1,3})%$/.exec(input) : null;
    const percent = match ? Number(match[1]) : Number.NaN;
    if (percent <= 100) return new PercentOrCount(percent, true);
    const count = typeof input === 'string' && /^\d{1,6}$/.test(input) ? Number(input) : Number.NaN;
    if (count >= 0) return new PercentOrCount(count, false);
    throw new KilnError(
      `${JSON.stringify(input)} is neither a number of instances nor a share of them; ` +
        "give a whole number such as 1 or a percentage from '0%' to '100%'",
      { code: 'units.percent-or-count' },
    );
  }

  private constructor(
    private readonly amount: number,
    readonly isPercent: boolean,
  ) {}

  /** True when it can never amount to one instance. */
  isZero(): boolean {
    return this.amount === 0;
  }

  /** Instances out of `total`, a share rounded up (how surge is rounded). */
  roundedUp(total: number): number {
    return this.isPercent ? Math.ceil((total * this.amount) / 100) : this.amount;
  }

  /** Instances out of `total`, a share rounded down (how unavailability is rounded). */
  roundedDown(total: number): number {
    return this.isPercent ? Math.floor((total * this.amount) / 100) : this.amount;
  }

  /** `2` or `25%`: what {@link parse} reads. */
  toString(): string {
    return this.isPercent ? `${this.amount}%` : `${this.amount}`;
  }
}
