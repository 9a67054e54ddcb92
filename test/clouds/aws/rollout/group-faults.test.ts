import type { AwsAction, FaultKind } from '../../../helpers/aws-fake';
import fc from '../../../helpers/property';
import { RolloutWorld, SICK } from './rollout-world';

const FAST = { instances: 1, fake: { pace: 1, secondMs: 1 }, timing: { rolloutPollMs: 2 } };

let world: RolloutWorld;
afterEach(() => world.stop());

/** Only where an answer never comes is it not waited for long. */
async function worldFor(kind: FaultKind): Promise<void> {
  const timing = kind === 'hang' ? { ...FAST.timing, attemptMs: 150 } : FAST.timing;
  world = await RolloutWorld.serving({ ...FAST, timing });
}

/** Every call of a rollout that succeeds, and which one of its kind it is. */
const STEPS: readonly (readonly [step: string, action: AwsAction, nth: number, isBegun: boolean])[] = [
  ['looking at the group', 'DescribeAutoScalingGroups', 1, false],
  ['looking at its machines', 'DescribeInstances', 1, false],
  ['asking the balancers', 'DescribeTargetHealth', 1, false],
  ['looking for a refresh', 'DescribeInstanceRefreshes', 1, false],
  ['reading what the group did', 'DescribeScalingActivities', 1, false],
  ['starting the refresh', 'StartInstanceRefresh', 1, false],
  ['following the refresh', 'DescribeInstanceRefreshes', 2, true],
  ['looking at the group again', 'DescribeAutoScalingGroups', 3, true],
  ['looking at its machines again', 'DescribeInstances', 3, true],
  ['asking the balancers again', 'DescribeTargetHealth', 3, true],
  ['reading what the group does', 'DescribeScalingActivities', 2, true],
];

/** What each fault ends in when it stays, and whether it passes when it strikes once. */
const FAULTS: readonly (readonly [kind: FaultKind, code: string, passes: boolean])[] = [
  ['throttle', 'aws.throttled', true],
  ['500', 'aws.service', true],
  ['reset', 'aws.network', true],
  ['hang', 'aws.timeout', true],
  ['lost-answer', 'aws.network', true],
  ['expired', 'aws.credentials-expired', false],
  ['denied', 'aws.permission', false],
  ['quota', 'aws.quota', false],
];

const TABLE = STEPS.flatMap(([step, action, nth, isBegun]) =>
  FAULTS.map(([kind, code, passes]) => ({ step, action, nth, isBegun, kind, code, passes })),
);

/** The service is at version 2, all of it. */
const moved = () => [world.versions, world.groupVersion];

describe.each(TABLE)('$kind at $step', ({ action, nth, isBegun, kind, code, passes }) => {
  test(
    passes ? 'strikes once and is got over' : 'strikes once and ends it, and a second run goes on',
    async () => {
      await worldFor(kind);
      world.fake.fault({ action, kind, when: nth });
      if (!passes) {
        expect(await world.failure()).toMatchObject({ name: 'KilnError', code });
        world.fake.clearFaults();
      }
      await world.rollOut();
      expect(moved()).toEqual([[2], '2']);
    },
  );

  test('stays and ends it, and a second run goes on', async () => {
    await worldFor(kind);
    world.fake.fault({ action, kind, when: (seen) => seen >= nth });
    // That the refresh is there is seen without an answer.
    if (action === 'StartInstanceRefresh' && kind === 'lost-answer') await world.rollOut();
    else {
      const error = await world.failure();
      expect(error).toMatchObject({ name: 'KilnError', code });
      expect(error.message.includes("; AWS goes on with 'shop-web' to version 2 by itself, unwatched")).toBe(
        isBegun,
      );
      expect(error.remedy ?? '').toMatch(
        isBegun ? /The next apply takes the rollout up where it is then\.$/ : /./,
      );
    }
    world.fake.clearFaults();
    await world.rollOut();
    expect(moved()).toEqual([[2], '2']);
    expect(world.fake.refreshes('shop-web')).toHaveLength(1);
  });
});

describe.each(FAULTS)('%s while it goes back', (kind, _code, passes) => {
  test('at a console: it goes back all the same, and the error says what could not be read', async () => {
    await worldFor(kind);
    world.fake.behave(({ version }) => (version === 2 ? SICK : {}));
    world.fake.fault({ action: 'GetConsoleOutput', kind });
    const { code, detail } = await world.failure(world.request({}, { healthTimeoutMs: 60 }));
    expect(code).toBe('rollout.failed');
    expect(detail).toContain('console: not to be read, since ');
    expect(moved()).toEqual([[1], '1']);
  });

  test('once, at telling it to', async () => {
    await worldFor(kind);
    world.fake.behave(({ version }) => (version === 2 ? SICK : {}));
    world.fake.fault({ action: 'RollbackInstanceRefresh', kind, when: 1 });
    const { message } = await world.failure(world.request({}, { healthTimeoutMs: 60 }));
    if (passes) expect(message).toMatch(/; it was rolled back to version 1$/);
    else
      expect(message).toMatch(
        /; it could not be taken back, since .*; AWS goes on to version 2, and the next apply takes it up \(instance refresh [0-9a-f-]+\)$/,
      );
    world.mend();
    await world.rollOut();
    expect(moved()).toEqual([[2], '2']);
  });

  test('all the time, at following it: the error still says who failed, and the next run waits', async () => {
    await worldFor(kind);
    world.fake.behave(({ version }) => (version === 2 ? SICK : {}));
    const isBack = () => world.fake.refreshes('shop-web')[0]?.status.startsWith('Rollback') === true;
    world.fake.fault({ action: 'DescribeInstanceRefreshes', kind, when: isBack });
    const { code, message } = await world.failure(world.request({}, { healthTimeoutMs: 60 }));
    expect(code).toBe('rollout.failed');
    expect(message).toMatch(/: not healthy within 60 ms .*; it could not be followed to its end, since /);
    world.mend();
    await world.rollOut();
    expect(moved()).toEqual([[2], '2']);
  });
});

test('refuses to go on with credentials that expire at any call, and a second run goes on', async () => {
  for (let nth = 1; nth <= 20; nth++) {
    const own = await RolloutWorld.serving(FAST);
    world = own;
    try {
      own.fake.fault({ action: '*', kind: 'expired', when: (seen) => seen >= nth });
      const code = await own.rollOut().then(
        () => 'done',
        (error) => error.code,
      );
      expect(code).toMatch(/^(done|aws\.credentials-expired)$/);
      own.fake.clearFaults();
      await own.rollOut();
      expect([own.versions, own.groupVersion]).toEqual([[2], '2']);
    } finally {
      await own.stop();
    }
  }
});

test('whatever passing faults strike wherever, there is the version or an error, and then the version', async () => {
  const fault = fc.record({
    action: fc.constantFrom<AwsAction>(...STEPS.map(([, action]) => action), 'RollbackInstanceRefresh'),
    kind: fc.constantFrom<FaultKind>('throttle', '500', '503', 'reset', 'lost-answer', 'expired'),
    when: fc.uniqueArray(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 5 }),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(fault, { minLength: 1, maxLength: 5 }),
      fc.boolean(),
      async (faults, isSick) => {
        const own = await RolloutWorld.serving(FAST);
        try {
          for (const one of faults) own.fake.fault(one);
          if (isSick) own.fake.behave(({ version }) => (version === 2 ? SICK : {}));
          const code = await own.rollOut(own.request({}, { healthTimeoutMs: isSick ? 60 : 30_000 })).then(
            () => 'done',
            (error) => error.code,
          );
          expect(code).toMatch(isSick ? /^(rollout\.failed|aws\.[a-z-]+)$/ : /^(done|aws\.[a-z-]+)$/);
          own.mend();
          await own.rollOut();
          expect([own.versions, own.groupVersion]).toEqual([[2], '2']);
        } finally {
          await own.stop();
        }
      },
    ),
    { numRuns: 8 },
  );
});
