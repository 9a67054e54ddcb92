import { setTimeout as sleep } from 'node:timers/promises';
import { LAUNCH_ERRORS } from '../../../helpers/aws-fake';
import { RolloutWorld, type WorldOptions } from './rollout-world';

let world: RolloutWorld;
afterEach(() => world.stop());

async function serving(options?: WorldOptions): Promise<RolloutWorld> {
  world = await RolloutWorld.serving(options);
  return world;
}

/** A group that was just made: nothing of it is launched yet. */
async function fresh(options?: WorldOptions): Promise<RolloutWorld> {
  world = await RolloutWorld.start(options);
  world.createGroup(options);
  return world;
}

const first = () => world.request({ launchTemplate: { id: world.template, version: 1 } });
const SICK = {
  healthyAfterMs: 'never',
  unhealthyReason: 'Target.ResponseCodeMismatch: Health checks failed with these codes: [503]',
  console: 'booting\npanic: no config\n',
} as const;

describe('forward', () => {
  test('moves every instance to the version, and the group with them', async () => {
    await serving();
    expect(await world.rollOut()).toEqual({
      activeGroup: 'shop-web',
      instances: world.fake.instances('shop-web').map(({ id }) => id),
      changed: true,
    });
    expect([world.versions, world.groupVersion]).toEqual([[2, 2], '2']);
  });

  test('says what happens, from its start to its end', async () => {
    await serving({ instances: 1, fake: { pace: 5 } });
    await world.rollOut();
    const [old, young] = world.fake.launched('shop-web').map(({ id }) => id);
    expect(world.messages('rollout-started')).toEqual(['moving shop-web: 1 instance, version 1 to 2']);
    expect(world.messages('instance-started')).toEqual([
      expect.stringMatching(`^starting ${young}, version 2 in eu-central-1[abc]$`),
    ]);
    expect(world.messages('instance-healthy')).toEqual([
      expect.stringMatching(`^${young} is healthy after [0-9.]+ s$`),
    ]);
    expect(world.kinds('instance-draining', 'instance-stopped').length).toBeGreaterThan(0);
    expect(
      world.events.filter(({ kind }) => kind === 'instance-stopped').map(({ instance }) => instance),
    ).toEqual([old]);
    expect(world.messages('rollout-finished')).toEqual([
      expect.stringMatching(/^shop-web is at version 2 after [0-9.]+ s$/),
    ]);
    expect(world.kinds()[0]).toBe('rollout-started');
    expect(world.kinds().at(-1)).toBe('rollout-finished');
  });

  test('tells Auto Scaling every preference, and the number of the version', async () => {
    await serving({ instances: 4 });
    world.fake.setAlarm('errors', 'OK');
    const steps = [{ percent: 25, pauseMs: 1000 }];
    await world.rollOut(world.request({ alarms: ['errors'] }, { bakeMs: 1000, steps }));
    const call = world.fake.calls.find(({ action }) => action === 'StartInstanceRefresh');
    expect(call?.parameters).toMatchObject({
      Strategy: 'Rolling',
      'DesiredConfiguration.LaunchTemplate.LaunchTemplateId': world.template,
      'DesiredConfiguration.LaunchTemplate.Version': '2',
      'Preferences.MinHealthyPercentage': '100',
      'Preferences.MaxHealthyPercentage': '125',
      'Preferences.InstanceWarmup': '0',
      'Preferences.CheckpointPercentages.member.1': '25',
      'Preferences.CheckpointPercentages.member.2': '100',
      'Preferences.CheckpointDelay': '2',
      'Preferences.SkipMatching': 'true',
      'Preferences.AutoRollback': 'true',
      'Preferences.BakeTime': '1',
      'Preferences.ScaleInProtectedInstances': 'Refresh',
      'Preferences.StandbyInstances': 'Ignore',
      'Preferences.AlarmSpecification.Alarms.member.1': 'errors',
    });
  });

  test('a group that only asks EC2 is given the time of a boot between two instances', async () => {
    await serving({ healthCheckType: 'EC2', fake: { secondMs: 0.2 } });
    await world.rollOut();
    expect(world.fake.refreshes('shop-web')[0]?.preferences.warmupSeconds).toBe(30);
  });

  test('a canary pauses and is watched, then the bake time', async () => {
    await serving({ instances: 4, fake: { secondMs: 40, pace: 4 } });
    const steps = [25, 50].map((percent) => ({ percent, pauseMs: 2000 }));
    await world.rollOut(world.request({}, { steps, bakeMs: 1000 }));
    expect(world.messages('pausing')).toEqual([
      '25 % are new; pausing for 2 s',
      '50 % are new; pausing for 2 s',
    ]);
    expect(world.messages('baking')).toEqual(['all healthy; watching for 1 s']);
    expect(world.versions).toEqual([2, 2, 2, 2]);
  });

  test('a singleton is replaced: the old one ends, then the new one starts', async () => {
    await serving({ instances: 1 });
    const most: number[] = [];
    world.fake.behave(() => {
      most.push(world.versions.length);
      return {};
    });
    await world.rollOut(world.request({}, { strategy: 'replace' }));
    expect([world.versions, most]).toEqual([[2], [0]]);
  });

  test('a group of spot instances keeps its types and prices', async () => {
    await serving();
    const overrides = ['t3.micro', 't3a.micro'].map((InstanceType) => ({ InstanceType }));
    await world.mix(overrides);
    await world.rollOut();
    const call = world.fake.calls.find(({ action }) => action === 'StartInstanceRefresh');
    const mixed = 'DesiredConfiguration.MixedInstancesPolicy.LaunchTemplate';
    expect(call?.parameters).toMatchObject({
      [`${mixed}.LaunchTemplateSpecification.Version`]: '2',
      [`${mixed}.Overrides.member.1.InstanceType`]: 't3.micro',
      [`${mixed}.Overrides.member.2.InstanceType`]: 't3a.micro',
    });
    expect(world.versions).toEqual([2, 2]);
  });

  test('scaling out and in while it runs changes what it waits for', async () => {
    await serving({ instances: 3, fake: { pace: 5 } });
    let launches = 0;
    world.fake.behave(() => {
      launches++;
      if (launches === 1) world.fake.group('shop-web').desired = 5;
      if (launches === 3) world.fake.group('shop-web').desired = 2;
      return {};
    });
    expect((await world.rollOut()).instances).toHaveLength(2);
    expect(world.versions).toEqual([2, 2]);
  });
});

describe('a group that launches by itself', () => {
  test('a first deployment is waited for', async () => {
    await fresh();
    world.fake.behave(() => ({ healthyAfterMs: 60 }));
    expect(await world.rollOut(first())).toMatchObject({
      changed: true,
      instances: [expect.any(String), expect.any(String)],
    });
    expect(Object.values(world.fake.targetHealth(world.targets))).toEqual(['healthy', 'healthy']);
    expect(world.messages('rollout-started')).toEqual(['starting shop-web: 2 instances, version 1']);
    expect(world.fake.count('StartInstanceRefresh')).toBe(0);
  });

  test('a first deployment is watched for the bake time', async () => {
    await fresh();
    world.fake.behave(() => ({ healthyAfterMs: 80 }));
    const request = first();
    await world.rollOut({ ...request, update: { ...request.update, bakeMs: 50 } });
    expect(world.messages('baking')).toEqual(['all healthy; watching for 50 ms']);
  });

  test('one that is in place already is left alone, without a word', async () => {
    await serving();
    expect(await world.rollOut(first())).toMatchObject({
      changed: false,
      instances: [expect.any(String), expect.any(String)],
    });
    expect([world.events, world.fake.count('StartInstanceRefresh')]).toEqual([[], 0]);
  });

  test('refuses a first deployment that is not healthy in time, and the next one goes on with it', async () => {
    await fresh({ instances: 1 });
    let isWell = false;
    world.fake.behave(() => (isWell ? {} : SICK));
    const request = first();
    const error = await world.failure({ ...request, update: { ...request.update, healthTimeoutMs: 120 } });
    const [{ id } = { id: '' }] = world.fake.instances('shop-web');
    expect(error.message).toBe(
      `the rollout of 'shop-web' failed; ${id}: not healthy within 120 ms (target group shop-web, port 8080: unhealthy, ` +
        'Target.ResponseCodeMismatch: Health checks failed with these codes: [503]); ' +
        'Auto Scaling goes on replacing what fails, and the next apply goes on from there',
    );
    expect(error.detail).toContain('serves now: nothing');
    isWell = true;
    world.fake.group('shop-web').graceSeconds = 0;
    expect((await world.rollOut(first())).instances).toHaveLength(1);
  });

  test('one that somebody stopped is left alone too, as long as it serves', async () => {
    await serving();
    world.fake.group('shop-web').suspended.set('Launch', 'by hand');
    expect(await world.rollOut(first())).toMatchObject({ changed: false });
  });

  test('refuses to wait for ever where nothing comes and nobody says why', async () => {
    await fresh();
    world.fake.group('shop-web').launchAgainAt = Number.POSITIVE_INFINITY;
    const request = first();
    const slow = { ...request, update: { ...request.update, healthTimeoutMs: 60 } };
    expect((await world.failure(slow)).message).toBe(
      "the rollout of 'shop-web' failed; 0 of 2 are at version 1 and healthy, and no more came; " +
        'Auto Scaling goes on replacing what fails, and the next apply goes on from there',
    );
  });

  test('refuses to wait for ever where nothing is launched', async () => {
    await fresh();
    world.fake.behave(() => ({ launchError: LAUNCH_ERRORS.capacity }));
    world.fake.step(5);
    const request = first();
    expect(
      await world.failure({ ...request, update: { ...request.update, healthTimeoutMs: 60 } }),
    ).toMatchObject({
      code: 'rollout.failed',
      message: expect.stringContaining(
        'EC2 launches no instance: We currently do not have sufficient c7i.large capacity',
      ),
      remedy: 'Apply again later, name further zones, or use another instance type.',
    });
  });
});

describe('back', () => {
  test('an instance that is not healthy in time is taken back, with its check and console in the error', async () => {
    await serving();
    world.fake.behave(({ version }) => (version === 2 ? SICK : {}));
    const error = await world.failure(world.request({}, { healthTimeoutMs: 150 }));
    const [id] = world.fake.launched('shop-web').flatMap((one) => (one.template.version === 2 ? one.id : []));
    const check =
      'target group shop-web, port 8080: unhealthy, Target.ResponseCodeMismatch: Health checks failed with these codes: [503]';
    expect(error).toMatchObject({
      code: 'rollout.failed',
      message: `the rollout of 'shop-web' failed; ${id}: not healthy within 150 ms (${check}); it was rolled back to version 1`,
      remedy: "Its console is below; if it only needs longer to boot, raise 'healthTimeout'.",
    });
    const [head, ...rest] = (error.detail ?? '').split('\n');
    expect(head).toMatch(new RegExp(`^${id} \\(version 2, t3.micro in eu-central-1[abc]\\)$`));
    expect(rest).toEqual([
      `  check: ${check}`,
      '  console:',
      '    booting',
      '    panic: no config',
      expect.stringMatching(/^serves now: 2 instances of version 1 \(i-\w+, i-\w+\)$/),
    ]);
    expect([world.versions, world.groupVersion]).toEqual([[1, 1], '1']);
    expect(world.messages('rolling-back')).toEqual([
      expect.stringContaining(`rolling back, ${id}: not healthy within`),
    ]);
    expect(world.messages('rolled-back')).toEqual(['shop-web is at version 1 as before']);
  });

  test('also where Auto Scaling takes new instances for healthy as long as their grace period lasts', async () => {
    await serving({ fake: { healthInGrace: 'assumed' } });
    world.fake.behave(({ version }) => (version === 2 ? SICK : {}));
    const request = world.request({}, { healthTimeoutMs: 150, bakeMs: 60_000 });
    expect((await world.failure(request)).message).toMatch(
      /not healthy within 150 ms .*; it was rolled back to version 1$/,
    );
    expect([world.versions, world.groupVersion]).toEqual([[1, 1], '1']);
  });

  test('the next rollout after that goes forward again', async () => {
    await serving();
    world.fake.behave(({ version }) => (version === 2 ? SICK : {}));
    await world.failure(world.request({}, { healthTimeoutMs: 100 }));
    world.fake.behave(() => ({}));
    await world.rollOut();
    expect([world.versions, world.groupVersion]).toEqual([[2, 2], '2']);
  });

  test('an instance that crashes is reason enough, and what it wrote is kept', async () => {
    await serving();
    world.fake.behave(({ version }) =>
      version === 2 ? { healthyAfterMs: 'never', crashesAfterMs: 40, console: 'out of memory\n' } : {},
    );
    expect(await world.failure()).toMatchObject({
      code: 'rollout.failed',
      message: expect.stringMatching(
        /^the rollout of 'shop-web' failed; i-\w+: it ended: its machine is \w+: Client.InstanceInitiatedShutdown: Instance initiated shutdown; it was rolled back to version 1$/,
      ),
      detail: expect.stringContaining('    out of memory'),
    });
  });

  test('an instance that its group gives up is reason enough, with what the balancer said', async () => {
    await serving({ graceSeconds: 60 });
    world.fake.behave(({ version }) => (version === 2 ? SICK : {}));
    const { message } = await world.failure();
    expect(message).toMatch(/^the rollout of 'shop-web' failed; i-\w+: (its group gave it up|it ended)/);
    expect(message).toContain('Health checks failed with these codes: [503]');
    expect(world.versions).toEqual([1, 1]);
  });

  test('an instance that is healthy and then no more takes it back, also while it bakes', async () => {
    await serving({ fake: { secondMs: 50 } });
    world.fake.behave(({ version }) => (version === 2 ? { sickensAfterMs: 120 } : {}));
    expect(await world.failure(world.request({}, { bakeMs: 60_000 }))).toMatchObject({
      message: expect.stringContaining(
        'it was healthy and is no more (target group shop-web, port 8080: unhealthy',
      ),
    });
    expect([world.versions, world.groupVersion]).toEqual([[1, 1], '1']);
  });

  test.each([
    [
      'a quota',
      LAUNCH_ERRORS.vcpuLimit,
      /vCPU limit of 32/,
      /^Ask for more vCPUs of this family in Service Quotas/,
    ],
    [
      'a zone without the type',
      LAUNCH_ERRORS.zone,
      /not supported in your requested Availability Zone/,
      /^Name an instance type that all zones/,
    ],
    [
      'no capacity',
      LAUNCH_ERRORS.capacity,
      /sufficient c7i.large capacity/,
      /^Apply again later, name further zones/,
    ],
  ])('refuses to wait where EC2 launches nothing for %s', async (_why, launchError, said, remedy) => {
    await serving({ fake: { secondMs: 0.2 } });
    world.fake.behave(({ version }) => (version === 2 ? { launchError } : {}));
    expect(await world.failure()).toMatchObject({
      code: 'rollout.failed',
      message: expect.stringMatching(said),
      remedy: expect.stringMatching(remedy),
    });
    expect([world.versions, world.groupVersion]).toEqual([[1, 1], '1']);
  });

  test('an alarm makes Auto Scaling go back by itself, which is waited for and told', async () => {
    await serving({ fake: { secondMs: 50 } });
    world.fake.setAlarm('errors', 'OK');
    world.fake.behave(({ version }) => {
      if (version === 2) world.fake.setAlarm('errors', 'ALARM');
      return {};
    });
    expect(await world.failure(world.request({ alarms: ['errors'] }, { bakeMs: 60_000 }))).toMatchObject({
      message:
        "the rollout of 'shop-web' failed; Auto Scaling goes back: The CloudWatch alarm errors is in ALARM state; it was rolled back to version 1",
    });
    expect(world.versions).toEqual([1, 1]);
  });

  test('a policy without going back ends it where it is, and the next one goes on from there', async () => {
    await serving();
    world.fake.behave(({ version }) => (version === 2 ? SICK : {}));
    const { message } = await world.failure(world.request({}, { healthTimeoutMs: 100, rollback: false }));
    expect(message).toMatch(
      /; it was ended where it was and not rolled back; the next apply goes on from what is there$/,
    );
    expect([world.fake.refreshes('shop-web')[0]?.status, world.groupVersion]).toEqual(['Cancelled', '1']);
    world.fake.behave(() => ({}));
    for (const one of world.fake.instances('shop-web'))
      if (one.template.version === 2) one.health = 'Unhealthy';
    await world.rollOut();
    expect([world.versions, world.groupVersion]).toEqual([[2, 2], '2']);
  });

  test('somebody who cancels the refresh ends it', async () => {
    await serving({ fake: { secondMs: 50 } });
    const rollout = world.failure(world.request({}, { bakeMs: 60_000 }));
    await world.reaches('Baking');
    const refresh = world.fake.refreshes('shop-web')[0];
    Object.assign(refresh as object, { status: 'Cancelled', reason: 'Cancelled due to user request.' });
    expect((await rollout).message).toBe(
      "the rollout of 'shop-web' failed; Auto Scaling was told to end it: Cancelled due to user request; " +
        'it was ended where it was and not rolled back; the next apply goes on from what is there',
    );
  });

  test('a way back that fails too is said, and the next rollout goes on', async () => {
    await serving({ fake: { secondMs: 0.05 } });
    world.fake.behave(() => SICK);
    const { message } = await world.failure(
      world.request({}, { healthTimeoutMs: 60, maxUnavailable: '1', maxSurge: '0' }),
    );
    expect(message).toContain('; going back to version 1 failed too (');
    world.fake.behave(() => ({}));
    for (const one of world.fake.instances('shop-web')) one.health = 'Unhealthy';
    await world.rollOut();
    expect([world.versions, world.groupVersion]).toEqual([[2, 2], '2']);
  });
});

describe('what is there already', () => {
  test('a refresh to the same version is gone on with', async () => {
    await serving({ fake: { secondMs: 20 } });
    await world.startRefresh(2, { BakeTime: 5 });
    await world.rollOut();
    expect(world.fake.count('StartInstanceRefresh')).toBe(1);
    expect(world.messages('rollout-started')).toEqual([
      expect.stringMatching(/^going on with the instance refresh that is under way \([0-9a-f-]+\)$/),
    ]);
    expect([world.versions, world.groupVersion]).toEqual([[2, 2], '2']);
  });

  test('a refresh to another version is taken back first', async () => {
    await serving({ newVersions: 2, fake: { secondMs: 20 } });
    await world.startRefresh(3, { BakeTime: 1000 });
    await world.rollOut();
    expect(world.messages('notice')).toEqual([
      'a rollout to version 3 is under way; it is taken back first',
      'waiting until Auto Scaling has taken back what was under way',
    ]);
    expect(world.fake.refreshes('shop-web').map(({ status }) => status)).toEqual([
      'Successful',
      'RollbackSuccessful',
    ]);
    expect([world.versions, world.groupVersion]).toEqual([[2, 2], '2']);
  });

  test('refuses a group that somebody refreshes from another launch template', async () => {
    await serving({ fake: { secondMs: 20 } });
    const other = world.fake.createLaunchTemplate().id;
    const id = await world.startRefresh(1, { BakeTime: 1000 }, other);
    expect(await world.failure()).toMatchObject({
      code: 'rollout.foreign-refresh',
      message: `the group 'shop-web' is being refreshed to ${other}, not by Kiln (instance refresh ${id}), and takes one refresh at a time`,
      remedy: expect.stringContaining(
        'aws autoscaling cancel-instance-refresh --auto-scaling-group-name shop-web',
      ),
    });
  });

  test('refuses a group that is not there', async () => {
    world = await RolloutWorld.start();
    expect(await world.failure()).toMatchObject({
      code: 'rollout.group-missing',
      message: "there is no Auto Scaling group 'shop-web' for 'shop-web'; somebody deleted it",
      remedy: 'Apply again: the plan then makes it anew.',
    });
  });

  test('refuses to go on with a group that is deleted meanwhile', async () => {
    await serving({ fake: { secondMs: 50 } });
    const rollout = world.failure(world.request({}, { bakeMs: 60_000 }));
    await world.reaches('Baking');
    world.fake.group('shop-web').deleting = true;
    expect(await rollout).toMatchObject({ code: 'rollout.group-missing' });
  });

  test('refuses a group that was given another launch template', async () => {
    await serving();
    const other = world.fake.createLaunchTemplate();
    const group = world.fake.group('shop-web');
    group.launch = { ...group.launch, template: { id: other.id, name: other.name, version: '1' } };
    expect(await world.failure()).toMatchObject({
      code: 'rollout.changed-by-hand',
      message: `the group 'shop-web' launches from ${other.id}, not from ${world.template}; somebody changed it`,
      remedy: expect.stringContaining(`--launch-template LaunchTemplateId=${world.template},Version=N`),
    });
  });

  test('refuses a group that launches from $Latest, from which there is no way back', async () => {
    await serving();
    const group = world.fake.group('shop-web');
    group.launch = { ...group.launch, template: { ...group.launch.template, version: '$Latest' } };
    expect(await world.failure()).toMatchObject({
      code: 'rollout.changed-by-hand',
      message: `the group 'shop-web' launches from $Latest or $Default of ${world.template}, from which Auto Scaling cannot go back`,
    });
  });

  test('refuses a group in which nothing would be replaced', async () => {
    await serving();
    world.fake.group('shop-web').suspended.set('Launch', 'by hand');
    expect(await world.failure()).toMatchObject({
      code: 'rollout.changed-by-hand',
      message: "the group 'shop-web' has Launch suspended, so nothing in it would be replaced",
      remedy: 'Resume it: aws autoscaling resume-processes --auto-scaling-group-name shop-web',
    });
  });

  test('refuses a policy that Auto Scaling cannot follow, before anything is begun', async () => {
    await serving({ instances: 1 });
    expect(await world.failure(world.request({}, { maxSurge: '1', maxUnavailable: '1' }))).toMatchObject({
      code: 'rollout.aws',
    });
    expect(world.fake.count('StartInstanceRefresh')).toBe(0);
  });

  test('refuses an alarm that is not there', async () => {
    await serving();
    expect(await world.failure(world.request({ alarms: ['errors'] }))).toMatchObject({
      code: 'aws.refused',
      detail: expect.stringContaining('The CloudWatch alarm errors does not exist.'),
    });
  });
});

describe('cancelled', () => {
  test('a rollout goes back by itself, and the next one waits for that and goes forward', async () => {
    await serving({ fake: { secondMs: 50 } });
    const cancel = new AbortController();
    const rollout = world.failure(world.request({}, { bakeMs: 60_000 }), cancel.signal);
    await world.reaches('Baking');
    cancel.abort();
    expect(await rollout).toMatchObject({
      code: 'rollout.cancelled',
      message:
        "the rollout of 'shop-web' was cancelled; AWS is taking it back to version 1, and the next apply waits for that",
    });
    expect(world.kinds().at(-1)).toBe('rolling-back');
    await world.rollOut();
    expect(world.fake.refreshes('shop-web').map(({ status }) => status)).toEqual([
      'Successful',
      'RollbackSuccessful',
    ]);
    expect([world.versions, world.groupVersion]).toEqual([[2, 2], '2']);
  });

  test('also one whose policy does not go back', async () => {
    await serving({ fake: { secondMs: 50 } });
    const cancel = new AbortController();
    const request = world.request({}, { bakeMs: 60_000, rollback: false });
    const rollout = world.failure(request, cancel.signal);
    await world.reaches('Baking');
    cancel.abort();
    expect((await rollout).message).toContain('AWS is taking it back to version 1');
  });

  test('a first deployment leaves the group, and the next one goes on', async () => {
    await fresh();
    world.fake.behave(() => ({ healthyAfterMs: 200 }));
    const cancel = new AbortController();
    const rollout = world.failure(first(), cancel.signal);
    await sleep(60);
    cancel.abort();
    expect(await rollout).toMatchObject({
      code: 'rollout.cancelled',
      message:
        "the rollout of 'shop-web' was cancelled; nothing is to be undone, and the next apply goes on from what is there",
    });
    expect(await world.rollOut(first())).toMatchObject({
      instances: [expect.any(String), expect.any(String)],
    });
  });

  test('one that was not begun begins nothing', async () => {
    await serving();
    expect(await world.failure(world.request(), AbortSignal.abort())).toMatchObject({
      code: 'rollout.cancelled',
    });
    expect(world.fake.calls).toEqual([]);
  });

  test('while it goes back already, it is not waited for', async () => {
    await serving();
    world.fake.behave(({ version }) => (version === 2 ? SICK : { healthyAfterMs: 400 }));
    const cancel = new AbortController();
    const request = world.request({}, { healthTimeoutMs: 80, maxSurge: '0', maxUnavailable: '1' });
    const rollout = world.failure(request, cancel.signal);
    await world.reaches('RollbackInProgress');
    cancel.abort();
    expect(await rollout).toMatchObject({
      code: 'rollout.failed',
      message: expect.stringMatching(
        /; AWS is taking it back to version 1, and the next apply waits for that$/,
      ),
    });
  });
});
