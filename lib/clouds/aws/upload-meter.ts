import { BLOCK_SIZE, type UploadProgress } from './ami';

/** Tells how an upload goes, not more often than is of use. */
export class UploadMeter {
  private readonly started = performance.now();
  private reported = Number.NEGATIVE_INFINITY;
  private sent = 0;

  constructor(
    private readonly totalBytes: number,
    private readonly everyMs: number,
    private readonly report: (progress: UploadProgress) => void,
  ) {}

  /** To be called after each block; `position` is how far the disk was read. */
  sentBlock(position: number, underWay: number): void {
    this.sent++;
    const now = performance.now();
    if (now - this.reported < this.everyMs) return;
    this.reported = now;
    this.report(this.progress(Math.max(0, position - underWay * BLOCK_SIZE), now));
  }

  finish(): void {
    this.report(this.progress(this.totalBytes, performance.now()));
  }

  private progress(doneBytes: number, now: number): UploadProgress {
    const seconds = Math.max(0.001, (now - this.started) / 1000);
    const sentBytes = this.sent * BLOCK_SIZE;
    const left = this.totalBytes - doneBytes;
    // By how far the disk was read: how many of the blocks ahead hold data is not known.
    const secondsLeft = left === 0 ? 0 : doneBytes === 0 ? undefined : (seconds * left) / doneBytes;
    return {
      doneBytes,
      totalBytes: this.totalBytes,
      sentBlocks: this.sent,
      sentBytes,
      bytesPerSecond: sentBytes / seconds,
      secondsLeft,
    };
  }
}
