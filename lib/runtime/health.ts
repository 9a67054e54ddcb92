import { setTimeout as sleep } from 'node:timers/promises';
import type { HealthCheckSpec } from '../spec';
import { Duration } from '../units';
import { checkHealth, type Failure, type HealthTarget } from './health-check';

export type { HealthTarget } from './health-check';

/** Told when the state changes, and only then. */
export interface HealthCallbacks {
  /** @param afterMs since launch, the first time; since it became unhealthy, later */
  onHealthy(afterMs: number): void;
  /** @param reason `GET /healthz answered 503 for 20 s` */
  onUnhealthy(reason: string): void;
  /** Not healthy once by the boot deadline. Checks go on; it may still become healthy. */
  onBootFailed(reason: string): void;
}

export interface HealthMonitorOptions {
  /** When the instance was launched, ms since 1970. @default now */
  readonly startedAt?: number;
  /** True for an instance that was healthy when an earlier daemon last looked. @default false */
  readonly healthy?: boolean;
}

/**
 * While booting, checks come thick and fast: the first ones `firstMs` apart, later ones a tenth of the time so far, and
 * `overlap` of them may wait at the same time. A TCP check has nothing to wait for but the guest's network, takes 60 to 100 ms,
 * and its pending connection would make the others believe that the guest does not answer.
 */
const BOOT_PACE = { http: { firstMs: 15, overlap: 8 }, tcp: { firstMs: 150, overlap: 1 } };
const BOOT_SPACING_LAST_MS = 1000;

/**
 * Watches the health of one instance until {@link stop}.
 *
 * While it boots, checks overlap: a connection to a guest that is not there yet hangs in QEMU, and is let through as soon
 * as the guest is on the network, or lost. From the first success on there is one check per interval.
 */
export class HealthMonitor {
  private readonly stopped = new AbortController();
  private readonly launched: number;
  private readonly bootDeadline: number;
  private state: 'starting' | 'healthy' | 'unhealthy';
  private bootFailed = false;
  private successes = 0;
  private failures = 0;
  /** Start of the present row of failures. */
  private failingSince: number;
  private lastFailure: string;

  constructor(
    private readonly check: HealthCheckSpec,
    private readonly target: HealthTarget,
    private readonly callbacks: HealthCallbacks,
    options: HealthMonitorOptions = {},
  ) {
    const now = performance.now();
    this.launched = now - (options.startedAt === undefined ? 0 : Math.max(0, Date.now() - options.startedAt));
    // Found again by a new daemon after its deadline, it still gets a chance to answer.
    this.bootDeadline = Math.max(this.launched + check.bootDeadlineMs, now + check.timeoutMs);
    this.state = options.healthy ? 'healthy' : 'starting';
    this.failingSince = this.launched;
    this.lastFailure = `no connection on port ${target.guestPort}`;
    void this.run();
  }

  /** True from the last `onHealthy` until the next `onUnhealthy`. */
  get isHealthy(): boolean {
    return this.state === 'healthy';
  }

  /** Why it is not healthy yet, as far as the checks have seen: `GET /healthz answered 503 for 3 s`. */
  get failureSoFar(): string {
    return this.reasonSince(this.state === 'starting' ? this.launched : this.failingSince);
  }

  /** No callback comes after this. */
  stop(): void {
    this.stopped.abort();
  }

  private async run(): Promise<void> {
    if (this.state === 'starting') await this.boot();
    else await this.checkOnce();
    while (!this.stopped.signal.aborted) {
      await this.untilNext();
      if (!this.stopped.signal.aborted) await this.checkOnce();
    }
  }

  private async untilNext(): Promise<void> {
    const untilDeadline = this.bootDeadline - performance.now();
    const soon = this.state === 'starting' && !this.bootFailed && untilDeadline > 0;
    const ms = soon ? Math.min(this.check.intervalMs, untilDeadline) : this.check.intervalMs;
    await sleep(ms, undefined, { signal: this.stopped.signal }).catch(() => undefined);
  }

  private async checkOnce(): Promise<void> {
    const began = performance.now();
    const failure = await checkHealth(this.check, this.target, this.stopped.signal);
    if (!this.stopped.signal.aborted) this.record(failure, began);
  }

  /** Checks until one succeeds or the deadline is over. */
  private async boot(): Promise<void> {
    const done = new AbortController();
    const over = AbortSignal.any([done.signal, this.stopped.signal]);
    const attempts: AbortController[] = [];
    while (!over.aborted && performance.now() < this.bootDeadline) {
      const attempt = new AbortController();
      attempts.push(attempt);
      if (attempts.length > BOOT_PACE[this.check.protocol].overlap) attempts.shift()?.abort();
      void this.attempt(AbortSignal.any([attempt.signal, over])).then((healthy) => {
        const index = attempts.indexOf(attempt);
        if (index >= 0) attempts.splice(index, 1);
        if (healthy) done.abort();
      });
      await sleep(this.bootSpacing(), undefined, { signal: over }).catch(() => undefined);
    }
    for (const attempt of attempts) attempt.abort();
    if (this.stopped.signal.aborted) return;
    this.record(done.signal.aborted ? undefined : this.lastFailure, this.launched);
  }

  private async attempt(signal: AbortSignal): Promise<boolean> {
    const failure = await checkHealth(this.check, this.target, signal);
    if (signal.aborted) return false;
    if (failure !== undefined) this.lastFailure = failure;
    return failure === undefined;
  }

  private bootSpacing(): number {
    const now = performance.now();
    const wanted = Math.min((now - this.launched) / 10, BOOT_SPACING_LAST_MS, this.check.intervalMs);
    const spacing = Math.max(wanted, BOOT_PACE[this.check.protocol].firstMs);
    return Math.min(spacing, Math.max(1, this.bootDeadline - now));
  }

  private record(failure: Failure, began: number): void {
    if (failure === undefined) this.succeeded();
    else this.failed(failure, began);
    if (this.state !== 'starting' || this.bootFailed || performance.now() < this.bootDeadline) return;
    this.bootFailed = true;
    this.callbacks.onBootFailed(this.reasonSince(this.launched));
  }

  private succeeded(): void {
    this.successes++;
    this.failures = 0;
    if (this.state === 'healthy' || this.successes < this.check.healthyThreshold) return;
    const since = this.state === 'starting' ? this.launched : this.failingSince;
    this.state = 'healthy';
    this.callbacks.onHealthy(Math.round(performance.now() - since));
  }

  private failed(failure: string, began: number): void {
    this.lastFailure = failure;
    if (this.failures === 0 && this.state === 'healthy') this.failingSince = began;
    this.failures++;
    this.successes = 0;
    if (this.state !== 'healthy' || this.failures < this.check.unhealthyThreshold) return;
    this.state = 'unhealthy';
    this.callbacks.onUnhealthy(this.reasonSince(this.failingSince));
  }

  private reasonSince(since: number): string {
    const ms = performance.now() - since;
    const time = ms < 1000 ? Duration.milliseconds(Math.round(ms)) : Duration.seconds(Math.round(ms / 1000));
    return `${this.lastFailure} for ${time}`;
  }
}
