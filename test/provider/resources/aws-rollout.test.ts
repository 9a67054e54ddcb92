import { UNKNOWN } from '../../../lib/plugin';
import type { Values } from '../../../lib/plugin/definition';
import { type AwsFake, startAwsFake } from '../../helpers/aws-fake';
import { AwsRolloutBench } from './aws-rollout-bench';

let fake: AwsFake;
let bench: AwsRolloutBench;
let template: string;
let targets: readonly string[];
let listener: string;

beforeEach(async () => {
  fake = await startAwsFake({ pace: 2 });
  bench = await new AwsRolloutBench(fake).start();
  template = fake.createLaunchTemplate().id;
  targets = ['blue', 'green'].map((name) =>
    fake.createTargetGroup({ name, listener: false, drainSeconds: 1 }),
  );
  listener = fake.createListener(targets.map((arn, index) => ({ arn, weight: index === 0 ? 100 : 0 })));
});
afterEach(() => fake.stop());

const UPDATE = {
  strategy: 'rolling',
  max_surge: '1',
  max_unavailable: '0',
  bake_ms: 0,
  health_timeout_ms: 20_000,
  steps: [],
  rollback: true,
};

function makeGroup(name: string, index: number, instances: number): void {
  fake.createGroup({
    name,
    launchTemplate: { id: template },
    min: instances,
    max: instances,
    targetGroupArns: [targets[index] as string],
    graceSeconds: 60_000,
  });
}

const DIGEST = `sha256:${'a1'.repeat(32)}`;

/** A service of one group. */
function rolling(version = 1, changes: Values = {}): Values {
  return {
    service: 'shop-web',
    groups: [{ name: 'blue', target_group_arns: [targets[0]] }],
    launch_template: { id: template, version },
    update: UPDATE,
    ...changes,
  };
}

/** A service of two groups. */
function blueGreen(version = 1, changes: Values = {}): Values {
  return rolling(version, {
    groups: ['blue', 'green'].map((name, index) => ({ name, target_group_arns: [targets[index]] })),
    update: { ...UPDATE, strategy: 'blue-green' },
    size: { min: 2, max: 2, desired: 2 },
    listeners: [listener],
    ...changes,
  });
}

async function applied(config: Values, prior: Values | null = null): Promise<Values> {
  const { state, problems } = await bench.apply(config, prior);
  expect(problems).toEqual([]);
  return state as Values;
}

const versions = (group: string) => fake.instances(group).map((one) => one.template.version);

describe('one group', () => {
  beforeEach(() => makeGroup('blue', 0, 2));

  test('is planned with the group that will serve', async () => {
    const { state, problems } = await bench.plan(rolling());
    expect(problems).toEqual([]);
    expect(state).toMatchObject({
      id: 'blue',
      active_group: 'blue',
      region: 'eu-central-1',
      listeners: [],
      alarms: [],
    });
    const later = await bench.plan(rolling(1, { groups: [{ name: UNKNOWN, target_group_arns: UNKNOWN }] }));
    expect(later.state).toMatchObject({ id: UNKNOWN, active_group: UNKNOWN });
  });

  test('is created when it serves, and moved with events under the name of the service', async () => {
    const state = await applied(rolling());
    expect(state).toMatchObject({ id: 'blue', active_group: 'blue', region: 'eu-central-1' });
    expect(versions('blue')).toEqual([1, 1]);
    expect(await bench.plan(rolling(), state)).toEqual({ state, replacedFor: [], problems: [] });
    await applied(rolling(fake.addTemplateVersion(template, {})), state);
    expect(new Set(bench.events.map(({ service }) => service))).toEqual(new Set(['shop-web']));
    expect(bench.events.at(-1)).toMatchObject({ kind: 'rollout-finished' });
  });

  test('is moved by another version, and an update that fails keeps what was', async () => {
    const first = await applied(rolling());
    const second = await applied(rolling(fake.addTemplateVersion(template, {})), first);
    expect(versions('blue')).toEqual([2, 2]);
    fake.behave(() => ({ healthyAfterMs: 'never', crashesAfterMs: 20, console: 'panic\n' }));
    const { state, problems } = await bench.apply(rolling(fake.addTemplateVersion(template, {})), second);
    expect(state).toEqual(second);
    expect(problems).toEqual([
      expect.stringMatching(/^error: The rollout of 'shop-web' failed; [\s\S]*panic/),
    ]);
  });

  test('a create that fails leaves nothing in the state, and the next one goes on', async () => {
    fake.fault({ action: 'DescribeTargetHealth', kind: 'denied' });
    const { state, problems } = await bench.apply(rolling());
    expect(state).toBeNull();
    expect(problems[0]).toContain('elasticloadbalancing:DescribeTargetHealth');
    fake.clearFaults();
    await applied(rolling());
    expect(versions('blue')).toEqual([1, 1]);
  });

  test('another policy, name or alarm is recorded and moves nothing', async () => {
    const first = await applied(rolling());
    fake.calls.length = 0;
    const config = rolling(1, { update: { ...UPDATE, bake_ms: 5 }, service: 'shop', alarms: ['slow'] });
    expect((await bench.plan(config, first)).state).toMatchObject({ id: 'blue', active_group: 'blue' });
    expect(await applied(config, first)).toMatchObject({ service: 'shop', alarms: ['slow'], id: 'blue' });
    expect(fake.calls).toEqual([]);
  });

  test('another group makes another resource', async () => {
    const first = await applied(rolling());
    const config = rolling(1, { groups: [{ name: 'other', target_group_arns: [] }] });
    expect((await bench.plan(config, first)).replacedFor).toEqual(['groups.[].name']);
  });

  test('what is read is what runs: another version of the group or of an instance', async () => {
    const state = await applied(rolling(1, { image_digest: DIGEST }));
    expect(state.image_digest).toBe(DIGEST);
    expect(await bench.read(state)).toEqual({ state, problems: [] });
    fake.addTemplateVersion(template, {});
    const group = fake.group('blue');
    const before = group.launch;
    for (const version of ['2', '$Latest']) {
      group.launch = { ...before, template: { ...before.template, version } };
      const read = (await bench.read(state)).state as Values;
      expect(read.launch_template).toEqual({ id: template, version: version === '2' ? 2 : 0 });
      expect(read.image_digest).toBeNull();
    }
    // One instance of version 2, in a group of version 1: a rollout that ended in its middle.
    group.launch = { ...before, template: { ...before.template, version: '2' } };
    group.desired = group.max = 3;
    fake.step(20);
    group.launch = before;
    expect((await bench.read(state)).state).toMatchObject({ launch_template: { id: template, version: 2 } });
    await applied(rolling(), (await bench.read(state)).state);
    expect(versions('blue')).toEqual([1, 1, 1]);
  });

  test('a group that is gone, or going, is no rollout any more', async () => {
    const state = await applied(rolling());
    fake.group('blue').deleting = true;
    expect(await bench.read(state)).toEqual({ state: null, problems: [] });
    const groups = [{ name: 'gone', target_group_arns: [] }];
    expect(await bench.read({ ...state, groups })).toEqual({ state: null, problems: [] });
  });

  test('its end leaves the group alone', async () => {
    const state = await applied(rolling());
    fake.calls.length = 0;
    expect(await bench.apply(null, state)).toEqual({ state: null, problems: [] });
    expect(fake.calls).toEqual([]);
  });

  test('is imported by its name, and the next apply moves nothing', async () => {
    await applied(rolling());
    const { state, problems } = await bench.import('blue');
    expect(problems).toEqual([]);
    expect(state).toMatchObject({ id: 'blue', launch_template: { id: template, version: 1 }, size: null });
    fake.calls.length = 0;
    expect(await applied(rolling(), state)).toMatchObject({ id: 'blue', active_group: 'blue' });
    expect(fake.calls).toEqual([]);
  });

  test('refuses to import what is not there', async () => {
    const { problems } = await bench.import('web');
    expect(problems[0]).toContain("There is no Auto Scaling group 'web' in eu-central-1");
  });
});

describe('two groups', () => {
  beforeEach(() => {
    makeGroup('blue', 0, 0);
    makeGroup('green', 1, 0);
  });

  test('take turns, and the state says which one serves', async () => {
    const first = await applied(blueGreen());
    expect(first).toMatchObject({ id: 'blue:green', active_group: 'blue' });
    const config = blueGreen(fake.addTemplateVersion(template, {}));
    expect((await bench.plan(config, first)).state).toMatchObject({ active_group: UNKNOWN });
    expect(await applied(config, first)).toMatchObject({ active_group: 'green' });
    expect(versions('green')).toEqual([2, 2]);
  });

  test('a policy alone keeps the colour in the plan', async () => {
    const first = await applied(blueGreen());
    const config = blueGreen(1, { update: { ...UPDATE, strategy: 'blue-green', bake_ms: 5 } });
    expect((await bench.plan(config, first)).state).toMatchObject({ active_group: 'blue' });
  });

  test('a size that was changed by hand, or a colour that was left, shows and is set right', async () => {
    const first = await applied(blueGreen());
    expect(await bench.read(first)).toEqual({ state: first, problems: [] });
    Object.assign(fake.group('blue'), { min: 1, max: 3, desired: 3 });
    const resized = (await bench.read(first)).state as Values;
    expect(resized.size).toEqual({ min: 1, max: 3, desired: 2 });
    const second = await applied(blueGreen(), resized);
    expect(fake.group('blue')).toMatchObject({ min: 2, max: 2, desired: 2 });

    fake.addTemplateVersion(template, {});
    const green = fake.group('green');
    const { launch } = green;
    green.launch = { ...launch, template: { ...launch.template, version: '2' } };
    Object.assign(green, { max: 1, desired: 1 });
    fake.step(20);
    const read = (await bench.read(second)).state as Values;
    expect(read).toMatchObject({ active_group: 'blue', launch_template: { version: 2 } });
    await applied(blueGreen(), read);
    expect([versions('blue'), versions('green')]).toEqual([[1, 1], []]);
  });

  test('a listener that was changed by hand keeps no plan from being made', async () => {
    const first = await applied(blueGreen());
    const arn = fake.createListener([{ arn: targets[0] as string, weight: 1 }]);
    expect(await bench.read({ ...first, listeners: [arn] })).toMatchObject({
      state: { active_group: 'blue' },
      problems: [],
    });
  });

  test('refuses to go to one group while the other one serves', async () => {
    const first = await applied(blueGreen());
    const second = await applied(blueGreen(fake.addTemplateVersion(template, {})), first);
    const { problems } = await bench.plan(rolling(2), second);
    expect(problems).toEqual([
      "error: the group 'green' serves, and would be deleted: there would be only 'blue'\n" +
        "Deploy any new version once more with 'blue-green', after which the other group serves; then change the strategy.",
    ]);
    expect((await bench.plan(rolling(1), first)).problems).toEqual([]);
  });

  describe('that were one until now', () => {
    let before: Values;

    beforeEach(async () => {
      Object.assign(fake.group('blue'), { min: 2, max: 2, desired: 2 });
      before = await applied(rolling());
      listener = fake.createListener([{ arn: targets[0] as string, weight: 1 }]);
      fake.addTemplateVersion(template, {});
    });

    /** The state after a plan that fails, as the next plan finds it. */
    async function failed(config: Values): Promise<Values> {
      const { state, problems } = await bench.apply(config, before);
      expect(problems).toEqual([expect.stringMatching(/^error: /)]);
      fake.clearFaults();
      return (await bench.read(state)).state as Values;
    }

    test('take over from one another in place', async () => {
      expect((await bench.plan(blueGreen(2), before)).replacedFor).toEqual([]);
      expect(await applied(blueGreen(2), before)).toMatchObject({ id: 'blue:green', active_group: 'green' });
      expect([versions('blue'), versions('green')]).toEqual([[], [2, 2]]);
    });

    test('go on where the old one could not be emptied, and refuse to be one while green serves', async () => {
      fake.fault({ action: 'UpdateAutoScalingGroup', kind: 'denied', when: (seen) => seen >= 2 });
      const state = await failed(blueGreen(2));
      expect(state).toMatchObject({ id: 'blue:green', active_group: 'green' });
      expect((await bench.plan(rolling(2), state)).problems).toEqual([
        expect.stringContaining("the group 'green' serves, and would be deleted"),
      ]);
      expect(await applied(blueGreen(2), state)).toMatchObject({ active_group: 'green' });
      expect([versions('blue'), versions('green')]).toEqual([[], [2, 2]]);
    });

    test('go on where no listener could be changed, also with no new version', async () => {
      fake.fault({ action: 'ModifyListener', kind: 'denied' });
      const state = await failed(blueGreen(1));
      expect(state).toMatchObject({ id: 'blue:green', active_group: 'blue' });
      expect((await bench.plan(rolling(1), state)).problems).toEqual([]);
      await applied(blueGreen(1), state);
      expect(fake.listeners.find(({ arn }) => arn === listener)?.forwards).toHaveLength(2);
    });
  });

  test('of which one is going are no rollout any more', async () => {
    const first = await applied(blueGreen());
    fake.group('green').deleting = true;
    expect(await bench.read(first)).toEqual({ state: null, problems: [] });
  });

  test('are imported by both names', async () => {
    await applied(blueGreen());
    const { state } = await bench.import('blue:green');
    expect(state).toMatchObject({
      id: 'blue:green',
      active_group: 'blue',
      launch_template: { id: template, version: 1 },
      size: { min: 2, max: 2, desired: 2 },
    });
  });
});

describe('refuses at validation', () => {
  test.each<[what: string, config: () => Values, text: string]>([
    [
      'two groups for a rolling update',
      () => blueGreen(1, { update: UPDATE }),
      "has 2, and 'rolling' takes one",
    ],
    [
      'one group for blue/green',
      () => blueGreen(1, { groups: rolling().groups }),
      "'groups' has 1, and 'blue-green' takes two",
    ],
    [
      'one group twice',
      () => blueGreen(1, { groups: [...(rolling().groups as []), ...(rolling().groups as [])] }),
      "'groups' has 'blue' twice, and blue and green are two groups",
    ],
    ['blue/green without a size', () => blueGreen(1, { size: null }), "'size' is missing"],
    [
      'blue/green with alarms',
      () => blueGreen(1, { alarms: ['x'] }),
      "'alarms' are watched by instance refreshes",
    ],
    [
      'a size beside one group',
      () => rolling(1, { size: { min: 1, max: 1, desired: 1 } }),
      "'size' is for 'blue-green' only",
    ],
    [
      'listeners of one group',
      () => rolling(1, { listeners: [listener] }),
      "'listeners' are for 'blue-green' only",
    ],
    [
      'a size upside down',
      () => blueGreen(1, { size: { min: 3, max: 2, desired: 2 } }),
      "'size.min' is 3, and 'size.max' is 2; it must be at least as much",
    ],
    [
      'a number outside of its range',
      () => blueGreen(1, { size: { min: 1, max: 2, desired: 3 } }),
      "'size.desired' is 3, and must be from 1 to 2",
    ],
    [
      'what is no digest',
      () => rolling(1, { image_digest: 'v1' }),
      "must be 'sha256:' and 64 hexadecimal digits",
    ],
    ['a version that moves', () => rolling(0), 'is 0, and must be 1 or more'],
    [
      'a name for a template',
      () => rolling(1, { launch_template: { id: 'web', version: 1 } }),
      "is 'web', and must be the id of a launch template, 'lt-...'",
    ],
    [
      'a colon in a name',
      () => rolling(1, { groups: [{ name: 'a:b', target_group_arns: [] }] }),
      "is 'a:b', and must be the name of a group: 1 to 255 characters without a colon",
    ],
    [
      'what is no ARN',
      () => rolling(1, { groups: [{ name: 'a', target_group_arns: ['web'] }] }),
      "has 'web', and each must be the ARN of a load balancer's part",
    ],
    [
      'a policy that is none',
      () => rolling(1, { update: { ...UPDATE, max_surge: 'many' } }),
      "'maxSurge' must be a whole number or a percentage from '0%' to '100%'",
    ],
  ])('%s', async (_what, config, text) => {
    expect((await bench.validate(config())).join('\n')).toContain(text);
  });

  test('nothing that is not known yet', async () => {
    const config = rolling(1, { groups: UNKNOWN, update: UNKNOWN, size: UNKNOWN, listeners: UNKNOWN });
    expect(await bench.validate(config)).toEqual([]);
  });
});
