import { LAUNCH_ERRORS } from '../../../helpers/aws-fake';
import { RolloutWorld, SICK } from './rollout-world';

let world: RolloutWorld;
afterEach(() => world.stop());

describe('forward', () => {
  test('moves every instance to the version, and the group with them', async () => {
    world = await RolloutWorld.serving();
    expect(await world.rollOut()).toEqual({
      activeGroup: 'shop-web',
      instances: world.fake.instances('shop-web').map(({ id }) => id),
      changed: true,
    });
    expect([world.versions, world.groupVersion]).toEqual([[2, 2], '2']);
  });

  test('says what happens, from its start to its end', async () => {
    world = await RolloutWorld.serving({ instances: 1, fake: { pace: 5 } });
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
    world = await RolloutWorld.serving({ instances: 4 });
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
      'Preferences.InstanceWarmup': '60',
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

  test('a canary pauses and is watched, then the bake time', async () => {
    world = await RolloutWorld.serving({ instances: 4 });
    const fiveMinutes = 300_000;
    const steps = [25, 50].map((percent) => ({ percent, pauseMs: fiveMinutes }));
    await world.rollOut(world.request({}, { steps, bakeMs: fiveMinutes }));
    expect(world.messages('pausing')).toEqual([
      '25 % are new; pausing for 5 min',
      '50 % are new; pausing for 5 min',
    ]);
    expect(world.messages('baking')).toEqual(['all healthy; watching for 5 min']);
    expect(world.versions).toEqual([2, 2, 2, 2]);
  });

  test('a singleton is replaced: the old one ends, then the new one starts', async () => {
    world = await RolloutWorld.serving({ instances: 1 });
    const most: number[] = [];
    world.fake.behave(() => {
      most.push(world.versions.length);
      return {};
    });
    await world.rollOut(world.request({}, { strategy: 'replace' }));
    expect([world.versions, most]).toEqual([[2], [0]]);
  });

  test('a group of spot instances keeps its types and prices', async () => {
    world = await RolloutWorld.serving();
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
    world = await RolloutWorld.serving({ instances: 3, fake: { pace: 5 } });
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
    world = await RolloutWorld.fresh();
    world.fake.behave(() => ({ healthyAfterMs: 60 }));
    expect(await world.rollOut(world.first())).toMatchObject({
      changed: true,
      instances: [expect.any(String), expect.any(String)],
    });
    expect(Object.values(world.fake.targetHealth(world.targets))).toEqual(['healthy', 'healthy']);
    expect(world.messages('rollout-started')).toEqual(['starting shop-web: 2 instances, version 1']);
    expect(world.fake.count('StartInstanceRefresh')).toBe(0);
  });

  test('a first deployment is watched for the bake time', async () => {
    world = await RolloutWorld.fresh();
    world.fake.behave(() => ({ healthyAfterMs: 80 }));
    const request = world.first();
    await world.rollOut({ ...request, update: { ...request.update, bakeMs: 50 } });
    expect(world.messages('baking')).toEqual(['all healthy; watching for 50 ms']);
  });

  test('one that is in place already is left alone, without a word', async () => {
    world = await RolloutWorld.serving();
    expect(await world.rollOut(world.first())).toMatchObject({
      changed: false,
      instances: [expect.any(String), expect.any(String)],
    });
    expect([world.events, world.fake.count('StartInstanceRefresh')]).toEqual([[], 0]);
  });

  test('refuses a first deployment that is not healthy in time, and the next one goes on with it', async () => {
    world = await RolloutWorld.fresh({ instances: 1 });
    let isWell = false;
    world.fake.behave(() => (isWell ? {} : SICK));
    world.settle();
    const request = world.first();
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
    world.settle();
    expect((await world.rollOut(world.first())).instances).toHaveLength(1);
  });

  test('one that somebody stopped is left alone too, as long as it serves', async () => {
    world = await RolloutWorld.serving();
    world.fake.group('shop-web').suspended.set('Launch', 'by hand');
    expect(await world.rollOut(world.first())).toMatchObject({ changed: false });
  });

  test('refuses to wait for ever where nothing comes and nobody says why', async () => {
    world = await RolloutWorld.fresh();
    world.fake.group('shop-web').launchAgainAt = Number.POSITIVE_INFINITY;
    const request = world.first();
    const slow = { ...request, update: { ...request.update, healthTimeoutMs: 60 } };
    expect((await world.failure(slow)).message).toBe(
      "the rollout of 'shop-web' failed; 0 of 2 are at version 1 and healthy, and no more came; " +
        'Auto Scaling goes on replacing what fails, and the next apply goes on from there',
    );
  });

  test('refuses to wait for ever where nothing is launched', async () => {
    world = await RolloutWorld.fresh();
    world.fake.behave(() => ({ launchError: LAUNCH_ERRORS.capacity }));
    world.fake.step(5);
    const request = world.first();
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
