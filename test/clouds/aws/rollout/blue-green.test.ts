import { BlueGreenBench } from './blue-green-fixture';

let bench: BlueGreenBench;

beforeEach(async () => {
  bench = await new BlueGreenBench().start();
});
afterEach(() => bench.stop());

/** As hashicorp/aws gives it. */
const mixedPolicy = (template: string) => ({
  LaunchTemplate: { LaunchTemplateSpecification: { LaunchTemplateId: template, Version: '1' } },
});

/** A first version that serves from blue. */
async function deployed(changes = {}): Promise<number> {
  await bench.rollOut(1, changes);
  bench.events.length = 0;
  bench.fake.calls.length = 0;
  return bench.version();
}

test('a first deployment fills the colour that the listeners send to, and waits', async () => {
  const result = await bench.rollOut(1);
  expect(result).toMatchObject({ activeGroup: 'blue', changed: true });
  expect(result.instances).toEqual(bench.fake.instances('blue').map(({ id }) => id));
  expect(bench.standing()).toEqual(bench.settled('blue', 1));
  expect(bench.fake.count('ModifyListener')).toBe(0);
  const kinds = bench.kinds();
  expect(kinds.slice(0, 2)).toEqual(['rollout-started', 'batch-started']);
  expect(kinds.slice(2, -2).sort()).toEqual([
    'instance-healthy',
    'instance-healthy',
    'instance-started',
    'instance-started',
  ]);
  expect(kinds.slice(-2)).toEqual(['notice', 'rollout-finished']);
});

test('a new version fills the other colour, is switched to once on every listener, and the old one empties', async () => {
  const version = await deployed();
  expect(await bench.rollOut(version)).toMatchObject({ activeGroup: 'green', changed: true });
  expect(bench.standing()).toEqual(bench.settled('green', version));
  expect(bench.fake.count('ModifyListener')).toBe(2);

  const third = bench.version();
  await bench.rollOut(third);
  expect(bench.standing()).toEqual(bench.settled('blue', third));
});

test('until all new ones are healthy the old ones serve, and no listener is touched', async () => {
  const version = await deployed();
  bench.fake.behave(({ ordinal }) => (ordinal % 2 === 0 ? { healthyAfterMs: 60 } : {}));
  const rollout = bench.rollOut(version);
  while (!bench.kinds().includes('instance-healthy')) await new Promise((resolve) => setTimeout(resolve, 1));
  expect(bench.standing()).toMatchObject({
    blue: [1, 1],
    weights: [
      [100, 0],
      [100, 0],
    ],
  });
  await rollout;
});

test('the same version once more changes nothing', async () => {
  await deployed();
  expect(await bench.rollOut(1)).toMatchObject({ activeGroup: 'blue', changed: false });
  expect(bench.fake.count('UpdateAutoScalingGroup')).toBe(0);
  expect(bench.fake.count('ModifyListener')).toBe(0);
  expect(bench.events).toEqual([]);
});

test('another size alone is given to the colour that serves', async () => {
  await deployed();
  const result = await bench.rollOut(1, { size: { min: 3, max: 3, desired: 3 } });
  expect(result).toMatchObject({ activeGroup: 'blue', changed: true });
  expect(bench.standing()).toEqual(bench.settled('blue', 1, 3));
});

test('in a range the number that scaling made goes over to the new colour', async () => {
  const size = { min: 1, max: 5, desired: 2 };
  const version = await deployed({ size });
  bench.fake.group('blue').desired = 4;
  await bench.quiet();
  await bench.rollOut(version, { size });
  expect(bench.standing()).toEqual(bench.settled('green', version, 4));
  expect(bench.fake.group('green')).toMatchObject({ min: 1, max: 5, desired: 4 });
});

test('a number outside of a new range is brought into it', async () => {
  const version = await deployed({ size: { min: 1, max: 5, desired: 4 } });
  await bench.rollOut(version, { size: { min: 1, max: 3, desired: 2 } });
  expect(bench.standing()).toEqual(bench.settled('green', version, 3));
});

test('without listeners the colour serves that has instances', async () => {
  await bench.stop();
  bench = await new BlueGreenBench().start({}, {}, 0);
  const version = await deployed();
  await bench.rollOut(version);
  expect(bench.standing()).toEqual(bench.settled('green', version));
  await bench.rollOut(bench.version());
  expect(bench.standing()).toEqual(bench.settled('blue', 3));
});

test('a version that is never healthy leaves the old one serving, and the error has its console', async () => {
  const version = await deployed();
  bench.fake.behave(() => ({
    healthyAfterMs: 'never',
    unhealthyReason: 'Target.ResponseCodeMismatch: Health checks failed with these codes: [503]',
    console: 'booting\nno such table: orders\n',
  }));
  const error = await bench
    .rollOut(version, bench.policy({ healthTimeoutMs: 1500 }))
    .catch((caught) => caught);
  expect(error).toMatchObject({ name: 'KilnError', code: 'rollout.failed' });
  expect(error.message).toMatch(
    /the rollout of 'shop-web' failed; i-\w+ and 1 more: not healthy within 1.5 s/,
  );
  expect(error.message).toMatch(/; green was emptied$/);
  expect(error.detail).toContain('Health checks failed with these codes: [503]');
  expect(error.detail).toContain('no such table: orders');
  expect(error.detail).toContain('serves now: blue (blue)');
  await bench.quiet();
  expect(bench.standing()).toEqual(bench.settled('blue', 1));
  expect(bench.kinds()).toEqual(expect.arrayContaining(['rolling-back', 'rolled-back']));

  bench.fake.behave(() => ({}));
  await bench.rollOut(bench.version());
  expect(bench.standing()).toEqual(bench.settled('green', 3));
});

test('an instance that ends is found before its time is over', async () => {
  const version = await deployed();
  bench.fake.behave(() => ({
    healthyAfterMs: 'never',
    crashesAfterMs: 20,
    console: 'panic: out of memory\n',
  }));
  const error = await bench.rollOut(version).catch((caught) => caught);
  expect(error).toMatchObject({ code: 'rollout.failed' });
  expect(error.message).toMatch(
    /: (it ended: its machine is|its group gave it up after an EC2 health check)/,
  );
  expect(error.detail).toContain('panic: out of memory');
});

test('an instance that sickens while it is watched ends the rollout before the switch', async () => {
  const version = await deployed();
  bench.fake.behave(() => ({ sickensAfterMs: 150 }));
  await expect(bench.rollOut(version, bench.policy({ bakeMs: 5_000 }))).rejects.toThrow(
    /it was healthy and is no more .*; green was emptied/,
  );
  expect(bench.fake.count('ModifyListener')).toBe(0);
  await bench.quiet();
  expect(bench.standing()).toEqual(bench.settled('blue', 1));
});

test('a launch that EC2 refuses says why and what to do', async () => {
  const version = await deployed();
  const { LAUNCH_ERRORS } = await import('../../../helpers/aws-fake');
  bench.fake.behave(() => ({ launchError: LAUNCH_ERRORS.vcpuLimit }));
  await expect(bench.rollOut(version)).rejects.toMatchObject({
    code: 'rollout.failed',
    message: expect.stringContaining('your current vCPU limit of 32'),
    remedy: expect.stringContaining('Service Quotas'),
  });
});

test('a group that launches nothing is given up, with what somebody suspended', async () => {
  const version = await deployed();
  bench.onEvent = ({ kind }) => {
    if (kind === 'batch-started') bench.fake.group('green').suspended.set('Launch', 'by hand');
  };
  await expect(bench.rollOut(version, bench.policy({ healthTimeoutMs: 1500 }))).rejects.toThrow(
    'its group has 0 of 2 instances of this version, and no more came in time; suspended by hand: Launch; green was emptied',
  );
});

test('without rollback the new colour stays to be looked at, and the next version starts from there', async () => {
  const version = await deployed();
  bench.fake.behave(() => ({ healthyAfterMs: 'never', crashesAfterMs: 20 }));
  bench.onEvent = ({ kind }) => {
    if (kind === 'batch-started') bench.fake.group('green').suspended.set('ReplaceUnhealthy', 'by hand');
  };
  const policy = bench.policy({ rollback: false });
  await expect(bench.rollOut(version, policy)).rejects.toThrow(/green \(green\) stays as it is$/);
  expect(bench.fake.group('green')).toMatchObject({ desired: 2 });
  bench.fake.behave(() => ({}));
  bench.onEvent = () => undefined;
  bench.fake.group('green').suspended.clear();
  await bench.rollOut(bench.version(), policy);
  expect(bench.standing()).toEqual(bench.settled('green', 3));
});

test('a first version that fails leaves nothing running, and the next one is a first again', async () => {
  bench.fake.behave(() => ({ healthyAfterMs: 'never', crashesAfterMs: 20 }));
  const error = await bench.rollOut(1).catch((caught) => caught);
  expect(error.detail).toContain('serves now: nothing, since there was no version before');
  await bench.quiet();
  expect(bench.fake.instances()).toEqual([]);
  bench.fake.behave(() => ({}));
  await bench.rollOut(bench.version());
  expect(bench.standing()).toEqual(bench.settled('blue', 2));
});

test('a size that does not become healthy is set back', async () => {
  await deployed();
  bench.fake.behave(() => ({ healthyAfterMs: 'never' }));
  const changes = { size: { min: 3, max: 3, desired: 3 }, ...bench.policy({ healthTimeoutMs: 1500 }) };
  await expect(bench.rollOut(1, changes)).rejects.toThrow(/; its size was set back$/);
  await bench.quiet();
  expect(bench.standing()).toEqual(bench.settled('blue', 1));
});

test('refuses a colour that cannot launch, before anything is begun', async () => {
  const version = await deployed();
  bench.fake.group('green').suspended.set('Launch', 'by hand');
  await expect(bench.rollOut(version)).rejects.toMatchObject({
    code: 'rollout.changed-by-hand',
    message: expect.stringContaining("the group 'green' has Launch suspended"),
  });
  expect(bench.fake.count('UpdateAutoScalingGroup')).toBe(0);
});

test('refuses a listener that forwards to neither colour', async () => {
  const foreign = bench.fake.createTargetGroup({ listener: false });
  const arn = bench.fake.createListener([{ arn: foreign, weight: 1 }]);
  await expect(bench.rollOut(1, { listeners: [{ arn }] })).rejects.toMatchObject({
    code: 'rollout.listener',
    message: `the listener '${arn}' forwards to no target group of 'blue' or 'green'`,
  });
  expect(bench.fake.instances()).toEqual([]);
});

test('refuses a group that mixes kinds of instances, whose template is elsewhere', async () => {
  const green = bench.fake.group('green');
  green.launch = { ...green.launch, mixed: mixedPolicy(bench.template) };
  await expect(bench.rollOut(1)).rejects.toMatchObject({
    code: 'rollout.group',
    message: "the group 'green' mixes kinds of instances, and blue/green moves groups of one kind",
  });
});

test('refuses a group that is not there, and other than two', async () => {
  const [blue] = bench.request(1).groups;
  const gone = { name: 'gone', targetGroupArns: [] };
  await expect(bench.rollOut(1, { groups: [blue ?? gone, gone] })).rejects.toMatchObject({
    code: 'rollout.group-missing',
    message: "there is no Auto Scaling group 'gone' for 'shop-web'; somebody deleted it",
  });
  await expect(bench.rollOut(1, { groups: [gone] })).rejects.toThrow(
    'blue/green takes two groups, and there are 1',
  );
  await expect(bench.rollOut(1, { size: undefined })).rejects.toThrow(
    "the rollout of 'shop-web' is blue/green and has no 'size'",
  );
});
