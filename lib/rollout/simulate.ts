import type { UpdatePolicySpec } from '../spec';
import { nextStep } from './next-step';
import { beginRollout } from './progress';
import type { RolloutAction, RolloutDecision, RolloutInstance, RolloutProgress } from './rollout-types';

/** What happens at one moment of a rollout in which nothing fails: in this order, the switch, the stops, the starts. */
export interface RolloutBatch {
  /** New connections go to the new version from here on (blue/green). */
  readonly switches: boolean;
  /** Ordinals that leave: of the old version, or of the only one where its number is scaled. */
  readonly stops: readonly number[];
  /** Ordinals of the new version that start. The next batch waits until they are healthy. */
  readonly starts: readonly number[];
  /** Bake time and pauses that pass, with everything healthy, before this batch; ms. */
  readonly waitMs: number;
}

/** A rollout that is only imagined. */
export interface SimulatedRollout {
  readonly batches: readonly RolloutBatch[];
  /** Bake time and pauses after the last batch, ms: the rollout is done when they have passed. */
  readonly finalWaitMs: number;
}

/** Time from a start to healthy; anything above 0 that no health timeout reaches. */
const BOOT_MS = 0.5;

/**
 * Runs the rule with instances that all become healthy, for showing a plan.
 * @param from number of instances before, 0 for a first deployment
 * @param to number of instances after
 */
export function simulateRollout(
  policy: UpdatePolicySpec,
  from: number,
  to: number,
  kind: RolloutProgress['kind'] = 'update',
): SimulatedRollout {
  const world = new World(from, kind === 'update' ? 'old' : 'new');
  const batches: RolloutBatch[] = [];
  let progress = beginRollout(kind, policy, 0);
  let healthyAt = 0;
  for (;;) {
    const actions: RolloutAction[] = [];
    let decision: RolloutDecision;
    do {
      decision = nextStep({
        policy,
        desired: to,
        oldDesired: from,
        instances: world.instances,
        progress,
        now: world.now,
      });
      progress = decision.progress;
      actions.push(...decision.actions);
      world.act(decision.actions);
    } while (decision.actions.length > 0);
    const waitMs = Math.round(world.now - healthyAt);
    if (actions.length > 0) {
      batches.push({ ...world.describe(actions), waitMs });
      healthyAt = world.now;
    }
    if (decision.outcome !== 'running') return { batches, finalWaitMs: actions.length > 0 ? 0 : waitMs };
    if (world.boot()) healthyAt = world.now;
    else world.now = decision.wakeAt ?? world.now;
  }
}

/** Instances that obey at once, and become healthy a moment after they start. */
class World {
  now = 0;
  instances: RolloutInstance[];
  /** Ordinals by name, also of those that have gone. */
  private readonly ordinals = new Map<string, number>();

  constructor(count: number, version: 'old' | 'new') {
    this.instances = Array.from({ length: count }, (_, ordinal) =>
      this.instance(version, ordinal, 'healthy'),
    );
  }

  act(actions: readonly RolloutAction[]): void {
    for (const action of actions) {
      if (action.kind === 'start')
        this.instances.push(this.instance(action.version, action.ordinal, 'starting'));
      if (action.kind === 'drain' || action.kind === 'stop') {
        this.instances = this.instances.filter((one) => one.name !== action.name);
      }
    }
  }

  /** Lets what starts become healthy; false when nothing starts. */
  boot(): boolean {
    if (!this.instances.some((one) => one.phase === 'starting')) return false;
    this.now += BOOT_MS;
    this.instances = this.instances.map((one) =>
      one.phase === 'starting' ? { ...one, phase: 'healthy', since: this.now } : one,
    );
    return true;
  }

  describe(actions: readonly RolloutAction[]): Omit<RolloutBatch, 'waitMs'> {
    const byNumber = (a: number, b: number) => a - b;
    return {
      switches: actions.some((action) => action.kind === 'switch'),
      stops: actions
        .flatMap((action) => ('name' in action ? [this.ordinals.get(action.name) ?? -1] : []))
        .sort(byNumber),
      starts: actions.flatMap((action) => (action.kind === 'start' ? [action.ordinal] : [])).sort(byNumber),
    };
  }

  private instance(version: 'old' | 'new', ordinal: number, phase: 'healthy' | 'starting'): RolloutInstance {
    const name = `${version}-${ordinal}`;
    this.ordinals.set(name, ordinal);
    return { name, version, ordinal, phase, since: this.now };
  }
}
