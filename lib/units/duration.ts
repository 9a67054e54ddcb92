import { KilnError } from '../errors';

/** A length of time. Made by a factory that names the unit, so no number goes without one. */
export class Duration {
  static readonly ZERO = new Duration(0);

  /** @throws KilnError `units.duration` unless `amount` is finite and at least 0 */
  static milliseconds(amount: number): Duration {
    return new Duration(checked(amount, 'milliseconds'));
  }

  /** @throws KilnError `units.duration` unless `amount` is finite and at least 0 */
  static seconds(amount: number): Duration {
    return new Duration(checked(amount, 'seconds') * 1000);
  }

  /** @throws KilnError `units.duration` unless `amount` is finite and at least 0 */
  static minutes(amount: number): Duration {
    return new Duration(checked(amount, 'minutes') * 60_000);
  }

  private constructor(private readonly ms: number) {}

  /** Whole milliseconds, rounded. */
  toMilliseconds(): number {
    return Math.round(this.ms);
  }

  /** Seconds, with a fraction where there is one. */
  toSeconds(): number {
    return this.ms / 1000;
  }

  isZero(): boolean {
    return this.ms === 0;
  }

  /** `250 ms`, `10 s`, `1.5 min`. */
  toString(): string {
    if (this.ms < 1000) return `${this.ms} ms`;
    return this.ms < 60_000 ? `${this.ms / 1000} s` : `${this.ms / 60_000} min`;
  }
}

function checked(amount: number, unit: string): number {
  if (typeof amount === 'number' && Number.isFinite(amount) && amount >= 0) return amount;
  throw new KilnError(`a duration of ${amount} ${unit} is not possible; give a number of 0 or more`, {
    code: 'units.duration',
  });
}
