import { countHealthy, retire, starts } from './moving';
import type { Move, RolloutInput, RolloutVersion } from './rollout-types';

/**
 * Before the switch: all new ones beside all others, none of them in service. What a replaced rollout left goes as
 * soon as the old ones can do without it.
 */
export function prepareNew(input: RolloutInput): Move {
  const arriving = of(input, 'new');
  const spared = countHealthy(of(input, 'old')) >= input.oldDesired ? retire(of(input, 'stale')) : [];
  return {
    actions: [...starts('new', input.desired, arriving, input.desired), ...spared],
    reached: countHealthy(arriving) >= input.desired,
    settled: true,
  };
}

/** After the switch: all others go. What happens to a new one now is its supervisor's business. */
export function retireOthers(input: RolloutInput): Move {
  const leaving = input.instances.filter((one) => one.version !== 'new');
  return { actions: retire(leaving), reached: true, settled: leaving.length === 0 };
}

/**
 * Back to all old ones. While the old ones serve, the new ones go at once; once the new ones serve, they do so until
 * all old ones are healthy again and the switch is made. Stale ones serve with the old, and go last.
 */
export function restoreOld(input: RolloutInput): Move {
  const { oldDesired, progress } = input;
  const old = of(input, 'old');
  const unused = progress.serves === 'old' ? retire(of(input, 'new')) : [];
  if (countHealthy(old) < oldDesired) {
    return {
      actions: [...starts('old', oldDesired, old, oldDesired), ...unused],
      reached: false,
      settled: false,
    };
  }
  if (progress.serves !== 'old')
    return { actions: [{ kind: 'switch', to: 'old' }], reached: false, settled: false };
  const leaving = input.instances.filter((one) => one.version !== 'old');
  return { actions: retire(leaving), reached: true, settled: leaving.length === 0 };
}

function of({ instances }: RolloutInput, version: RolloutVersion) {
  return instances.filter((one) => one.version === version);
}
