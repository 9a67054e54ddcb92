import type { SeenInstance, SeenPhase } from '../../../../lib/clouds/aws/rollout/observe';
import { servingText } from '../../../../lib/clouds/aws/rollout/rollout-error';
import { isInPlace } from '../../../../lib/clouds/aws/rollout/watch';

function sight(desired: number, ...instances: (readonly [SeenPhase, number])[]) {
  const seen = instances.map(([phase, version], i) => ({ id: `i-${i}`, phase, version }) as SeenInstance);
  return { group: { desired }, instances: seen } as unknown as Parameters<typeof isInPlace>[0];
}

test.each([
  ['all of the version and healthy', true, sight(2, ['healthy', 2], ['healthy', 2])],
  ['more than desired, as between two scalings', true, sight(1, ['healthy', 2], ['healthy', 2])],
  ['none desired and none there', true, sight(0)],
  ['others on their way out', true, sight(1, ['healthy', 2], ['leaving', 1])],
  ['one in standby, where somebody put it', true, sight(1, ['healthy', 2], ['standby', 1])],
  ['fewer than desired', false, sight(2, ['healthy', 2])],
  ['one that starts', false, sight(1, ['healthy', 2], ['starting', 2])],
  ['one of another version', false, sight(1, ['healthy', 2], ['healthy', 1])],
  ['one of another launch template', false, sight(1, ['healthy', 2], ['healthy', Number.NaN])],
])('with %s, a group is in place: %s', (_what, expected, seen) => {
  expect(isInPlace(seen, 2)).toBe(expected);
});

test('what serves is told by version, the healthy ones alone', () => {
  const { instances } = sight(3, ['healthy', 1], ['healthy', 1], ['healthy', 2], ['starting', 2]);
  expect(servingText(instances)).toBe('2 instances of version 1 (i-0, i-1), 1 of version 2 (i-2)');
  expect(servingText(sight(1, ['healthy', Number.NaN]).instances)).toBe(
    '1 instance of another launch template (i-0)',
  );
  expect(servingText([])).toBe('nothing');
});
