import { countHealthy, retire, starts } from './moving';
import type { Move, RolloutInput } from './rollout-types';

/** All of the other versions go; when nothing of them is left, all of this one start. For singletons. */
export function replaceWith(to: 'old' | 'new', input: RolloutInput): Move {
  const { instances } = input;
  const target = to === 'new' ? input.desired : input.oldDesired;
  const arriving = instances.filter((one) => one.version === to);
  const leaving = instances.filter((one) => one.version !== to);
  const settled = leaving.length === 0;
  return {
    actions: settled ? starts(to, target, arriving, target) : retire(leaving),
    reached: settled && countHealthy(arriving) >= target,
    settled,
  };
}
