import type { Limits } from './limits';
import type { RolloutAction, RolloutInstance, RolloutPhase } from './rollout-types';

/** Those that have not been told to go. */
export function live(instances: readonly RolloutInstance[]): RolloutInstance[] {
  return instances.filter((one) => one.phase !== 'draining');
}

export function countHealthy(instances: readonly RolloutInstance[]): number {
  return instances.filter((one) => one.phase === 'healthy').length;
}

/** Starts for the lowest free ordinals below `target`, at most `room`. One that drains still has its ordinal. */
export function starts(
  version: 'old' | 'new',
  target: number,
  present: readonly RolloutInstance[],
  room: number,
): RolloutAction[] {
  const taken = new Set(present.filter((one) => one.version === version).map((one) => one.ordinal));
  const free = Array.from({ length: target }, (_, ordinal) => ordinal).filter(
    (ordinal) => !taken.has(ordinal),
  );
  return free.slice(0, Math.max(0, room)).map((ordinal) => ({ kind: 'start', version, ordinal }));
}

/** Tells instances to go: one that may have connections drains, one that cannot have any stops at once. */
export function retire(instances: readonly RolloutInstance[]): RolloutAction[] {
  return live(instances).map(({ name, phase }) => ({ kind: mayServe(phase) ? 'drain' : 'stop', name }));
}

/**
 * Chooses at most `count` instances to go: first those that do not serve anyway, then healthy ones while the floor
 * allows, counted over all instances.
 */
export function choose(
  candidates: readonly RolloutInstance[],
  count: number,
  all: readonly RolloutInstance[],
  { floor }: Limits,
): RolloutInstance[] {
  const ordered = live(candidates).sort((a, b) => rank(a) - rank(b) || a.ordinal - b.ordinal);
  let spare = countHealthy(all) - floor;
  const chosen: RolloutInstance[] = [];
  for (const one of ordered) {
    if (chosen.length >= count) break;
    if (one.phase === 'healthy') {
      if (spare <= 0) break;
      spare -= 1;
    }
    chosen.push(one);
  }
  return chosen;
}

/** Order of going: not healthy before healthy, stale before the others. */
function rank(instance: RolloutInstance): number {
  return (instance.phase === 'healthy' ? 2 : 0) + (instance.version === 'stale' ? 0 : 1);
}

function mayServe(phase: RolloutPhase): boolean {
  return phase === 'healthy' || phase === 'unhealthy';
}
