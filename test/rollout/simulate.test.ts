import { limitsOf, type RolloutBatch, simulateRollout } from '../../lib/rollout';
import type { UpdatePolicySpec } from '../../lib/spec';
import fc from '../helpers/property';
import { policy } from './policies';

/** `5000: switch -0,1 +2`: after 5000 ms more, the switch, old 0 and 1 go, new 2 comes. */
function text({ waitMs, switches, stops, starts }: RolloutBatch): string {
  const parts = [
    switches ? 'switch' : '',
    stops.length ? `-${stops}` : '',
    starts.length ? `+${starts}` : '',
  ];
  return `${waitMs > 0 ? `${waitMs}: ` : ''}${parts.filter(Boolean).join(' ')}`;
}

const bake = { bakeMs: 1000 };
const steps = (...percents: number[]) => ({ steps: percents.map((percent) => ({ percent, pauseMs: 500 })) });

test.each<[string, Partial<UpdatePolicySpec>, number, number, string[], number]>([
  ['one by one', {}, 3, 3, ['+0', '-0 +1', '-1 +2', '-2'], 0],
  [
    'one by one, without room for more',
    { maxSurge: '0', maxUnavailable: '1' },
    3,
    3,
    ['-0 +0', '-1 +1', '-2 +2'],
    0,
  ],
  [
    'a quarter at a time',
    { maxSurge: '25%', maxUnavailable: '25%', ...bake },
    10,
    10,
    ['-0,1 +0,1,2,3,4', '-2,3,4,5,6 +5,6,7,8,9', '-7,8,9'],
    1000,
  ],
  ['all at once', { maxSurge: '100%' }, 3, 3, ['+0,1,2', '-0,1,2'], 0],
  [
    'a policy that would never move',
    { maxSurge: '0', maxUnavailable: '10%' },
    2,
    2,
    ['+0', '-0 +1', '-1'],
    0,
  ],
  [
    'canary steps',
    { ...steps(10, 50), ...bake },
    4,
    4,
    ['+0', '-0', '1500: +1', '-1', '1500: +2', '-2 +3', '-3'],
    1000,
  ],
  ['two canary steps of one instance', steps(10, 40), 2, 2, ['+0', '-0', '1000: +1', '-1'], 0],
  ['a canary of a service of one instance', steps(10), 1, 1, ['+0', '-0'], 500],
  ['a replacement', { strategy: 'replace', ...bake }, 1, 1, ['-0 +0'], 1000],
  ['blue/green', { strategy: 'blue-green', ...bake }, 2, 3, ['+0,1,2', '1000: switch -0,1'], 0],
  ['a first deployment', { ...steps(10), ...bake }, 0, 3, ['+0,1,2'], 1000],
  ['a first deployment, blue/green', { strategy: 'blue-green', ...bake }, 0, 2, ['+0,1', '1000: switch'], 0],
  ['fewer of the new version', {}, 5, 2, ['-0,1,2 +0', '-3 +1', '-4'], 0],
  ['more of the new version', {}, 2, 4, ['+0,1,2', '-0 +3', '-1'], 0],
])('%s', (_, changes, from, to, batches, finalWaitMs) => {
  const simulated = simulateRollout(policy(changes), from, to);
  expect({ batches: simulated.batches.map(text), finalWaitMs: simulated.finalWaitMs }).toEqual({
    batches,
    finalWaitMs,
  });
});

test.each([
  ['more of the same', 2, 4, ['+2,3'], 1000],
  ['fewer of the same', 4, 2, ['-2,3'], 0],
  ['as many of the same', 2, 2, [], 0],
])('%s', (_, from, to, batches, finalWaitMs) => {
  const simulated = simulateRollout(policy({ ...bake, strategy: 'replace' }), from, to, 'scale');
  expect({ batches: simulated.batches.map(text), finalWaitMs: simulated.finalWaitMs }).toEqual({
    batches,
    finalWaitMs,
  });
});

test('every old instance stops once, every new one starts once, and nothing else happens', () => {
  const amount = fc.constantFrom('0', '1', '3', '10%', '25%', '100%');
  const any = fc.record({
    strategy: fc.constantFrom('rolling' as const, 'replace' as const, 'blue-green' as const),
    maxSurge: amount,
    maxUnavailable: amount,
    bakeMs: fc.constantFrom(0, 1000),
  });
  const property = fc.property(any, fc.nat(12), fc.integer({ min: 1, max: 12 }), (changes, from, to) => {
    const { batches } = simulateRollout(policy(changes), from, to);
    const numbers = (count: number) => Array.from({ length: count }, (_, ordinal) => ordinal);
    expect(batches.flatMap((batch) => batch.stops).sort((a, b) => a - b)).toEqual(numbers(from));
    expect(batches.flatMap((batch) => batch.starts)).toEqual(numbers(to));
    if (changes.strategy !== 'rolling') return;
    const { ceiling } = limitsOf(policy(changes), to);
    let present = from;
    for (const { stops, starts } of batches) {
      present += starts.length - stops.length;
      if (starts.length > 0) expect(present).toBeLessThanOrEqual(ceiling);
    }
  });
  fc.assert(property, { seed: 1, numRuns: 500 });
});
