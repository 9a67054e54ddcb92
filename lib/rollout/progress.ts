import type { UpdatePolicySpec } from '../spec';
import type { RolloutProgress } from './rollout-types';

/** The progress of a rollout that begins now. */
export function beginRollout(
  kind: RolloutProgress['kind'],
  policy: UpdatePolicySpec,
  now: number,
): RolloutProgress {
  const beside = kind === 'update' && policy.strategy === 'blue-green';
  return {
    kind,
    direction: 'forward',
    serves: beside ? 'old' : 'all',
    step: 0,
    reachedAt: null,
    best: null,
    bestAt: now,
    problem: null,
  };
}

/** Tells a rollout to go back, whatever its policy says about going back by itself. */
export function cancelRollout(progress: RolloutProgress, now: number): RolloutProgress {
  return progress.direction === 'back'
    ? progress
    : turnBack(progress, { kind: 'cancelled', instance: null }, now);
}

/**
 * For a daemon that was away: the time it was away counts neither as bake time, in which nobody watched, nor against
 * an instance.
 */
export function resumeRollout(progress: RolloutProgress, now: number): RolloutProgress {
  return { ...progress, reachedAt: null, best: null, bestAt: now };
}

/** The same rollout on its way back. */
export function turnBack(
  progress: RolloutProgress,
  problem: RolloutProgress['problem'],
  now: number,
): RolloutProgress {
  return { ...progress, direction: 'back', reachedAt: null, best: null, bestAt: now, problem };
}
