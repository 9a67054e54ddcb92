import type { RolloutInput, RolloutInstance, RolloutProblem } from './rollout-types';

/**
 * What ends the way forward: a new instance that crashed, that was not healthy in time, or that was and is no more. An
 * old one that fails is its supervisor's business and fails nothing.
 */
export function findProblem(input: RolloutInput): RolloutProblem | undefined {
  const { progress } = input;
  if (progress.direction === 'back' || (progress.kind === 'update' && progress.serves === 'new'))
    return undefined;
  for (const instance of onTrial(input)) {
    const kind = problemOf(instance, input);
    if (kind) return { kind, instance: instance.name };
  }
  return undefined;
}

/** The instances that the rollout made. A scale does not judge those that were there before. */
export function onTrial({ instances, progress, oldDesired }: RolloutInput): RolloutInstance[] {
  return instances.filter(
    (one) => one.version === 'new' && (progress.kind === 'update' || one.ordinal >= oldDesired),
  );
}

function problemOf({ phase, since }: RolloutInstance, { policy, now }: RolloutInput) {
  if (phase === 'failed') return 'crashed';
  if (phase === 'unhealthy') return 'became-unhealthy';
  return phase === 'starting' && now - since >= policy.healthTimeoutMs ? 'health-timeout' : undefined;
}
