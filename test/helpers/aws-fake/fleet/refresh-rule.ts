import type { State } from '../state';
import type { FakeGroup, FakeInstance, FakeRefresh } from './model';

/** How many must be healthy, and how many may be there at most. */
export interface Bounds {
  readonly least: number;
  readonly most: number;
}

/**
 * The bounds of a size. Where they leave no room, one is replaced at a time: launched first if a maximum was given,
 * terminated first if it was left out (RefreshPreferences; the minimum is rounded up).
 */
export function boundsOf(
  desired: number,
  { minHealthy, maxHealthy }: Pick<FakeRefresh['preferences'], 'minHealthy' | 'maxHealthy'>,
): Bounds {
  const least = Math.ceil((desired * minHealthy) / 100);
  const most = Math.floor((desired * (maxHealthy ?? 100)) / 100);
  if (most > least) return { least, most };
  return maxHealthy === undefined ? { least: Math.max(0, least - 1), most } : { least, most: least + 1 };
}

/** The group in the eyes of its refresh. */
export interface View {
  readonly live: readonly FakeInstance[];
  readonly stale: readonly FakeInstance[];
  readonly fresh: readonly FakeInstance[];
  readonly ready: readonly FakeInstance[];
  /** Left alone, as told. */
  readonly ignored: readonly FakeInstance[];
}

export function viewOf(state: State, group: FakeGroup, refresh: FakeRefresh): View {
  const live = state.fleet.live(group);
  const back = refresh.status === 'RollbackInProgress';
  const isFresh = ({ id }: FakeInstance) =>
    back ? !refresh.made.has(id) : refresh.made.has(id) || refresh.matched.has(id);
  const fresh = live.filter(isFresh);
  const kept = refresh.preferences.scaleInProtected === 'Ignore';
  const ignored = live.filter((one) => !isFresh(one) && kept && one.protected);
  return {
    live,
    stale: live.filter((one) => !isFresh(one) && !ignored.includes(one)),
    fresh,
    ready: fresh.filter((one) => isReady(state, group, refresh, one)),
    ignored,
  };
}

/** In service, not known to be ill, and good for its balancers, if those are asked. */
export function isHealthy(state: State, group: FakeGroup, instance: FakeInstance): boolean {
  const { lifecycle, health, inServiceAt } = instance;
  if (lifecycle !== 'InService' || health !== 'Healthy' || inServiceAt === undefined) return false;
  const { secondMs, healthInGrace } = state.world;
  const inGrace = state.clock.now - inServiceAt < group.graceSeconds * secondMs;
  if (healthInGrace === 'assumed' && inGrace) return true;
  return !usesBalancer(group) || balancersAgree(state, group, instance);
}

/** Healthy and warmed up. */
function isReady(state: State, group: FakeGroup, refresh: FakeRefresh, instance: FakeInstance): boolean {
  const age = state.clock.now - (instance.inServiceAt ?? state.clock.now);
  const warm = age >= refresh.preferences.warmupSeconds * state.world.secondMs;
  return (warm || refresh.matched.has(instance.id)) && isHealthy(state, group, instance);
}

export function usesBalancer(group: FakeGroup): boolean {
  return group.healthCheckType.includes('ELB') && group.targetGroupArns.size > 0;
}

function balancersAgree(state: State, group: FakeGroup, { id }: FakeInstance): boolean {
  const registered = state.balancing
    .registrations(id)
    .filter((one) => group.targetGroupArns.has(one.group.arn));
  const good = ({ health }: { health: { state: string; reason: string | undefined } }) =>
    health.state === 'healthy' || health.reason === 'Target.NotInUse';
  return registered.length === group.targetGroupArns.size && registered.every(({ target }) => good(target));
}
