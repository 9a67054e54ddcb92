/** Answers come late by more than this only where this machine's clock was set. */
const SET_MS = 60_000;

/** The time at AWS, as far as answers tell: times that AWS gives are compared with it, since this machine's clock may be wrong. */
export class ServerClock {
  private offsetMs: number | undefined;

  /** @param date an answer's header `Date`, in whole seconds */
  heard(date: string | undefined, now: number = Date.now()): void {
    const time = date === undefined ? Number.NaN : Date.parse(date);
    if (Number.isNaN(time)) return;
    // Seconds are cut off and answers are under way for a while: all say too little, and who says most is nearest.
    const offset = time - now;
    const known = this.offsetMs ?? offset;
    this.offsetMs = known - offset > SET_MS ? offset : Math.max(known, offset);
  }

  /** Milliseconds since 1970; behind by up to a second at first, then by less and less. */
  now(now: number = Date.now()): number {
    return now + (this.offsetMs ?? 0);
  }
}
