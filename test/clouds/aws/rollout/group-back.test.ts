import { setTimeout as sleep } from 'node:timers/promises';
import { LAUNCH_ERRORS } from '../../../helpers/aws-fake';
import { AN_HOUR, RolloutWorld, SICK } from './rollout-world';

let world: RolloutWorld;
afterEach(() => world.stop());

describe('back', () => {
  test('an instance that is not healthy in time is taken back, with its check and console in the error', async () => {
    world = await RolloutWorld.serving();
    world.fake.behave(({ version }) => (version === 2 ? SICK : {}));
    const rollout = world.failure(world.request({}, { healthTimeoutMs: 150 }));
    await world.reaches('InProgress');
    world.settle();
    const error = await rollout;
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

  test('no old instance goes before, whatever Auto Scaling takes for healthy while new ones boot', async () => {
    world = await RolloutWorld.serving({ instances: 3, fake: { healthInGrace: 'assumed', secondMs: 20 } });
    const before = world.fake.launched('shop-web').map(({ id }) => id);
    world.fake.behave(({ version }) => (version === 2 ? SICK : {}));
    const request = world.request({}, { healthTimeoutMs: 200, maxSurge: '3' });
    expect((await world.failure(request)).message).toMatch(
      /not healthy within 200 ms .*; it was rolled back to version 1$/,
    );
    expect(world.fake.instances('shop-web').map(({ id }) => id)).toEqual(before);
  });

  test('also where Auto Scaling was done by then: another refresh moves it back', async () => {
    world = await RolloutWorld.serving({ fake: { healthInGrace: 'assumed', secondMs: 0.2 } });
    world.fake.behave(({ version }) => (version === 2 ? SICK : {}));
    const rollout = world.failure(world.request({}, { healthTimeoutMs: 300 }));
    await world.reaches('InProgress');
    world.settle();
    expect(world.fake.refreshes('shop-web')[0]?.status).toBe('Successful');
    expect((await rollout).message).toMatch(
      /not healthy within 300 ms .*; Auto Scaling had finished already, so it was moved back to version 1$/,
    );
    expect([world.versions, world.groupVersion]).toEqual([[1, 1], '1']);
    expect(world.messages('rolled-back')).toEqual(['shop-web is at version 1 as before']);
  });

  test('the next rollout after that goes forward again', async () => {
    world = await RolloutWorld.serving();
    world.fake.behave(({ version }) => (version === 2 ? SICK : {}));
    await world.failure(world.request({}, { healthTimeoutMs: 100 }));
    world.fake.behave(() => ({}));
    await world.rollOut();
    expect([world.versions, world.groupVersion]).toEqual([[2, 2], '2']);
  });

  test('an instance that crashes is reason enough, and what it wrote is kept', async () => {
    world = await RolloutWorld.serving();
    world.fake.behave(({ version }) => {
      if (version === 1) return {};
      // Or it might be ended before anybody looks at how it ended.
      world.fake.group('shop-web').suspended.set('HealthCheck', '');
      return { healthyAfterMs: 'never', crashesAfterMs: 40, console: 'out of memory\n' };
    });
    expect(await world.failure()).toMatchObject({
      code: 'rollout.failed',
      message: expect.stringMatching(
        /^the rollout of 'shop-web' failed; i-\w+: it ended: its machine is \w+: Client.InstanceInitiatedShutdown: Instance initiated shutdown; it was rolled back to version 1$/,
      ),
      detail: expect.stringContaining('    out of memory'),
    });
  });

  test('an instance that its group gives up is reason enough, with what the balancer said', async () => {
    world = await RolloutWorld.serving({ graceSeconds: 60 });
    world.fake.behave(({ version }) => (version === 2 ? SICK : {}));
    const { message } = await world.failure();
    expect(message).toMatch(/^the rollout of 'shop-web' failed; i-\w+: (its group gave it up|it ended)/);
    expect(message).toContain('Health checks failed with these codes: [503]');
    expect(world.versions).toEqual([1, 1]);
  });

  test('an instance that is healthy and then no more takes it back, also while it bakes', async () => {
    world = await RolloutWorld.serving();
    const rollout = world.failure(world.request({}, { bakeMs: AN_HOUR }));
    await world.reaches('Baking');
    const [one] = world.fake.instances('shop-web');
    Object.assign(one?.behaviour as object, { sickensAfterMs: 0 });
    expect(await rollout).toMatchObject({
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
    world = await RolloutWorld.serving({ fake: { secondMs: 0.2 } });
    world.fake.behave(({ version }) => (version === 2 ? { launchError } : {}));
    expect(await world.failure()).toMatchObject({
      code: 'rollout.failed',
      message: expect.stringMatching(said),
      remedy: expect.stringMatching(remedy),
    });
    expect([world.versions, world.groupVersion]).toEqual([[1, 1], '1']);
  });

  test('an alarm makes Auto Scaling go back by itself, which is waited for and told', async () => {
    world = await RolloutWorld.serving();
    world.fake.setAlarm('errors', 'OK');
    const rollout = world.failure(world.request({ alarms: ['errors'] }, { bakeMs: AN_HOUR }));
    await world.reaches('Baking');
    world.fake.setAlarm('errors', 'ALARM');
    expect(await rollout).toMatchObject({
      message:
        "the rollout of 'shop-web' failed; Auto Scaling goes back: The CloudWatch alarm errors is in ALARM state; it was rolled back to version 1",
    });
    expect(world.versions).toEqual([1, 1]);
  });

  test('a policy without going back ends it where it is, and the next one goes on from there', async () => {
    world = await RolloutWorld.serving();
    world.fake.behave(({ version }) => (version === 2 ? SICK : {}));
    const { message } = await world.failure(world.request({}, { healthTimeoutMs: 100, rollback: false }));
    expect(message).toMatch(
      /; it was ended where it was and not rolled back; the next apply goes on from what is there$/,
    );
    expect([world.fake.refreshes('shop-web')[0]?.status, world.groupVersion]).toEqual(['Cancelled', '1']);
    world.mend();
    await world.rollOut();
    expect([world.versions, world.groupVersion]).toEqual([[2, 2], '2']);
  });

  test('somebody who cancels the refresh ends it', async () => {
    world = await RolloutWorld.serving();
    const rollout = world.failure(world.request({}, { bakeMs: AN_HOUR }));
    await world.reaches('Baking');
    const refresh = world.fake.refreshes('shop-web')[0];
    Object.assign(refresh as object, { status: 'Cancelled', reason: 'Cancelled due to user request.' });
    expect((await rollout).message).toBe(
      "the rollout of 'shop-web' failed; Auto Scaling was told to end it: Cancelled due to user request; " +
        'it was ended where it was and not rolled back; the next apply goes on from what is there',
    );
  });

  test('a way back that fails too is said, and the next rollout goes on', async () => {
    world = await RolloutWorld.serving({ fake: { secondMs: 0.05 } });
    world.fake.behave(() => SICK);
    const { message } = await world.failure(
      world.request({}, { healthTimeoutMs: 60, maxUnavailable: '1', maxSurge: '0' }),
    );
    expect(message).toContain('; going back to version 1 failed too (');
    world.mend();
    await world.rollOut();
    expect([world.versions, world.groupVersion]).toEqual([[2, 2], '2']);
  });
});

describe('cancelled', () => {
  test('a rollout goes back by itself, and the next one waits for that and goes forward', async () => {
    world = await RolloutWorld.serving();
    const cancel = new AbortController();
    const rollout = world.failure(world.request({}, { bakeMs: AN_HOUR }), cancel.signal);
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
    world = await RolloutWorld.serving();
    const cancel = new AbortController();
    const request = world.request({}, { bakeMs: AN_HOUR, rollback: false });
    const rollout = world.failure(request, cancel.signal);
    await world.reaches('Baking');
    cancel.abort();
    expect((await rollout).message).toContain('AWS is taking it back to version 1');
  });

  test('a first deployment leaves the group, and the next one goes on', async () => {
    world = await RolloutWorld.fresh();
    world.fake.behave(() => ({ healthyAfterMs: 200 }));
    const cancel = new AbortController();
    const rollout = world.failure(world.first(), cancel.signal);
    await sleep(60);
    cancel.abort();
    expect(await rollout).toMatchObject({
      code: 'rollout.cancelled',
      message:
        "the rollout of 'shop-web' was cancelled; nothing is to be undone, and the next apply goes on from what is there",
    });
    expect(await world.rollOut(world.first())).toMatchObject({
      instances: [expect.any(String), expect.any(String)],
    });
  });

  test('one that was not begun begins nothing', async () => {
    world = await RolloutWorld.serving();
    expect(await world.failure(world.request(), AbortSignal.abort())).toMatchObject({
      code: 'rollout.cancelled',
    });
    expect(world.fake.calls).toEqual([]);
  });

  test('while it goes back already, it is not waited for', async () => {
    world = await RolloutWorld.serving();
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
