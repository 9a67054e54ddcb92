/** The fake's own time, which only steps move: a slow machine makes it slow, never different. */
export class Clock {
  private readonly start = Date.now();
  private passed = 0;

  /** Milliseconds since 1970, as of the last step. */
  get now(): number {
    return this.start + this.passed;
  }

  pass(ms: number): void {
    this.passed += ms;
  }
}

export function isoTime(time: number): string {
  return new Date(time).toISOString();
}
