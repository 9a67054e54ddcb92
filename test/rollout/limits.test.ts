import { limitsOf } from '../../lib/rollout';
import { policy } from './policies';

test.each([
  // surge, unavailable, desired, floor, ceiling
  ['1', '0', 3, 3, 4],
  ['0', '1', 3, 2, 3],
  ['25%', '25%', 10, 8, 13],
  ['25%', '25%', 1, 1, 2],
  ['100%', '0', 4, 4, 8],
  ['0', '100%', 4, 0, 4],
  ['0', '7', 4, 0, 4],
  ['0', '10%', 3, 3, 4],
  ['0', '0', 3, 3, 4],
  ['1', '0', 0, 0, 1],
])(
  'a surge of %s and %s unavailable, of %d: at least %d in service, at most %d in all',
  (maxSurge, maxUnavailable, desired, floor, ceiling) => {
    expect(limitsOf(policy({ maxSurge, maxUnavailable }), desired)).toEqual({ floor, ceiling });
  },
);
