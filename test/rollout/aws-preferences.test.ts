import { limitsOf, refreshPreferences, requireAwsCan } from '../../lib/rollout';
import { stepTarget } from '../../lib/rollout/rolling';
import type { UpdatePolicySpec } from '../../lib/spec';
import fc from '../helpers/property';
import { policy } from './policies';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** What Auto Scaling makes of the percentages: the minimum is rounded up, the maximum down. */
function boundsOf(changes: Partial<UpdatePolicySpec>, instances: number) {
  const { minHealthyPercentage, maxHealthyPercentage } = refreshPreferences(policy(changes), instances);
  return {
    floor: Math.ceil((instances * minHealthyPercentage) / 100),
    ceiling: Math.floor((instances * maxHealthyPercentage) / 100),
  };
}

test('every preference is said, none left to a default', () => {
  const given = policy({
    healthTimeoutMs: MINUTE,
    bakeMs: 10_000,
    steps: [{ percent: 10, pauseMs: 2 * MINUTE }],
  });
  expect(refreshPreferences(given, 10, ['errors'])).toEqual({
    minHealthyPercentage: 100,
    maxHealthyPercentage: 110,
    instanceWarmupS: 60 + 30,
    checkpointPercentages: [10, 100],
    checkpointDelayS: 130,
    bakeTimeS: 10,
    skipMatching: true,
    autoRollback: true,
    scaleInProtectedInstances: 'Refresh',
    standbyInstances: 'Ignore',
    alarms: ['errors'],
  });
});

test('a policy without going back tells Auto Scaling not to go back', () => {
  expect(refreshPreferences(policy({ rollback: false }), 3).autoRollback).toBe(false);
});

test('an empty group is told what one instance would need', () => {
  expect(refreshPreferences(policy(), 0)).toEqual(refreshPreferences(policy(), 1));
  expect(refreshPreferences(policy({ healthTimeoutMs: 59 * MINUTE }), 0).instanceWarmupS).toBe(59 * 60 + 30);
});

test('a policy without steps has no checkpoints and no delay', () => {
  const preferences = refreshPreferences(policy(), 3);
  expect([preferences.checkpointPercentages, preferences.checkpointDelayS]).toEqual([undefined, undefined]);
});

test('a fraction of a second is waited as a whole one', () => {
  expect(refreshPreferences(policy({ bakeMs: 1 }), 1).bakeTimeS).toBe(1);
});

describe('where the local rule and Auto Scaling agree', () => {
  test.each([
    // surge, unavailable, instances, minimum %, maximum %
    ['1', '0', 1, 100, 200],
    ['1', '0', 3, 100, 134],
    ['1', '0', 7, 100, 115],
    ['0', '1', 3, 66, 100],
    ['0', '1', 1, 0, 100],
    ['1', '1', 3, 66, 134],
    ['25%', '25%', 10, 80, 130],
    ['25%', '25%', 1, 100, 200],
    ['100%', '0', 4, 100, 200],
    ['0', '100%', 4, 0, 100],
    ['0', '10%', 3, 100, 134],
  ])(
    'a surge of %s and %s unavailable, of %d: %d to %d percent, and the same bounds',
    (maxSurge, maxUnavailable, instances, least, most) => {
      const changes = { maxSurge, maxUnavailable };
      expect(refreshPreferences(policy(changes), instances)).toMatchObject({
        minHealthyPercentage: least,
        maxHealthyPercentage: most,
      });
      expect(boundsOf(changes, instances)).toEqual(limitsOf(policy(changes), instances));
    },
  );

  test('at every size to 100, for whatever policy Auto Scaling takes', () => {
    const share = (most: number) =>
      fc.oneof(
        fc.integer({ min: 0, max: most }).map(String),
        fc.integer({ min: 0, max: 100 }).map((percent) => `${percent}%`),
      );
    fc.assert(
      fc.property(
        share(50),
        share(100),
        fc.integer({ min: 1, max: 100 }),
        (maxSurge, maxUnavailable, size) => {
          const changes = { maxSurge, maxUnavailable };
          const { floor, ceiling } = limitsOf(policy(changes), size);
          const span = Math.ceil((ceiling * 100) / size) - Math.floor((floor * 100) / size);
          if (span > 100 || ceiling > 2 * size) expect(() => boundsOf(changes, size)).toThrow(/Auto Scaling/);
          else expect(boundsOf(changes, size)).toEqual({ floor, ceiling });
        },
      ),
    );
  });

  test.each([1, 2, 3, 10, 33, 100])('on how many of %d are new at each canary step', (desired) => {
    const steps = [1, 10, 50, 99].map((percent) => ({ percent, pauseMs: 1000 }));
    const given = policy({ steps });
    const { checkpointPercentages } = refreshPreferences(given, desired);
    const progress = { step: 0 } as Parameters<typeof stepTarget>[0]['progress'];
    const local = [0, 1, 2, 3, 4].map((step) =>
      stepTarget({
        policy: given,
        desired,
        oldDesired: desired,
        instances: [],
        progress: { ...progress, step },
        now: 0,
      }),
    );
    expect(checkpointPercentages?.map((percent) => Math.ceil((desired * percent) / 100))).toEqual(local);
  });

  test.each([1, 4])('on replacing all of %d at once: none has to stay, none is added', (instances) => {
    expect(refreshPreferences(policy({ strategy: 'replace' }), instances)).toMatchObject({
      minHealthyPercentage: 0,
      maxHealthyPercentage: 100,
      checkpointPercentages: undefined,
    });
  });
});

describe('where Auto Scaling cannot', () => {
  test.each<[what: string, changes: Partial<UpdatePolicySpec>, message: string]>([
    [
      'more surge than instances',
      { maxSurge: '4' },
      "'maxSurge' of 4 is more than all 3 instances, and Auto Scaling at most doubles a group",
    ],
    [
      'a span of more than the group',
      { maxSurge: '2', maxUnavailable: '2' },
      "'maxSurge' of 2 and 'maxUnavailable' of 2 span more than all of 3 instances, and Auto Scaling allows a span of 100 %",
    ],
    [
      'different pauses',
      {
        steps: [
          { percent: 10, pauseMs: MINUTE },
          { percent: 50, pauseMs: 5 * MINUTE },
        ],
      },
      "'steps' pause for 1 min at 10 % and for 5 min at 50 %, and Auto Scaling has one pause for all steps",
    ],
    [
      'steps that do not ascend',
      {
        steps: [
          { percent: 50, pauseMs: 0 },
          { percent: 50, pauseMs: 0 },
        ],
      },
      "'steps' come to 50 % after as much or more, and must ascend",
    ],
    [
      'a pause of more than two days',
      { steps: [{ percent: 50, pauseMs: 48 * HOUR }], bakeMs: 1 },
      `'steps' pause for ${48 * 60 + 1 / MINUTE} min with the bake time, and Auto Scaling waits two days at most`,
    ],
    [
      'a bake time of more than two days',
      { bakeMs: 49 * HOUR },
      "'bakeTime' of 2940 min is too long for Auto Scaling, which waits two days at most",
    ],
    [
      'a health timeout that leaves no time to judge within the hour',
      { healthTimeoutMs: HOUR },
      "'healthTimeout' of 60 min is too long for Auto Scaling, which gives up after an hour",
    ],
  ])('refuses %s', (_what, changes, message) => {
    expect(() => refreshPreferences(policy(changes), 3)).toThrow(
      expect.objectContaining({ code: 'rollout.aws', message, remedy: expect.any(String) }),
    );
  });

  test('refuses what fits some sizes of a group and not others', () => {
    const changes = policy({ maxSurge: '1', maxUnavailable: '1' });
    expect(() => requireAwsCan(changes, { min: 2, max: 5 })).not.toThrow();
    expect(() => requireAwsCan(changes, { min: 1, max: 5 })).toThrow(
      "'maxSurge' of 1 and 'maxUnavailable' of 1 span more than all of 1 instance, and Auto Scaling allows a span of 100 %",
    );
  });

  test('refuses alarms for blue/green, which is no instance refresh', () => {
    const own = policy({ strategy: 'blue-green' });
    expect(() => requireAwsCan(own, { min: 1, max: 1 }, ['errors'])).toThrow(
      "'alarms' are watched by instance refreshes, and an update by blue/green is none",
    );
    expect(() => requireAwsCan(own, { min: 1, max: 1 }, [])).not.toThrow();
  });

  test('refuses more alarms than Auto Scaling watches, also for blue/green', () => {
    const alarms = Array.from({ length: 11 }, (_, i) => `alarm-${i}`);
    const message = "'alarms' names 11 alarms, and Auto Scaling watches 10 at most";
    expect(() => refreshPreferences(policy(), 1, alarms)).toThrow(message);
    expect(() => requireAwsCan(policy({ strategy: 'blue-green' }), { min: 1, max: 1 }, alarms)).toThrow(
      message,
    );
  });

  test('blue/green has none of these limits: its waits are Kiln’s own', () => {
    const own = policy({ strategy: 'blue-green', bakeMs: 49 * HOUR, maxSurge: '50' });
    expect(() => requireAwsCan(own, { min: 1, max: 3 })).not.toThrow();
  });
});
