import { AN_HOUR, RolloutWorld } from './rollout-world';

let world: RolloutWorld;
afterEach(() => world.stop());

describe('what is there already', () => {
  test('a refresh to the same version is gone on with', async () => {
    world = await RolloutWorld.serving();
    await world.startRefresh(2, { BakeTime: 300 });
    await world.rollOut();
    expect(world.fake.count('StartInstanceRefresh')).toBe(1);
    expect(world.messages('rollout-started')).toEqual([
      expect.stringMatching(/^going on with the instance refresh that is under way \([0-9a-f-]+\)$/),
    ]);
    expect([world.versions, world.groupVersion]).toEqual([[2, 2], '2']);
  });

  test('a refresh to another version is taken back first', async () => {
    world = await RolloutWorld.serving({ newVersions: 2 });
    await world.startRefresh(3, { BakeTime: 3600 });
    await world.reaches('Baking');
    world.fake.behave(({ version }) => (version === 1 ? { healthyAfterMs: 200 } : {}));
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
    world = await RolloutWorld.serving();
    const other = world.fake.createLaunchTemplate().id;
    const id = await world.startRefresh(1, { BakeTime: 3600 }, other);
    expect(await world.failure()).toMatchObject({
      code: 'rollout.foreign-refresh',
      message: `the group 'shop-web' is being refreshed to ${other}, not by Kiln (instance refresh ${id}), and takes one refresh at a time`,
      remedy: expect.stringContaining(
        'aws autoscaling cancel-instance-refresh --auto-scaling-group-name shop-web',
      ),
    });
  });

  test('refuses a group that somebody refreshes to $Latest, which Kiln never does', async () => {
    world = await RolloutWorld.serving();
    const id = await world.startRefresh('$Latest', { BakeTime: 3600 });
    expect(await world.failure()).toMatchObject({
      code: 'rollout.foreign-refresh',
      message: `the group 'shop-web' is being refreshed to $Latest or $Default of ${world.template}, not by Kiln (instance refresh ${id}), and takes one refresh at a time`,
    });
    expect(world.fake.refreshes('shop-web')[0]?.status).toMatch(/^(Pending|InProgress|Baking)$/);
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
    world = await RolloutWorld.serving();
    const rollout = world.failure(world.request({}, { bakeMs: AN_HOUR }));
    await world.reaches('Baking');
    world.fake.group('shop-web').deleting = true;
    expect(await rollout).toMatchObject({ code: 'rollout.group-missing' });
  });

  test('refuses a group that was given another launch template', async () => {
    world = await RolloutWorld.serving();
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
    world = await RolloutWorld.serving();
    const group = world.fake.group('shop-web');
    group.launch = { ...group.launch, template: { ...group.launch.template, version: '$Latest' } };
    expect(await world.failure()).toMatchObject({
      code: 'rollout.changed-by-hand',
      message: `the group 'shop-web' launches from $Latest or $Default of ${world.template}, from which Auto Scaling cannot go back`,
    });
  });

  test('refuses a group in which nothing would be replaced', async () => {
    world = await RolloutWorld.serving();
    world.fake.group('shop-web').suspended.set('Launch', 'by hand');
    expect(await world.failure()).toMatchObject({
      code: 'rollout.changed-by-hand',
      message: "the group 'shop-web' has Launch suspended, so nothing in it would be replaced",
      remedy: 'Resume it: aws autoscaling resume-processes --auto-scaling-group-name shop-web',
    });
  });

  test('refuses a policy that Auto Scaling cannot follow, before anything is begun', async () => {
    world = await RolloutWorld.serving({ instances: 1 });
    expect(await world.failure(world.request({}, { maxSurge: '1', maxUnavailable: '1' }))).toMatchObject({
      code: 'rollout.aws',
    });
    expect(world.fake.count('StartInstanceRefresh')).toBe(0);
  });

  test('refuses an alarm that is not there', async () => {
    world = await RolloutWorld.serving();
    expect(await world.failure(world.request({ alarms: ['errors'] }))).toMatchObject({
      code: 'aws.refused',
      detail: expect.stringContaining('The CloudWatch alarm errors does not exist.'),
    });
  });
});
