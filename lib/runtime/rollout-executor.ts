import { messageOf } from '../errors';
import {
  cancelRollout,
  nextStep,
  type RolloutAction,
  type RolloutDecision,
  type RolloutInstance,
  type RolloutOutcome,
  type RolloutProblem,
  type RolloutProgress,
  type RolloutVersion,
} from '../rollout';
import { revisionOf, type ServiceEvent, type ServiceSpec } from '../spec';
import type { Fleet } from './fleet';
import type { Keeper } from './keeper';
import { describeProblem, RolloutReport } from './rollout-report';
import type { RolloutState, ServiceState } from './state';

export interface ExecutorOptions {
  readonly fleet: Fleet;
  /** Its `rollout` is what is executed, and is kept up to date. */
  readonly state: ServiceState & { readonly rollout: RolloutState };
  /** Writes the state to disk. */
  readonly save: () => Promise<void>;
  readonly onEvent: (kind: ServiceEvent['kind'], message: string, instance?: string | null) => void;
}

/**
 * Does what the rollout rule says: keeps its progress on disk before it acts, so that another daemon goes on where this
 * one ended.
 */
export class RolloutExecutor {
  /** Why it went back, where writing the state was the reason. */
  saveError: unknown;
  private readonly rollout: RolloutState;
  private readonly newRevision: string;
  private readonly oldRevision: string | null;
  private readonly report: RolloutReport;
  private interrupted = false;
  private notify: () => void = () => undefined;
  private changes = 0;

  constructor(private readonly options: ExecutorOptions) {
    const { spec, rollout } = options.state;
    this.rollout = rollout;
    this.newRevision = revisionOf(rollout.target);
    this.oldRevision = spec && revisionOf(spec);
    this.report = new RolloutReport(rollout, spec?.instances ?? 0, options.onEvent);
  }

  get isGoingBack(): boolean {
    return this.rollout.progress.direction === 'back';
  }

  /** To be called when an instance changed. */
  wake(): void {
    this.changes++;
    this.notify();
  }

  /** Goes back to the old version, whatever the policy says. */
  cancel(): void {
    this.rollout.progress = cancelRollout(this.rollout.progress, Date.now());
    this.wake();
  }

  /** Ends it where it is: it takes no further action. */
  interrupt(): void {
    this.interrupted = true;
    this.wake();
  }

  /** Resolves when it is over. */
  async run(): Promise<Exclude<RolloutOutcome, 'running'> | 'interrupted'> {
    this.report.begin(this.options.state.spec !== null);
    await this.applyServes(this.rollout.progress);
    while (!this.interrupted) {
      const seen = this.changes;
      const decision = await this.decide();
      if (this.interrupted) break;
      if (decision.outcome !== 'running') return decision.outcome;
      this.report.stage(decision);
      const startedAny = this.act(decision.actions);
      if (startedAny || seen !== this.changes) continue;
      await this.untilChanged(decision.wakeAt);
    }
    return 'interrupted';
  }

  /** The next decision, journalled: nothing is done that is not on disk. */
  private async decide(): Promise<RolloutDecision> {
    const before = this.rollout.progress;
    let decision = nextStep(this.input(before));
    const { problem } = decision.progress;
    if (problem && !this.rollout.failure) {
      this.rollout.failure = await this.failureOf(problem);
      this.report.goingBack(this.rollout.failure, decision.progress.direction === 'back');
    }
    // A cancel may have come meanwhile.
    if (this.rollout.progress !== before) decision = nextStep(this.input(this.rollout.progress));
    this.rollout.progress = decision.progress;
    if (isWorthKeeping(before, decision)) await this.journal();
    if (before.serves !== decision.progress.serves) await this.applyServes(decision.progress);
    return decision;
  }

  private input(progress: RolloutProgress) {
    const { state, fleet } = this.options;
    const { target } = this.rollout;
    return {
      policy: target.update,
      desired: target.instances,
      oldDesired: state.spec?.instances ?? 0,
      instances: fleet.all.flatMap((keeper) => this.observe(keeper) ?? []),
      progress,
      now: Date.now(),
    };
  }

  private observe(keeper: Keeper): RolloutInstance | undefined {
    if (keeper.phase === 'stopped') return undefined;
    const phase = keeper.phase === 'backing-off' ? 'failed' : keeper.phase;
    const { name, ordinal, since } = keeper;
    return { name, version: this.versionOf(keeper), ordinal, phase, since };
  }

  private versionOf({ revision }: Keeper): RolloutVersion {
    if (revision === this.newRevision) return 'new';
    return revision === this.oldRevision ? 'old' : 'stale';
  }

  private async journal(): Promise<void> {
    try {
      await this.options.save();
    } catch (error) {
      // Going back needs no disk; without one there is no going forward.
      if (this.saveError === undefined) {
        this.saveError = error;
        this.options.onEvent('notice', messageOf(error));
        this.rollout.progress = cancelRollout(this.rollout.progress, Date.now());
        this.changes++;
      }
    }
  }

  private async applyServes({ serves }: RolloutProgress): Promise<void> {
    await this.options.fleet.serve(
      (keeper) => serves === 'all' || (this.versionOf(keeper) === 'new') === (serves === 'new'),
    );
  }

  /** @returns true when an instance was started, so that the rule should look again */
  private act(actions: readonly RolloutAction[]): boolean {
    const starts = actions.filter((action) => action.kind === 'start');
    const started = starts.filter(({ version, ordinal }) => this.start(version, ordinal));
    this.report.batch(started.map(({ version, ordinal }) => this.nameOf(version, ordinal)));
    for (const action of actions) {
      if (action.kind === 'drain') void this.options.fleet.drain(action.name);
      if (action.kind === 'stop') void this.options.fleet.stop(action.name);
    }
    return started.length > 0;
  }

  private start(version: 'old' | 'new', ordinal: number): boolean {
    const { fleet } = this.options;
    if (fleet.find(this.nameOf(version, ordinal))) return false;
    fleet.start(this.specOf(version), revisionOf(this.specOf(version)), ordinal, version === 'old');
    return true;
  }

  private nameOf(version: 'old' | 'new', ordinal: number): string {
    const spec = this.specOf(version);
    return `${spec.name}-${revisionOf(spec)}-${ordinal}`;
  }

  private specOf(version: 'old' | 'new'): ServiceSpec {
    return version === 'old' && this.options.state.spec ? this.options.state.spec : this.rollout.target;
  }

  private async failureOf(problem: RolloutProblem) {
    const keeper = problem.instance === null ? undefined : this.options.fleet.find(problem.instance);
    const console = (await keeper?.console()) ?? null;
    const reason = describeProblem(problem, keeper?.whyNotHealthy ?? null, this.rollout.target);
    return {
      instance: problem.instance,
      reason,
      console: console === '' ? null : console,
      rolledBack: false,
    };
  }

  private async untilChanged(wakeAt: number | null): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.notify = resolve;
      if (wakeAt !== null) timer = setTimeout(resolve, Math.max(1, wakeAt - Date.now()));
    });
    clearTimeout(timer);
    this.notify = () => undefined;
  }
}

/** How near a wait has come is of no use to the next daemon, which begins it anew. */
function isWorthKeeping(before: RolloutProgress, { actions, progress }: RolloutDecision): boolean {
  const lasting = (one: RolloutProgress) => JSON.stringify({ ...one, best: 0, bestAt: 0 });
  return actions.length > 0 || lasting(before) !== lasting(progress);
}
