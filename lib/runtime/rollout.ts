import { KilnError, messageOf } from '../errors';
import { type RolloutFailure, revisionOf, type ServiceEvent } from '../spec';
import { Lease } from './lease';
import { RolloutExecutor } from './rollout-executor';
import type { Service } from './service';
import type { RolloutState, ServiceState } from './state';
import { RolloutError } from './wire';

type OnEvent = (kind: ServiceEvent['kind'], message: string, instance?: string | null) => void;

/** A daemon that goes in the middle of a rollout says nothing of its end: another one will. */
export class RolloutInterrupted extends Error {}

/** A rollout that runs: its executor, those who wait for it, and what becomes of the service at its end. */
export class Rollout {
  /** Resolves at the new version. @throws RolloutError, RolloutInterrupted, KilnError `runtime.state` */
  readonly done: Promise<void>;
  /** Resolves when it is over, however it ended. */
  readonly settled: Promise<void>;
  private readonly executor: RolloutExecutor;
  private readonly lease: Lease;
  private readonly startedAt = Date.now();
  private conclude!: (outcome: Promise<void>) => void;

  constructor(
    private readonly service: Service,
    private readonly rollout: RolloutState,
    leaseMs: number,
    private readonly onEvent: OnEvent,
  ) {
    this.executor = new RolloutExecutor({
      fleet: service.fleet,
      state: service.state as ServiceState & { readonly rollout: RolloutState },
      save: () => service.save(),
      onEvent,
    });
    this.lease = new Lease(leaseMs, () => this.abandon());
    this.done = new Promise((resolve) => {
      this.conclude = resolve;
    });
    this.settled = this.done.catch(() => undefined);
  }

  get requestId(): string {
    return this.rollout.requestId;
  }

  get target() {
    return this.rollout.target;
  }

  get isGoingBack(): boolean {
    return this.executor.isGoingBack;
  }

  /** True while somebody waits for it. */
  get isWanted(): boolean {
    return this.lease.isHeld;
  }

  start(): void {
    this.conclude(this.execute());
  }

  /** @returns what gives the hold back */
  hold(): () => void {
    return this.lease.hold();
  }

  wake(): void {
    this.executor.wake();
  }

  /** Goes back to the old version. */
  cancel(): void {
    this.executor.cancel();
  }

  /** Ends it where it is; resolves when it takes no more action. */
  async interrupt(): Promise<void> {
    this.executor.interrupt();
    await this.settled;
  }

  private abandon(): void {
    if (this.isGoingBack) return;
    this.onEvent('notice', 'nobody waits for this rollout any more');
    this.cancel();
  }

  private async execute(): Promise<void> {
    const outcome = await this.executor.run();
    this.lease.end();
    if (outcome === 'interrupted') throw new RolloutInterrupted('interrupted');
    await this.service.fleet.serve(() => true);
    if (outcome === 'finished') return this.finish();
    if (this.service.state.spec === null) await this.leaveNothing();
    else await this.goBack(outcome === 'rolled-back');
    throw this.error(outcome === 'rolled-back');
  }

  private async finish(): Promise<void> {
    const { state, fleet } = this.service;
    const { target, requestId } = this.rollout;
    const before = state.spec?.image.digest;
    if (before !== undefined && before !== target.image.digest) state.previousDigest = before;
    Object.assign(state, { spec: target, rollout: null, doneRequestId: requestId });
    for (const keeper of fleet.all) keeper.supervise();
    await this.service.saveEventually();
    const seconds = ((Date.now() - this.startedAt) / 1000).toFixed(1);
    this.onEvent(
      'rollout-finished',
      `${target.name} is at revision ${revisionOf(target)} after ${seconds} s`,
    );
  }

  private async goBack(wholly: boolean): Promise<void> {
    const { state, fleet } = this.service;
    const { spec } = state;
    this.rollout.halted = !wholly;
    if (wholly) state.rollout = null;
    for (const keeper of fleet.all) {
      if (spec && keeper.revision === revisionOf(spec)) keeper.update(spec);
      keeper.supervise();
    }
    await this.service.listen(spec).catch((error) => this.onEvent('notice', messageOf(error)));
    await this.service.saveEventually();
    if (wholly && spec)
      this.onEvent('rolled-back', `${state.name} is at revision ${revisionOf(spec)} as before`);
  }

  /** A first deploy that failed leaves nothing behind. */
  private async leaveNothing(): Promise<void> {
    const { fleet, state } = this.service;
    await Promise.all(fleet.all.map((keeper) => fleet.stop(keeper.name)));
    await this.service.forget();
    this.onEvent('rolled-back', `${state.name} was not created; nothing is left of it`);
  }

  private error(rolledBack: boolean): KilnError {
    const { failure, target, progress } = this.rollout;
    const served = this.service.state.spec !== null;
    if (KilnError.is(this.executor.saveError)) return this.executor.saveError;
    const seen: RolloutFailure = failure ?? {
      instance: null,
      reason: 'it failed',
      console: null,
      rolledBack,
    };
    const full: RolloutFailure = { ...seen, rolledBack: rolledBack && served };
    const after = !served
      ? 'nothing was created'
      : rolledBack
        ? 'the old version serves as before'
        : 'it was not rolled back';
    if (progress.problem?.kind === 'cancelled') {
      return new RolloutError(
        `the deploy of '${target.name}' was cancelled; ${after}`,
        full,
        'runtime.cancelled',
      );
    }
    const who = full.instance === null ? '' : `${full.instance}: `;
    return new RolloutError(`the deploy of '${target.name}' failed; ${who}${full.reason}; ${after}`, full);
  }
}
