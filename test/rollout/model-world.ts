import {
  nextStep,
  type RolloutAction,
  type RolloutDecision,
  type RolloutInput,
  type RolloutInstance,
  type RolloutProgress,
  resumeRollout,
} from '../../lib/rollout';

/** What becomes of an instance that the rollout starts: times are ms after its launch or its first health. */
export type Fate =
  | { readonly kind: 'healthy'; readonly afterMs: number }
  | { readonly kind: 'never-healthy' }
  | { readonly kind: 'crashes-at-boot'; readonly afterMs: number }
  | {
      readonly kind: 'fails-later';
      readonly as: 'failed' | 'unhealthy';
      readonly afterMs: number;
      readonly lastsMs: number;
    };

/** Everything that chance decides; lists are used over and over in turn. */
export interface Chance {
  readonly newFates: readonly Fate[];
  /** Boot times of old instances that are started again, ms. */
  readonly oldBoots: readonly number[];
  /** Drain times, ms. */
  readonly drains: readonly number[];
  /** Whether an action is carried out when it is first said, or lost with its executor. */
  readonly obeys: readonly boolean[];
  /** Times at which an old instance crashes; its supervisor starts it again. */
  readonly oldCrashes: readonly number[];
  /** An old version that never becomes healthy again once it went. */
  readonly oldIsBroken: boolean;
}

interface Planned {
  readonly at: number;
  readonly change: () => void;
}

export type Setting = Pick<RolloutInput, 'policy' | 'desired' | 'oldDesired'>;

/** Instances that live and die by chance, and an executor that sometimes dies too. */
export class ModelWorld {
  now = 0;
  instances: RolloutInstance[];
  private plans: Planned[] = [];
  private readonly turns = new Map<string, number>();

  constructor(
    private readonly setting: Setting,
    public progress: RolloutProgress,
    private readonly chance: Chance,
    stale = 0,
  ) {
    const first = progress.kind === 'update' ? 'old' : 'new';
    this.instances = [
      ...Array.from({ length: setting.oldDesired }, (_, ordinal) => instance(first, ordinal, 'healthy', 0)),
      ...Array.from({ length: stale }, (_, ordinal) => instance('stale', ordinal, 'healthy', 0)),
    ];
    chance.oldCrashes.forEach((at, index) => {
      this.plan(at, () => this.crashOld(index));
    });
  }

  /** Runs to the end; `check` sees every decision before it is carried out. */
  run(check: (decision: RolloutDecision, input: RolloutInput) => void): RolloutDecision {
    for (let calls = 0; calls < 1500; calls += 1) {
      const input: RolloutInput = {
        ...this.setting,
        instances: this.instances,
        progress: this.progress,
        now: this.now,
      };
      const decision = nextStep(input);
      check(decision, input);
      this.progress = JSON.parse(JSON.stringify(decision.progress));
      if (decision.outcome !== 'running') return decision;
      this.act(decision.actions);
      if (decision.actions.length === 0) this.advance(decision.wakeAt);
    }
    throw new Error('the rollout does not end');
  }

  private act(actions: readonly RolloutAction[]): void {
    // The progress is kept, then the executor dies before it acts: the rule must say it again.
    if (actions.length > 0 && !this.next('obeys', this.chance.obeys)) {
      this.progress = resumeRollout(this.progress, this.now);
      this.instances = this.instances.map((one) => ({ ...one, since: this.now }));
      return;
    }
    for (const action of actions) {
      if (action.kind === 'start') this.start(action.version, action.ordinal);
      else if (action.kind !== 'switch') this.leave(action.name);
    }
  }

  private start(version: 'old' | 'new', ordinal: number): void {
    const started = instance(version, ordinal, 'starting', this.now);
    if (this.instances.some((one) => one.name === started.name))
      throw new Error(`${started.name} is there already`);
    this.instances = [...this.instances, started];
    if (version === 'new') {
      this.meetFate(started.name, this.next('fates', this.chance.newFates));
    } else if (!this.chance.oldIsBroken) {
      this.plan(this.now + this.next('boots', this.chance.oldBoots), () =>
        this.change(started.name, 'healthy'),
      );
    }
  }

  private meetFate(name: string, fate: Fate): void {
    if (fate.kind === 'never-healthy') return;
    const boot = this.now + fate.afterMs;
    this.plan(boot, () => this.change(name, fate.kind === 'crashes-at-boot' ? 'failed' : 'healthy'));
    if (fate.kind === 'fails-later') this.plan(boot + fate.lastsMs, () => this.change(name, fate.as));
  }

  private leave(name: string): void {
    this.change(name, 'draining');
    this.plan(this.now + this.next('drains', this.chance.drains), () => {
      this.instances = this.instances.filter((one) => one.name !== name);
    });
  }

  private crashOld(index: number): void {
    const old = this.instances.filter((one) => one.version === 'old' && one.phase === 'healthy');
    const victim = old[index % Math.max(1, old.length)];
    if (!victim) return;
    this.change(victim.name, 'failed');
    if (this.chance.oldIsBroken) return;
    this.plan(this.now + 20, () => this.change(victim.name, 'starting'));
    this.plan(this.now + 20 + this.next('boots', this.chance.oldBoots), () =>
      this.change(victim.name, 'healthy'),
    );
  }

  /** One that drains has its fate behind it. */
  private change(name: string, phase: RolloutInstance['phase']): void {
    this.instances = this.instances.map((one) =>
      one.name === name && one.phase !== 'draining' ? { ...one, phase, since: this.now } : one,
    );
  }

  private plan(at: number, change: () => void): void {
    this.plans.push({ at, change });
  }

  private advance(wakeAt: number | null): void {
    const times = [...this.plans.map((plan) => plan.at), ...(wakeAt === null ? [] : [wakeAt])];
    if (times.length === 0) throw new Error('the rollout waits for nothing');
    this.now = Math.max(this.now, Math.min(...times));
    const due = this.plans.filter((plan) => plan.at <= this.now);
    this.plans = this.plans.filter((plan) => plan.at > this.now);
    for (const plan of due) plan.change();
  }

  private next<T>(name: string, list: readonly T[]): T {
    const turn = this.turns.get(name) ?? 0;
    this.turns.set(name, turn + 1);
    return list[turn % list.length] as T;
  }
}

export function instance(
  version: RolloutInstance['version'],
  ordinal: number,
  phase: RolloutInstance['phase'],
  since: number,
): RolloutInstance {
  return { name: `${version}-${ordinal}`, version, ordinal, phase, since };
}
