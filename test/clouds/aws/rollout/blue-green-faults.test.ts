import type { AwsAction, FaultKind } from '../../../helpers/aws-fake';
import { BlueGreenBench } from './blue-green-fixture';

let bench: BlueGreenBench;

beforeEach(async () => {
  bench = await new BlueGreenBench().start({}, { attemptMs: 400, operationMs: 2_000 });
  await bench.rollOut(1);
  bench.version();
});
afterEach(() => bench.stop());

/** Every step from one colour to the other: the call that does it, which one of its kind, what a lasting refusal ends in. */
const STEPS: readonly (readonly [step: string, action: AwsAction, nth: number, code?: string])[] = [
  ['looking at the groups', 'DescribeAutoScalingGroups', 1],
  ['looking at the listeners', 'DescribeListeners', 1],
  ['filling the new colour', 'UpdateAutoScalingGroup', 1],
  ['watching the group', 'DescribeAutoScalingGroups', 3],
  ['watching its activities', 'DescribeScalingActivities', 1],
  ['watching its instances', 'DescribeInstances', 2],
  ['watching its targets', 'DescribeTargetHealth', 2],
  ['looking at the listeners again', 'DescribeListeners', 2],
  ['switching the first listener', 'ModifyListener', 1, 'rollout.switch'],
  ['switching the second listener', 'ModifyListener', 2, 'rollout.switch'],
  ['emptying the old colour', 'UpdateAutoScalingGroup', 2, 'rollout.not-emptied'],
];

const PASSING: readonly FaultKind[] = ['throttle', 'reset', 'hang', 'lost-answer'];
const LASTING: readonly (readonly [kind: FaultKind, code: string])[] = [
  ['expired', 'aws.credentials-expired'],
  ['denied', 'aws.permission'],
  ['lost-answer', 'aws.network'],
];

const ONCE = STEPS.flatMap(([step, action, nth]) => PASSING.map((kind) => ({ step, action, nth, kind })));
const ALWAYS = STEPS.flatMap(([step, action, nth, own]) =>
  LASTING.map(([kind, code]) => ({ step, action, nth, kind, code: own ?? code })),
);

test.each(ONCE)('$kind once at $step is got over', async ({ action, nth, kind }) => {
  bench.fake.fault({ action, kind, when: nth });
  await bench.rollOut(2);
  expect(bench.standing()).toEqual(bench.settled('green', 2));
});

test.each(ALWAYS)(
  '$kind that stays at $step ends with one version serving, and the next run ends right',
  async ({ action, nth, kind, code }) => {
    bench.fake.fault({ action, kind, when: (seen) => seen >= nth });
    await expect(bench.rollOut(2)).rejects.toMatchObject({ name: 'KilnError', code });
    const { blue, green, weights } = bench.standing();
    const switched = weights.filter(([toBlue]) => toBlue === 0).length;
    // Where setting back is refused as well, the second listener still has all of the old one.
    expect(switched === 0 || switched === 2 || action === 'ModifyListener').toBe(true);
    expect(switched === 2 ? green : blue).toEqual(switched === 2 ? [2, 2] : [1, 1]);

    bench.fake.clearFaults();
    await bench.rollOut(2);
    expect(bench.standing()).toEqual(bench.settled('green', 2));
  },
);

test('a second listener that cannot be switched sets back the first', async () => {
  bench.fake.fault({ action: 'ModifyListener', kind: 'denied', when: 2 });
  const error = await bench.rollOut(2).catch((caught) => caught);
  expect(error.message).toMatch(/listener '.*' could not be switched; green was emptied$/);
  expect(error.detail).toContain('elasticloadbalancing:ModifyListener');
  expect(error.detail).toContain('serves now: blue (blue)');
  expect(bench.standing().weights).toEqual([
    [100, 0],
    [100, 0],
  ]);
  await bench.quiet();
  expect(bench.standing()).toEqual(bench.settled('blue', 1));
});

test.each(Array.from({ length: 12 }, (_, index) => index + 1))(
  'credentials that expire at call %i leave a version serving, and the next run ends right',
  async (nth) => {
    bench.fake.fault({ action: '*', kind: 'expired', when: (seen) => seen >= nth });
    await expect(bench.rollOut(2)).rejects.toMatchObject({
      code: expect.stringMatching(/^(aws\.credentials-expired|rollout\.switch)$/),
    });
    expect(bench.standing()).toMatchObject({ blue: [1, 1] });
    bench.fake.clearFaults();
    await bench.rollOut(2);
    expect(bench.standing()).toEqual(bench.settled('green', 2));
  },
);
