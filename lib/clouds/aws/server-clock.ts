/** The time at AWS, as far as answers tell: times that AWS gives are compared with it, since this machine's clock may be wrong. */
export class ServerClock {
  private offsetMs = 0;

  /** @param date an answer's header `Date`, in whole seconds */
  heard(date: string | undefined, now: number = Date.now()): void {
    const time = date === undefined ? Number.NaN : Date.parse(date);
    if (!Number.isNaN(time)) this.offsetMs = time - now;
  }

  /** Milliseconds since 1970; behind by up to a second. */
  now(now: number = Date.now()): number {
    return now + this.offsetMs;
  }
}
