import {
  CancelInstanceRefreshCommand,
  DescribeScalingActivitiesCommand,
  type RefreshPreferences,
  RollbackInstanceRefreshCommand,
  SetDesiredCapacityCommand,
} from '@aws-sdk/client-auto-scaling';
import { LAUNCH_ERRORS } from '../../helpers/aws-fake';
import { RefreshFixture } from './refresh-fixture';

let web: RefreshFixture;

afterEach(() => web.close());

const rollBack = () => web.clients.autoscaling.send(new RollbackInstanceRefreshCommand(web.name));
const resize = (DesiredCapacity: number) =>
  web.clients.autoscaling.send(new SetDesiredCapacityCommand({ ...web.name, DesiredCapacity }));
/** New ones never pass their checks. */
const breakNewOnes = () =>
  web.fake.behave(({ version }) => (version === 2 ? { healthyAfterMs: 'never' } : {}));

describe('the bounds', () => {
  test.each<[size: number, preferences: RefreshPreferences, least: number, most: number, first: string]>([
    [3, { MinHealthyPercentage: 100, MaxHealthyPercentage: 134 }, 3, 4, 'launch'],
    [3, { MinHealthyPercentage: 100, MaxHealthyPercentage: 200 }, 3, 6, 'launch'],
    [3, { MinHealthyPercentage: 66, MaxHealthyPercentage: 100 }, 2, 3, 'terminate'],
    [4, { MinHealthyPercentage: 50, MaxHealthyPercentage: 150 }, 2, 6, 'both'],
    [10, { MinHealthyPercentage: 90, MaxHealthyPercentage: 110 }, 9, 11, 'both'],
    [1, { MinHealthyPercentage: 100, MaxHealthyPercentage: 200 }, 1, 2, 'launch'],
    [1, { MinHealthyPercentage: 0, MaxHealthyPercentage: 100 }, 0, 1, 'terminate'],
    [5, { MinHealthyPercentage: 0, MaxHealthyPercentage: 100 }, 0, 5, 'terminate'],
    // No room: a maximum that is given launches first, one that is left out terminates first.
    [3, { MinHealthyPercentage: 100, MaxHealthyPercentage: 100 }, 3, 4, 'launch'],
    [3, { MinHealthyPercentage: 100, MaxHealthyPercentage: 110 }, 3, 4, 'launch'],
    [3, { MinHealthyPercentage: 100 }, 2, 3, 'terminate'],
    [3, {}, 2, 3, 'terminate'],
    [1, {}, 0, 1, 'terminate'],
  ])('%d with %j stay between %d in service and %d in all, and begin with: %s', async (...row) => {
    const [size, preferences, least, most, first] = row;
    web = await RefreshFixture.open(size);
    await web.start(preferences);
    const seen = { least: size, most: size, first: '' };
    web.until('Successful', () => {
      seen.least = Math.min(seen.least, web.serving);
      seen.most = Math.max(seen.most, web.live.length);
      const launched = web.live.some(({ template }) => template.version === 2);
      const gone = web.live.filter(({ template }) => template.version === 1).length < size;
      if (!seen.first && (launched || gone))
        seen.first = launched && gone ? 'both' : launched ? 'launch' : 'terminate';
    });
    // Where one goes and its successor comes in the same step, both are seen; what counts is whether a bound is touched.
    expect({ least: seen.least, most: seen.most }).toEqual({ least, most });
    if (first === 'launch') expect(seen.first).toBe('launch');
    expect(web.versions).toBe(Array(size).fill(2).join(' '));
    expect(web.own).toBe('2');
    expect(await web.latest()).toMatchObject({
      PercentageComplete: 100,
      InstancesToUpdate: 0,
      EndTime: expect.any(Date),
    });
  });

  test('hold while new instances never get healthy, and the group replaces those after their grace period', async () => {
    web = await RefreshFixture.open(3);
    breakNewOnes();
    await web.start({ MinHealthyPercentage: 100, MaxHealthyPercentage: 134 });
    for (let step = 0; step < 100; step++) {
      web.fake.step();
      expect(web.serving).toBe(3);
      expect(web.live.length).toBeLessThanOrEqual(4);
    }
    expect(web.fake.launched('web').filter(({ template }) => template.version === 2).length).toBeGreaterThan(
      3,
    );
    expect(await web.latest()).toMatchObject({
      Status: 'InProgress',
      PercentageComplete: 0,
      InstancesToUpdate: 3,
    });
  });
});

describe('a new instance counts', () => {
  test('when its warm-up is over, not when it is in service', async () => {
    web = await RefreshFixture.open(1);
    await web.start({ MinHealthyPercentage: 100, MaxHealthyPercentage: 200, InstanceWarmup: 200 });
    web.fake.step(15);
    expect(web.serving).toBe(2);
    expect(await web.latest()).toMatchObject({ Status: 'InProgress', PercentageComplete: 0 });
    web.until('Successful');
  });

  test('when its balancer says healthy', async () => {
    web = await RefreshFixture.open(1, { graceSeconds: 1000 });
    web.fake.behave(() => ({ healthyAfterMs: 150 }));
    await web.start({ MinHealthyPercentage: 100, MaxHealthyPercentage: 200 });
    web.fake.step(12);
    expect(web.versions).toBe('1 2');
    web.until('Successful');
  });

  test('in its grace period whatever the balancer says, where the service is taken to do that', async () => {
    web = await RefreshFixture.open(3, { healthInGrace: 'assumed', graceSeconds: 1000 });
    breakNewOnes();
    await web.start({ MinHealthyPercentage: 100, MaxHealthyPercentage: 134 });
    web.until('Successful');
    expect(web.serving).toBe(0);
  });
});

describe('checkpoints', () => {
  test('stop at a part of the group for their delay', async () => {
    web = await RefreshFixture.open(4);
    const checkpoints = { CheckpointPercentages: [25, 75, 100], CheckpointDelay: 100 };
    await web.start({ MinHealthyPercentage: 100, MaxHealthyPercentage: 200, ...checkpoints });
    const stops: string[] = [];
    web.until('Successful', () => {
      const { reason = '' } = web.fake.refreshes('web')[0] ?? {};
      if (/checkpoint/.test(reason)) stops.push(`${/\d+%/.exec(reason)} ${web.versions}`);
    });
    expect([...new Set(stops)].filter((stop) => stop.split(' ').length === 5)).toEqual([
      '25% 1 1 1 2',
      '75% 1 2 2 2',
    ]);
    expect(stops.filter((stop) => stop === '25% 1 1 1 2').length).toBeGreaterThanOrEqual(9);
  });

  test('that do not end at 100 leave the rest of the group', async () => {
    web = await RefreshFixture.open(4);
    await web.start({ CheckpointPercentages: [50], CheckpointDelay: 0 });
    web.until('Successful');
    expect(web.versions).toBe('1 1 2 2');
    expect(web.own).toBe('2');
  });

  test('are an hour long where no delay is given', async () => {
    web = await RefreshFixture.open(2);
    await web.start({ CheckpointPercentages: [50, 100] });
    expect((await web.latest()).Preferences).toMatchObject({ CheckpointDelay: 3600 });
  });
});

describe('the bake time', () => {
  test('is waited for with all new instances in service and the group still at its old template', async () => {
    web = await RefreshFixture.open(2);
    await web.start({ BakeTime: 100 });
    web.until('Baking');
    expect(await web.latest()).toMatchObject({ PercentageComplete: 100, InstancesToUpdate: 0 });
    expect([web.versions, web.own]).toEqual(['2 2', '1']);
    web.fake.step(9);
    expect(web.status).toBe('Baking');
    web.until('Successful');
    expect(web.own).toBe('2');
  });

  test('is when a rollback is still possible', async () => {
    web = await RefreshFixture.open(2);
    await web.start({ BakeTime: 1000 });
    web.until('Baking');
    await rollBack();
    web.until('RollbackSuccessful');
    expect([web.versions, web.own]).toEqual(['1 1', '1']);
  });
});

describe('a rollback', () => {
  test('by request brings the old template back within the bounds, and says from where', async () => {
    web = await RefreshFixture.open(4);
    await web.start({ MinHealthyPercentage: 100, MaxHealthyPercentage: 125, InstanceWarmup: 30 });
    web.stepUntil(() => web.fake.refreshes('web')[0]?.percent === 50);
    const id = (await web.latest()).InstanceRefreshId;
    expect(await rollBack()).toMatchObject({ InstanceRefreshId: id });
    const percents: number[] = [];
    web.until('RollbackSuccessful', () => {
      expect(web.serving).toBeGreaterThanOrEqual(4);
      expect(web.live.length).toBeLessThanOrEqual(5);
      percents.push(web.fake.refreshes('web')[0]?.percent ?? 0);
    });
    expect([web.versions, web.own]).toEqual(['1 1 1 1', '1']);
    expect(percents).toEqual([...percents].sort((a, b) => b - a));
    expect(await web.latest()).toMatchObject({
      PercentageComplete: 0,
      RollbackDetails: {
        RollbackReason: 'Rollback was initiated by a user request.',
        PercentageCompleteOnRollback: 50,
      },
    });
  });

  test('keeps what still runs of the old version', async () => {
    web = await RefreshFixture.open(3);
    const before = web.live.map(({ id }) => id);
    breakNewOnes();
    await web.start({ MinHealthyPercentage: 100, MaxHealthyPercentage: 134 });
    web.fake.step(10);
    await rollBack();
    web.until('RollbackSuccessful');
    expect(web.live.map(({ id }) => id)).toEqual(before);
  });

  test('comes by itself when nothing moves for an hour', async () => {
    web = await RefreshFixture.open(2);
    breakNewOnes();
    await web.start({ MinHealthyPercentage: 100, MaxHealthyPercentage: 200, AutoRollback: true });
    web.until('RollbackInProgress');
    web.until('RollbackSuccessful');
    expect([web.versions, web.own]).toEqual(['1 1', '1']);
    expect((await web.latest()).StatusReason).toMatch(/could not replace an instance for an hour/);
  });

  test.each(['InProgress', 'Baking'])('comes by itself when an alarm goes off: %s', async (status) => {
    web = await RefreshFixture.open(2);
    web.fake.setAlarm('errors', 'OK');
    await web.start({ AutoRollback: true, BakeTime: 1000, AlarmSpecification: { Alarms: ['errors'] } });
    web.until(status);
    web.fake.setAlarm('errors', 'ALARM');
    web.until('RollbackSuccessful');
    expect((await web.latest()).StatusReason).toBe('The CloudWatch alarm errors is in ALARM state.');
  });

  test('fails where the old version does not start any more', async () => {
    web = await RefreshFixture.open(2);
    await web.start({ MinHealthyPercentage: 0, MaxHealthyPercentage: 100, BakeTime: 1000 });
    web.until('Baking');
    web.fake.behave(() => ({ healthyAfterMs: 'never' }));
    await rollBack();
    web.until('RollbackFailed');
  });
});

describe('without a rollback of its own a refresh', () => {
  test('fails after an hour, and leaves what it made', async () => {
    web = await RefreshFixture.open(2);
    breakNewOnes();
    await web.start({ MinHealthyPercentage: 50, MaxHealthyPercentage: 100 });
    web.until('Failed');
    expect(web.own).toBe('1');
    expect(await web.latest()).toMatchObject({ PercentageComplete: 0, InstancesToUpdate: 2 });
  });

  test('fails when an alarm goes off', async () => {
    web = await RefreshFixture.open(2);
    web.fake.setAlarm('errors', 'ALARM');
    await web.start({ AlarmSpecification: { Alarms: ['errors'] } });
    web.until('Failed');
    expect(web.versions).toBe('1 1');
  });
});

describe('cancelling', () => {
  test('ends what is under way first, and leaves a mixed group at its old template', async () => {
    web = await RefreshFixture.open(3);
    await web.start({ MinHealthyPercentage: 66, MaxHealthyPercentage: 100, InstanceWarmup: 50 });
    web.stepUntil(() => web.live.some(({ lifecycle }) => lifecycle === 'Pending'));
    await web.clients.autoscaling.send(new CancelInstanceRefreshCommand(web.name));
    expect(web.status).toBe('Cancelling');
    web.until('Cancelled');
    expect([web.versions, web.own]).toEqual(['1 1 2', '1']);
    expect(web.live.every(({ lifecycle }) => lifecycle === 'InService')).toBe(true);
    await resize(4);
    web.fake.step(10);
    expect(web.versions).toBe('1 1 1 2');
  });

  test('does not wait where told not to', async () => {
    web = await RefreshFixture.open(3);
    await web.start();
    web.fake.step(3);
    const now = { ...web.name, WaitForTransitioningInstances: false };
    await web.clients.autoscaling.send(new CancelInstanceRefreshCommand(now));
    expect(web.status).toBe('Cancelled');
  });

  test('lets another refresh begin', async () => {
    web = await RefreshFixture.open(2);
    await web.start();
    await expect(web.start()).rejects.toMatchObject({
      name: 'InstanceRefreshInProgressFault',
      message:
        'An Instance Refresh is already in progress and blocks the execution of this Instance Refresh.',
    });
    await web.clients.autoscaling.send(new CancelInstanceRefreshCommand(web.name));
    web.until('Cancelled');
    await web.start();
    web.until('Successful');
  });
});

describe('a size that changes', () => {
  test.each<[from: number, to: number, preferences: RefreshPreferences]>([
    [4, 2, { MinHealthyPercentage: 100, MaxHealthyPercentage: 150 }],
    [4, 1, { MinHealthyPercentage: 75, MaxHealthyPercentage: 100 }],
    [2, 5, { MinHealthyPercentage: 100, MaxHealthyPercentage: 150 }],
    [4, 0, { MinHealthyPercentage: 100, MaxHealthyPercentage: 125 }],
  ])('from %d to %d ends with all that are wanted, all new', async (from, to, preferences) => {
    web = await RefreshFixture.open(from);
    await web.start({ ...preferences, InstanceWarmup: 30 });
    web.stepUntil(() => web.versions.includes('2'));
    await resize(to);
    web.until('Successful', () => expect(web.serving).toBeGreaterThanOrEqual(Math.min(from - 1, to - 1)));
    expect(web.versions).toBe(Array(to).fill(2).join(' '));
  });
});

describe('instances that fail to launch', () => {
  test.each(Object.entries(LAUNCH_ERRORS))(
    'are activities with the message of EC2: %s',
    async (_, launchError) => {
      web = await RefreshFixture.open(2);
      web.fake.behave(() => ({ launchError }));
      await web.start({ MinHealthyPercentage: 100, MaxHealthyPercentage: 150 });
      web.fake.step(5);
      const { Activities = [] } = await web.clients.autoscaling.send(
        new DescribeScalingActivitiesCommand(web.name),
      );
      const message = `${launchError} Launching EC2 instance failed.`;
      expect(Activities[0]).toMatchObject({ StatusCode: 'Failed', StatusMessage: message, Progress: 100 });
      expect(Activities[0]?.Description).toBe(`Launching a new EC2 instance.  Status Reason: ${message}`);
      expect([web.serving, web.versions]).toEqual([2, '1 1']);
    },
  );

  test('are tried again after a minute', async () => {
    web = await RefreshFixture.open(1);
    web.fake.behave(({ ordinal }) => (ordinal < 4 ? { launchError: LAUNCH_ERRORS.capacity } : {}));
    await web.start({ MinHealthyPercentage: 100, MaxHealthyPercentage: 200 });
    web.until('Successful');
    const failed = web.fake.activities('web').filter(({ status }) => status === 'Failed');
    expect(failed).toHaveLength(2);
    expect((failed[0]?.startedAt ?? 0) - (failed[1]?.startedAt ?? 0)).toBeGreaterThanOrEqual(60);
  });
});

describe('instances that need no replacement', () => {
  test('are skipped where they match', async () => {
    web = await RefreshFixture.open(2);
    const before = web.live.map(({ id }) => id);
    await web.start({ SkipMatching: true }, '1');
    web.until('Successful');
    expect(web.live.map(({ id }) => id)).toEqual(before);
  });

  test('are replaced all the same without that', async () => {
    web = await RefreshFixture.open(2);
    const before = web.live.map(({ id }) => id);
    await web.start({}, '1');
    web.until('Successful');
    expect(web.live.filter(({ id }) => before.includes(id))).toEqual([]);
  });

  test.each<['Refresh' | 'Ignore' | 'Wait', string, string]>([
    ['Refresh', 'Successful', '2 2'],
    ['Ignore', 'Successful', '1 2'],
    ['Wait', 'Failed', '1 2'],
  ])('are protected ones as told: %s', async (ScaleInProtectedInstances, status, versions) => {
    web = await RefreshFixture.open(2);
    const [one] = web.live;
    if (one) one.protected = true;
    await web.start({ ScaleInProtectedInstances });
    web.until(status);
    expect(web.versions).toBe(versions);
  });
});
