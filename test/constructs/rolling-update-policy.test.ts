import { Token } from 'cdktf';
import { Duration, RollingUpdatePolicy } from '../../constructs';
import { parseWith, UpdatePolicySpec } from '../../lib/spec';

test('rolling adds one instance and misses none by default', () => {
  expect(RollingUpdatePolicy.rolling().toSpec()).toEqual({
    strategy: 'rolling',
    maxSurge: '1',
    maxUnavailable: '0',
    bakeMs: 0,
    healthTimeoutMs: 60_000,
    steps: [],
    rollback: true,
  });
});

test('rolling takes counts, shares, times and canary steps', () => {
  const policy = RollingUpdatePolicy.rolling({
    maxSurge: '25%',
    maxUnavailable: 2,
    bakeTime: Duration.seconds(10),
    healthTimeout: Duration.minutes(2),
    steps: [{ percent: 10, pause: Duration.seconds(30) }, { percent: 50 }],
    rollback: false,
  });
  expect(policy.toSpec()).toEqual({
    strategy: 'rolling',
    maxSurge: '25%',
    maxUnavailable: '2',
    bakeMs: 10_000,
    healthTimeoutMs: 120_000,
    steps: [
      { percent: 10, pauseMs: 30_000 },
      { percent: 50, pauseMs: 0 },
    ],
    rollback: false,
  });
});

test('replace needs no room and accepts that nothing serves', () => {
  expect(RollingUpdatePolicy.replace().toSpec()).toMatchObject({
    strategy: 'replace',
    maxSurge: '0',
    maxUnavailable: '100%',
  });
});

test('blue/green needs room for all and misses none', () => {
  expect(RollingUpdatePolicy.blueGreen({ bakeTime: Duration.seconds(3) }).toSpec()).toMatchObject({
    strategy: 'blue-green',
    maxSurge: '100%',
    maxUnavailable: '0',
    bakeMs: 3000,
  });
});

test.each([
  RollingUpdatePolicy.rolling({ maxSurge: 0, maxUnavailable: '50%', steps: [{ percent: 99 }] }),
  RollingUpdatePolicy.replace(),
  RollingUpdatePolicy.blueGreen(),
])('what a factory makes is what the runtime accepts', (policy) => {
  expect(parseWith(UpdatePolicySpec, policy.toSpec(), 'update')).toEqual(policy.toSpec());
});

test.each([
  [0, 0],
  ['0%', 0],
  [0, '0%'],
] as const)('refuses a surge of %j with an unavailability of %j', (maxSurge, maxUnavailable) => {
  expect(() => RollingUpdatePolicy.rolling({ maxSurge, maxUnavailable })).toThrow(
    "'maxSurge' and 'maxUnavailable' are both 0, so no instance could ever be replaced; set one of them to 1 or more",
  );
});

test.each([
  [-1, '-1'],
  [1.5, '1.5'],
  ['101%', '"101%"'],
  ['a lot', '"a lot"'],
])("refuses a 'maxSurge' of %j", (maxSurge, seen) => {
  expect(() => RollingUpdatePolicy.rolling({ maxSurge: maxSurge as number })).toThrow(
    `'maxSurge': ${seen} is neither a number of instances nor a share of them; ` +
      "give a whole number such as 1 or a percentage from '0%' to '100%'",
  );
});

test('refuses a token where the policy is judged at synth', () => {
  expect(() => RollingUpdatePolicy.rolling({ maxUnavailable: Token.asNumber(`\${var.n}`) })).toThrow(
    "'maxUnavailable' is a token, known only when Terraform runs, but it is needed at synth because " +
      'an impossible policy is refused there; give a plain value',
  );
});

test.each([0, 100, 2.5, -10])('refuses a canary step of %d percent', (percent) => {
  expect(() => RollingUpdatePolicy.rolling({ steps: [{ percent }] })).toThrow(
    `'steps[0].percent' is ${percent}; give a whole number from 1 to 99`,
  );
});

test.each([10, 9])('refuses a canary step of %d percent after one of 10', (percent) => {
  expect(() => RollingUpdatePolicy.rolling({ steps: [{ percent: 10 }, { percent }] })).toThrow(
    `'steps[1].percent' is ${percent} after 10, so it would go back; give percentages that ascend`,
  );
});

test.each(['rolling', 'replace', 'blueGreen'] as const)('%s refuses a health timeout of 0', (strategy) => {
  expect(() => RollingUpdatePolicy[strategy]({ healthTimeout: Duration.ZERO })).toThrow(
    "'healthTimeout' is 0 ms, so every update would fail; give at least 1 ms",
  );
});
