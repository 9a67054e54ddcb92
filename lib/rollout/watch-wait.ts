import type { Move, RolloutInput, RolloutInstance, RolloutProgress } from './rollout-types';

/** A wait, judged. */
export interface WatchedWait {
  readonly progress: RolloutProgress;
  /** It came no nearer to its end for a whole health timeout. */
  readonly stalled: boolean;
  /** An instance that it waits for, where there is one. */
  readonly instance: string | null;
}

/**
 * Supervised instances may crash and come back without end, so no phase of a single one can end a wait for them. What
 * can is a measure that only counts what lasts: the most healthy instances of the version that arrives, less those of
 * others that are still there. The time begins anew with every action, and while instances drain: neither is a wait.
 */
export function watchWait(input: RolloutInput, move: Move): WatchedWait {
  const { progress, instances, policy, now } = input;
  const measure = instances.reduce((sum, one) => {
    if (!arrives(one, input)) return sum - 1;
    return one.phase === 'healthy' ? sum + 1 : sum;
  }, 0);
  const nearer = progress.best === null || measure > progress.best;
  const excused = move.actions.length > 0 || instances.some((one) => one.phase === 'draining');
  const best = nearer ? measure : progress.best;
  const bestAt = nearer || excused ? now : progress.bestAt;
  const waiting = instances.find((one) => arrives(one, input) && one.phase !== 'healthy');
  return {
    progress: { ...progress, best, bestAt },
    stalled: !move.reached && now - bestAt >= policy.healthTimeoutMs,
    instance: waiting?.name ?? null,
  };
}

function arrives(instance: RolloutInstance, { progress, desired, oldDesired }: RolloutInput): boolean {
  const isForward = progress.direction === 'forward';
  if (progress.kind === 'scale') return instance.ordinal < (isForward ? desired : oldDesired);
  return instance.version === (isForward ? 'new' : 'old');
}
