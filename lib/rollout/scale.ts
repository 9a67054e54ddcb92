import { limitsOf } from './limits';
import { choose, countHealthy, live, retire, starts } from './moving';
import type { Move, RolloutInput } from './rollout-types';

/** The same version, another number: the missing ordinals start, those beyond the number go. */
export function scaleTo(number: number, input: RolloutInput): Move {
  const { policy, instances } = input;
  const kept = instances.filter((one) => one.ordinal < number);
  const extra = instances.filter((one) => one.ordinal >= number);
  const going = choose(extra, extra.length, instances, limitsOf(policy, number));
  return {
    actions: [...starts('new', number, kept, number), ...retire(going)],
    reached: countHealthy(kept) >= number && live(extra).length === 0,
    settled: extra.length === 0,
  };
}
