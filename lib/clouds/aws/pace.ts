import { cancelled } from './aws-error';

const FIRST = 16;
/** A put that takes longer waits for the line, not for EBS, which answers in 0.1 s; more at a time would only wait longer. */
const SLOW_MS = 2_000;
/** Faults of one moment are one sign, however many requests meet it. */
const ONE_SIGN_MS = 1_000;

/**
 * How many requests may be under way. Starts in the middle and doubles with each round of quick answers; halves when asked
 * to slow down or when answers stay out, then grows by one a round. So a fast line is filled within a second, and on a slow one
 * a block is not timed out because 63 others share the line with it.
 */
export class Pace {
  private limit: number;
  private active = 0;
  private hasFaltered = false;
  private faltered = Number.NEGATIVE_INFINITY;
  private readonly waiting: (() => void)[] = [];

  constructor(private readonly most: number) {
    this.limit = Math.min(FIRST, most);
  }

  /** How many may be under way now. */
  get current(): number {
    return Math.floor(this.limit);
  }

  /** Runs the work when there is room. @throws KilnError `aws.cancelled` where the signal ended it meanwhile */
  async run<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    while (this.active >= this.current) await new Promise<void>((resolve) => this.waiting.push(resolve));
    this.active++;
    try {
      if (signal.aborted) throw cancelled();
      return await work();
    } finally {
      this.active--;
      this.wake();
    }
  }

  /** An answer came after so many ms. */
  succeeded(ms: number): void {
    if (ms <= SLOW_MS) this.limit = Math.min(this.most, this.limit + (this.hasFaltered ? 1 / this.limit : 1));
  }

  /** AWS asked to slow down, or an answer did not come in time. */
  falter(now: number = performance.now()): void {
    if (now - this.faltered < ONE_SIGN_MS) return;
    this.faltered = now;
    this.hasFaltered = true;
    this.limit = Math.max(1, this.limit / 2);
  }

  private wake(): void {
    for (let room = this.current - this.active; room > 0; room--) this.waiting.shift()?.();
  }
}
