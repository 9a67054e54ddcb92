import { limitsOf } from './limits';
import { choose, countHealthy, live, retire, starts } from './moving';
import type { Move, RolloutInput } from './rollout-types';

/** New instances that this step wants: a canary's share of the desired number, rounded up; in the end all. */
export function stepTarget({ policy, desired, oldDesired, progress }: RolloutInput): number {
  const percent = oldDesired === 0 ? undefined : policy.steps[progress.step]?.percent;
  return percent === undefined
    ? desired
    : Math.min(desired, Math.max(1, Math.ceil((desired * percent) / 100)));
}

/** Forward: as many new ones as this step wants, and as many others as then complete the desired number. */
export function rollForward(input: RolloutInput): Move {
  const target = stepTarget(input);
  return roll(input, 'new', input.desired, target, input.desired - target);
}

/** Back: all old ones, and no others. */
export function rollBack(input: RolloutInput): Move {
  return roll(input, 'old', input.oldDesired, input.oldDesired, 0);
}

function roll(input: RolloutInput, to: 'old' | 'new', desired: number, target: number, keep: number): Move {
  const { policy, instances } = input;
  const limits = limitsOf(policy, desired);
  const arriving = instances.filter((one) => one.version === to);
  const leaving = instances.filter((one) => one.version !== to);
  const going = choose(leaving, live(leaving).length - keep, instances, limits);
  const started = starts(to, target, arriving, limits.ceiling - instances.length);
  return {
    actions: [...started, ...retire(going)],
    reached: countHealthy(arriving) >= target && live(leaving).length <= keep,
    settled: leaving.length <= keep,
  };
}
