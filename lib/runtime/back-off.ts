const FIRST_MS = 100;
const LAST_MS = 30_000;
/** Healthy for this long, an instance has recovered: its next failure is its first. */
const RECOVERED_MS = 60_000;
/** So many failures in a row are a loop. */
const LOOP = 3;

/** How long to wait before an instance that ended is started again: 100 ms, doubling to 30 s. */
export class BackOff {
  private failures = 0;
  private healthySince: number | null = null;

  /** To be called at each end; returns the wait in ms. */
  next(now: number = Date.now()): number {
    if (this.healthySince !== null && now - this.healthySince >= RECOVERED_MS) this.failures = 0;
    this.healthySince = null;
    this.failures++;
    return Math.min(LAST_MS, FIRST_MS * 2 ** Math.min(this.failures - 1, 20));
  }

  healthy(now: number = Date.now()): void {
    this.healthySince = now;
  }

  /** True while it keeps ending; false again after a minute of health. */
  get isLooping(): boolean {
    const recovered = this.healthySince !== null && Date.now() - this.healthySince >= RECOVERED_MS;
    return this.failures >= LOOP && !recovered;
  }

  get justBeganToLoop(): boolean {
    return this.failures === LOOP;
  }
}
