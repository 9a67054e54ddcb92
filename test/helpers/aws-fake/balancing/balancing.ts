import type { State } from '../state';
import type { FakeListener, FakeTarget, FakeTargetGroup, TargetHealth } from './model';

const REGISTERING: TargetHealth = {
  state: 'initial',
  reason: 'Elb.RegistrationInProgress',
  description: 'Target registration is in progress',
};
const DRAINING: TargetHealth = {
  state: 'draining',
  reason: 'Target.DeregistrationInProgress',
  description: 'Target deregistration is in progress',
};

/** Target groups and listeners of a region, with who is registered. */
export class Balancing {
  readonly groups = new Map<string, FakeTargetGroup>();
  readonly listeners = new Map<string, FakeListener>();
  /** Target groups that a rule beside the default action forwards to. */
  readonly inRules = new Set<string>();

  constructor(private readonly state: State) {}

  /** Where an instance is registered, also where it drains. */
  registrations(instanceId: string): { readonly group: FakeTargetGroup; readonly target: FakeTarget }[] {
    return [...this.groups.values()].flatMap((group) =>
      [...group.targets.values()].flatMap((target) => (target.id === instanceId ? [{ group, target }] : [])),
    );
  }

  /** Again: back in service if it drained. */
  register(group: FakeTargetGroup, id: string, port = group.port): void {
    const key = `${id}:${port}`;
    const there = group.targets.get(key);
    if (there && there.drainingSince === undefined) return;
    const registeredAt = this.state.clock.now;
    group.targets.set(key, { id, port, registeredAt, drainingSince: undefined, health: REGISTERING });
  }

  /** A target that nothing was sent to goes at once. */
  drain(group: FakeTargetGroup, target: FakeTarget): void {
    if (target.drainingSince !== undefined) return;
    target.drainingSince = this.state.clock.now;
    target.health = DRAINING;
    if (!this.inUse(group) || group.drainSeconds === 0) group.targets.delete(`${target.id}:${target.port}`);
  }

  inUse({ arn }: FakeTargetGroup): boolean {
    if (this.inRules.has(arn)) return true;
    return [...this.listeners.values()].some(({ forwards }) => forwards.some((one) => one.arn === arn));
  }
}
