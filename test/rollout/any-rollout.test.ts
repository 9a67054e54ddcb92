import {
  beginRollout,
  cancelRollout,
  limitsOf,
  type RolloutDecision,
  type RolloutInput,
} from '../../lib/rollout';
import type { UpdatePolicySpec } from '../../lib/spec';
import fc from '../helpers/property';
import { type Chance, type Fate, ModelWorld } from './model-world';

// More runs, other seeds: KILN_FUZZ_RUNS=100000 KILN_FUZZ_SEED=7 npx jest test/rollout/any-rollout
const numRuns = Number(process.env.KILN_FUZZ_RUNS ?? 1000);
// A number that is not whole would never be reached.
const fewer = Math.ceil(numRuns / 3);
const seed = Number(process.env.KILN_FUZZ_SEED ?? 1);

const HEALTH_TIMEOUT = 1000;
const amount = fc.oneof(fc.nat(4).map(String), fc.constantFrom('0%', '10%', '25%', '34%', '50%', '100%'));
const policies: fc.Arbitrary<UpdatePolicySpec> = fc.record({
  strategy: fc.constantFrom('rolling', 'rolling', 'replace', 'blue-green'),
  maxSurge: amount,
  maxUnavailable: amount,
  bakeMs: fc.constantFrom(0, 300, 2000),
  healthTimeoutMs: fc.constant(HEALTH_TIMEOUT),
  steps: fc
    .uniqueArray(fc.record({ percent: fc.integer({ min: 1, max: 99 }), pauseMs: fc.constantFrom(0, 500) }), {
      maxLength: 3,
      selector: (step) => step.percent,
    })
    .map((steps) => steps.sort((a, b) => a.percent - b.percent)),
  rollback: fc.constant(true),
});

const time = fc.integer({ min: 1, max: 500 });
const good: fc.Arbitrary<Fate> = time.map((afterMs) => ({ kind: 'healthy', afterMs }));
const bad: fc.Arbitrary<Fate> = fc.oneof(
  fc.constant<Fate>({ kind: 'never-healthy' }),
  time.map((afterMs): Fate => ({ kind: 'crashes-at-boot', afterMs })),
  fc.record({
    kind: fc.constant('fails-later' as const),
    as: fc.constantFrom('failed' as const, 'unhealthy' as const),
    afterMs: time,
    lastsMs: fc.integer({ min: 1, max: 3000 }),
  }),
);
const chances = (fates: fc.Arbitrary<Fate>): fc.Arbitrary<Chance> =>
  fc.record({
    newFates: fc.array(fates, { minLength: 1, maxLength: 8 }),
    // Together with three crashes in a row an old instance is still back within the health timeout, as supervised ones are.
    oldBoots: fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 4 }),
    drains: fc.array(fc.nat(800), { minLength: 1, maxLength: 4 }),
    obeys: fc.array(fc.boolean(), { maxLength: 6 }).map((list) => [...list, true]),
    oldCrashes: fc.array(fc.nat(6000), { maxLength: 3 }),
    oldIsBroken: fc.constant(false),
  });
const settings = {
  policy: policies,
  oldDesired: fc.nat(7),
  desired: fc.integer({ min: 1, max: 7 }),
  stale: fc.nat(3),
};
const cases = (fates: fc.Arbitrary<Fate>) => fc.record({ ...settings, chance: chances(fates) });
type Case = typeof cases extends (fates: never) => fc.Arbitrary<infer T> ? T : never;

/** What must hold for every decision, whatever happened before it. */
function checkDecision(decision: RolloutDecision, input: RolloutInput): void {
  const { progress, actions } = decision;
  const target = progress.direction === 'forward' ? input.desired : input.oldDesired;
  const named = actions.flatMap((action) =>
    'name' in action ? [{ ...find(input, action.name), action }] : [],
  );
  const starts = actions.flatMap((action) => (action.kind === 'start' ? [action] : []));
  demand('nobody is told twice to go', !named.some((one) => one.phase === 'draining'));
  demand(
    'who may have connections drains',
    named.every((one) => (one.action.kind === 'stop') === ['starting', 'failed'].includes(one.phase)),
  );
  demand('only wanted ordinals start', !starts.some((one) => one.ordinal >= target));
  demand('an end carries no actions', decision.outcome === 'running' || actions.length === 0);
  demand('it wakes later', decision.wakeAt === null || decision.wakeAt >= input.now);
  const taken = named.filter((one) => one.phase === 'healthy').length;
  if (progress.kind === 'scale') checkLimits(input, target, taken, 0);
  else if (input.policy.strategy === 'rolling') checkLimits(input, target, taken, starts.length);
  else if (input.policy.strategy === 'blue-green') checkBlueGreen(decision, input);
  else
    demand('a replacement starts when all others are gone', starts.length === 0 || isAlone(decision, input));
}

function isAlone({ progress }: RolloutDecision, { instances }: RolloutInput): boolean {
  const version = progress.direction === 'forward' ? 'new' : 'old';
  return instances.every((one) => one.version === version);
}

function checkLimits(
  { policy, instances }: RolloutInput,
  target: number,
  taken: number,
  started: number,
): void {
  const { floor, ceiling } = limitsOf(policy, target);
  const healthy = instances.filter((one) => one.phase === 'healthy').length;
  demand('enough stay in service', taken === 0 || healthy - taken >= floor);
  demand('not too many exist', started === 0 || instances.length + started <= ceiling);
}

/** Nobody leaves who serves: the old ones until the switch, the new ones after it. */
function checkBlueGreen({ actions, progress }: RolloutDecision, input: RolloutInput): void {
  const { serves } = progress;
  const leaving = actions.flatMap((action) => ('name' in action ? [find(input, action.name)] : []));
  demand('one side serves', serves !== 'all');
  demand('who serves stays', !leaving.some((one) => one.version === serves));
  const arrived = input.instances.filter((one) => one.version === serves && one.phase === 'healthy').length;
  const switched = actions.some((action) => action.kind === 'switch');
  demand(
    'the switch is to a complete side',
    !switched || arrived >= (serves === 'new' ? input.desired : input.oldDesired),
  );
}

function demand(what: string, holds: boolean): void {
  if (!holds) throw new Error(`it does not hold that ${what}`);
}

function find(input: RolloutInput, name: string) {
  const found = input.instances.find((one) => one.name === name);
  if (!found) throw new Error(`${name} is not there`);
  return found;
}

function world(
  { policy, desired, oldDesired, stale, chance }: Case,
  kind: 'update' | 'scale' = 'update',
): ModelWorld {
  return new ModelWorld({ policy, desired, oldDesired }, beginRollout(kind, policy, 0), chance, stale);
}

const versions = ({ instances }: ModelWorld) => instances.map((one) => one.version).sort();
const all = (count: number, version: string) => Array.from({ length: count }, () => version);

test('whatever happens, a rollout keeps its limits and ends at the new version or wholly at the old one', () => {
  fc.assert(
    fc.property(cases(fc.oneof(good, good, bad)), (one) => {
      const model = world(one);
      const { outcome } = model.run(checkDecision);
      expect(['finished', 'rolled-back']).toContain(outcome);
      const [count, version] = outcome === 'finished' ? [one.desired, 'new'] : [one.oldDesired, 'old'];
      expect(versions(model)).toEqual(all(count, version));
      // After a switch, what becomes of the new ones is their supervisor's business.
      if (outcome === 'rolled-back' || one.policy.strategy !== 'blue-green') {
        expect(model.instances.every(({ phase }) => phase === 'healthy')).toBe(true);
      }
    }),
    { seed, numRuns },
  );
});

test('a rollout whose new instances are all good finishes, whatever happens to the old ones', () => {
  fc.assert(
    fc.property(cases(good), (one) => {
      const model = world(one);
      expect(model.run(checkDecision).outcome).toBe('finished');
      expect(versions(model)).toEqual(all(one.desired, 'new'));
    }),
    { seed, numRuns },
  );
});

test('a rollout whose new instances are never healthy goes back', () => {
  fc.assert(
    fc.property(cases(fc.constant({ kind: 'never-healthy' })), (one) => {
      const model = world(one);
      expect(model.run(checkDecision)).toMatchObject({
        outcome: 'rolled-back',
        progress: { problem: { kind: 'health-timeout' } },
      });
      expect(versions(model)).toEqual(all(one.oldDesired, 'old'));
    }),
    { seed, numRuns: fewer },
  );
});

test('without going back by itself, a rollout that fails leaves everything where it is', () => {
  fc.assert(
    fc.property(cases(bad), (one) => {
      const model = world({ ...one, policy: { ...one.policy, rollback: false } });
      const { outcome, progress } = model.run(checkDecision);
      if (outcome === 'failed') expect(progress.direction).toBe('forward');
      else expect(outcome).toBe('finished');
    }),
    { seed, numRuns: fewer },
  );
});

test('a rollout that is cancelled at any moment goes back wholly, or had finished', () => {
  fc.assert(
    fc.property(cases(good), fc.nat(40), (one, moment) => {
      const model = world(one);
      let calls = 0;
      const { outcome } = model.run((decision, input) => {
        checkDecision(decision, input);
        calls += 1;
        if (calls === moment)
          Object.assign(decision, { progress: cancelRollout(decision.progress, input.now) });
      });
      const [count, version] = outcome === 'finished' ? [one.desired, 'new'] : [one.oldDesired, 'old'];
      expect(versions(model)).toEqual(all(count, version));
    }),
    { seed, numRuns },
  );
});

test('a rollout back to a version that is broken too ends, and says so', () => {
  fc.assert(
    fc.property(cases(bad), (one) => {
      const model = world({ ...one, chance: { ...one.chance, oldIsBroken: true } });
      expect(['finished', 'rolled-back', 'failed']).toContain(model.run(checkDecision).outcome);
    }),
    { seed, numRuns: fewer },
  );
});

test('a scale ends at the new number, or at the number before', () => {
  fc.assert(
    fc.property(cases(fc.oneof(good, good, bad)), (one) => {
      const scaled = {
        ...one,
        stale: 0,
        oldDesired: Math.max(1, one.oldDesired),
        chance: { ...one.chance, oldCrashes: [] },
      };
      const model = world(scaled, 'scale');
      const { outcome } = model.run(checkDecision);
      expect(['finished', 'rolled-back']).toContain(outcome);
      expect(model.instances).toHaveLength(outcome === 'finished' ? one.desired : scaled.oldDesired);
      expect(model.instances.every(({ phase }) => phase === 'healthy')).toBe(true);
    }),
    { seed, numRuns: fewer },
  );
});
