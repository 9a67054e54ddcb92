import type { AwsAction } from '../../../helpers/aws-fake';
import { BlueGreenBench } from './blue-green-fixture';

let bench: BlueGreenBench;
/** What is to serve next. */
let version: number;

/** A service that rolled until now: blue serves, green was just made, and the listeners are older than green. */
beforeEach(async () => {
  bench = await new BlueGreenBench().start({}, { attemptMs: 400, operationMs: 2_000 });
  await bench.rollOut(1);
  version = bench.version();
  bench.leadOnlyTo('blue', 0, 'bare');
  bench.leadOnlyTo('blue', 1);
  bench.events.length = 0;
  bench.fake.calls.length = 0;
});
afterEach(() => bench.stop());

/** The calls that change something, in their order. */
function changes(): (AwsAction | undefined)[] {
  const changing: readonly (AwsAction | undefined)[] = ['ModifyListener', 'UpdateAutoScalingGroup'];
  return bench.fake.calls.map(({ action }) => action).filter((action) => changing.includes(action));
}

const onBlue = {
  weights: [
    [1, 0],
    [1, 0],
  ],
};

test('the listeners are led to the new colour before it is filled, and then switched to it', async () => {
  const seen: unknown[] = [];
  bench.onEvent = ({ kind }) => kind === 'instance-healthy' && seen.push(bench.standing());
  expect(await bench.rollOut(version)).toMatchObject({ activeGroup: 'green', changed: true });
  expect(bench.standing()).toEqual(bench.settled('green', version));
  expect(seen).toEqual([expect.objectContaining(onBlue), expect.objectContaining(onBlue)]);
  expect(changes()).toEqual([
    'ModifyListener',
    'ModifyListener',
    'UpdateAutoScalingGroup',
    'ModifyListener',
    'ModifyListener',
    'UpdateAutoScalingGroup',
  ]);
});

test('where no other version is wanted they are led to both, and that is all', async () => {
  expect(await bench.rollOut(1)).toMatchObject({ activeGroup: 'blue', changed: true });
  expect(bench.standing()).toEqual({ ...bench.settled('blue', 1), ...onBlue });
  expect(bench.fake.count('UpdateAutoScalingGroup')).toBe(0);
  expect(await bench.rollOut(1)).toMatchObject({ changed: false });
});

test('a listener that leads to green only is led to blue', async () => {
  await bench.rollOut(version);
  bench.leadOnlyTo('green', 0);
  const third = bench.version();
  await bench.rollOut(third);
  expect(bench.standing()).toEqual(bench.settled('blue', third));
});

test('where nothing runs yet and each listener leads elsewhere, a first version is seen by both', async () => {
  for (const name of ['blue', 'green']) Object.assign(bench.fake.group(name), { min: 0, max: 0, desired: 0 });
  await bench.quiet();
  bench.leadOnlyTo('green', 1);
  expect(await bench.rollOut(version)).toMatchObject({ activeGroup: 'green' });
  expect(bench.standing()).toMatchObject({ blue: [], green: [version, version] });
  expect(bench.standing().weights.map(([toBlue]) => toBlue)).toEqual([0, 0]);
});

test('each listener is led to the target group in the same place', async () => {
  const [second, twin] = ['second', 'twin'].map((name) =>
    bench.fake.createTargetGroup({ name, listener: false }),
  ) as [string, string];
  const arn = bench.fake.createListener([{ arn: second, weight: 1 }]);
  const added = [second, twin];
  const groups = bench.request(version).groups.map(({ name, targetGroupArns }, index) => ({
    name,
    targetGroupArns: [...targetGroupArns, added[index] as string],
  }));
  bench.fake.group('green').targetGroupArns.add(twin);
  const listeners = [...bench.listeners, arn].map((each) => ({ arn: each }));
  await bench.rollOut(version, { groups, listeners });
  expect(bench.standing()).toEqual(bench.settled('green', version));
  expect(bench.fake.listeners.find((one) => one.arn === arn)?.forwards).toEqual([
    { arn: second, weight: 0 },
    { arn: twin, weight: 100 },
  ]);
});

test('refuses a listener for which the other colour has no target group', async () => {
  const [blue] = bench.request(1).groups;
  const [arn] = blue?.targetGroupArns ?? [];
  const groups = [blue ?? { name: 'blue', targetGroupArns: [] }, { name: 'green', targetGroupArns: [] }];
  await expect(bench.rollOut(version, { groups })).rejects.toMatchObject({
    code: 'rollout.listener',
    message: `the listener '${bench.listeners[0]}' forwards to '${arn}' of 'blue', and 'green' has no target group in its place`,
  });
  expect(changes()).toEqual([]);
});

test('a version that does not become healthy leaves blue serving, and the next one takes over', async () => {
  bench.fake.behave(() => ({ healthyAfterMs: 'never', crashesAfterMs: 20 }));
  await expect(bench.rollOut(version)).rejects.toMatchObject({
    code: 'rollout.failed',
    message: expect.stringMatching(/; green was emptied$/),
  });
  await bench.quiet();
  expect(bench.standing()).toEqual({ ...bench.settled('blue', 1), ...onBlue });
  bench.fake.behave(() => ({}));
  await bench.rollOut(version);
  expect(bench.standing()).toEqual(bench.settled('green', version));
});

test('a listener that cannot be led to green says so, and nothing is filled', async () => {
  bench.fake.fault({ action: 'ModifyListener', kind: 'denied' });
  await expect(bench.rollOut(version)).rejects.toMatchObject({
    code: 'rollout.switch',
    message: expect.stringContaining(`the listener '${bench.listeners[0]}' could not be led to both colours`),
    detail: expect.stringContaining('serves now: blue (blue)'),
  });
  expect(bench.standing()).toMatchObject({ blue: [1, 1], green: [] });
});

describe.each([1, 2, 3, 4])('a fault that stays from the %i. change of a listener on', (nth) => {
  test.each(['expired', 'denied', 'lost-answer'] as const)(
    '%s leaves one version serving, and the next run ends right',
    async (kind) => {
      bench.fake.fault({ action: 'ModifyListener', kind, when: (seen) => seen >= nth });
      await expect(bench.rollOut(version)).rejects.toMatchObject({ code: 'rollout.switch' });
      expect(bench.standing()).toMatchObject({ blue: [1, 1] });
      bench.fake.clearFaults();
      await bench.rollOut(version);
      expect(bench.standing()).toEqual(bench.settled('green', version));
    },
  );
});

test.each(Array.from({ length: 14 }, (_, index) => index + 1))(
  'credentials that expire at call %i leave a version serving, and the next run ends right',
  async (nth) => {
    bench.fake.fault({ action: '*', kind: 'expired', when: (seen) => seen >= nth });
    await expect(bench.rollOut(version)).rejects.toMatchObject({
      code: expect.stringMatching(/^(aws\.credentials-expired|rollout\.switch)$/),
    });
    expect(bench.standing()).toMatchObject({ blue: [1, 1] });
    bench.fake.clearFaults();
    await bench.rollOut(version);
    expect(bench.standing()).toEqual(bench.settled('green', version));
  },
);
