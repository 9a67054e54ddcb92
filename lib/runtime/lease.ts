/**
 * Ties a rollout to those who wait for it. While at least one holds it all is well; when nobody has for a while, it is
 * lost, once.
 */
export class Lease {
  private holders = 0;
  private timer: NodeJS.Timeout | undefined;
  private ended = false;

  /** @param graceMs how long nobody may hold it; begins now */
  constructor(
    private readonly graceMs: number,
    private readonly onLost: () => void,
  ) {
    this.startTimer();
  }

  get isHeld(): boolean {
    return this.holders > 0;
  }

  /** @returns what gives it back; only the first call counts */
  hold(): () => void {
    this.holders++;
    clearTimeout(this.timer);
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      if (--this.holders === 0) this.startTimer();
    };
  }

  end(): void {
    this.ended = true;
    clearTimeout(this.timer);
  }

  private startTimer(): void {
    if (!this.ended) this.timer = setTimeout(this.onLost, this.graceMs);
  }
}
