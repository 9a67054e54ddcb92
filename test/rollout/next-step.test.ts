import {
  beginRollout,
  cancelRollout,
  nextStep,
  type RolloutInput,
  type RolloutInstance,
  type RolloutPhase,
  type RolloutProgress,
  resumeRollout,
} from '../../lib/rollout';
import { policy } from './policies';

/** `old:h new:s`: an old one that is healthy, a new one that starts; ordinals count up within a version. */
function instances(text: string, since = 0): RolloutInstance[] {
  const phases: Record<string, RolloutPhase> = {
    s: 'starting',
    h: 'healthy',
    u: 'unhealthy',
    d: 'draining',
    f: 'failed',
  };
  const seen = new Map<string, number>();
  return text
    .split(' ')
    .filter(Boolean)
    .map((word) => {
      const [version, letter] = word.split(':') as [RolloutInstance['version'], string];
      const ordinal = seen.get(version) ?? 0;
      seen.set(version, ordinal + 1);
      return { name: `${version}-${ordinal}`, version, ordinal, phase: phases[letter]!, since };
    });
}

type Changes = Partial<Omit<RolloutInput, 'instances' | 'policy' | 'progress'>> & {
  readonly policy?: Parameters<typeof policy>[0];
  readonly progress?: Partial<RolloutProgress>;
};

function step(observed: string | RolloutInstance[], { policy: changes, progress, ...rest }: Changes = {}) {
  const chosen = policy(changes);
  return nextStep({
    policy: chosen,
    desired: 2,
    oldDesired: 2,
    now: 0,
    ...rest,
    instances: typeof observed === 'string' ? instances(observed) : observed,
    progress: { ...beginRollout('update', chosen, 0), ...progress },
  });
}

/** `+new-0 drain:old-1 switch:new` */
const said = ({ actions }: ReturnType<typeof step>) =>
  actions
    .map((action) =>
      action.kind === 'start'
        ? `+${action.version}-${action.ordinal}`
        : `${action.kind}:${action.kind === 'switch' ? action.to : action.name}`,
    )
    .join(' ');

const back = { direction: 'back' } as const;

describe('rolling forward', () => {
  test.each([
    ['starts a new one where there is room', 'old:h old:h', '+new-0'],
    ['waits for it', 'old:h old:h new:s', ''],
    ['takes an old one out when it is healthy', 'old:h old:h new:h', 'drain:old-0'],
    ['counts those that drain against the room', 'old:d old:h new:h', ''],
    ['removes an old one that crashed first, and uses its room', 'old:h old:f', '+new-0 stop:old-1'],
    ['removes an old one that starts first', 'old:h old:s', '+new-0 stop:old-1'],
    ['lets an unhealthy one end its connections', 'old:h old:u', '+new-0 drain:old-1'],
    ['removes what an earlier rollout left before the old', 'old:h stale:h new:h', 'drain:stale-0'],
    ['does not take a healthy one out while too few serve', 'old:h old:f new:s', 'stop:old-1'],
  ])('%s', (_, observed, actions) => {
    const decision = step(observed);
    expect([decision.outcome, said(decision)]).toEqual(['running', actions]);
  });

  test('keeps the other share of a canary, and pauses', () => {
    const canary = { policy: { bakeMs: 100, steps: [{ percent: 50, pauseMs: 200 }] } };
    const reached = step('old:d old:h new:h', { ...canary, now: 10 });
    expect(reached).toMatchObject({ actions: [], stage: 'baking', wakeAt: 110, outcome: 'running' });
    const { progress } = reached;
    expect(step('old:h new:h', { ...canary, now: 110, progress })).toMatchObject({
      stage: 'pausing',
      wakeAt: 310,
    });
    const next = step('old:h new:h', { ...canary, now: 310, progress });
    expect([said(next), next.progress.step]).toEqual(['+new-1', 1]);
  });

  test('finishes when the new ones have been healthy for the bake time and the old ones are gone', () => {
    const baked = { policy: { bakeMs: 100 }, now: 100, progress: { reachedAt: 0 } };
    expect(step('new:h new:h', { ...baked, now: 99 })).toMatchObject({ outcome: 'running', wakeAt: 100 });
    expect(step('old:d new:h new:h', baked)).toMatchObject({ outcome: 'running', wakeAt: null });
    expect(step('new:h new:h', baked)).toMatchObject({ outcome: 'finished', actions: [] });
  });

  test('wakes for the first health timeout', () => {
    const observed = [...instances('old:h old:h'), ...instances('new:s', 300)];
    expect(step(observed, { now: 400 })).toMatchObject({ wakeAt: 1300, stage: 'moving' });
  });
});

describe('a new instance that fails turns the rollout back', () => {
  test.each([
    ['a crash', 'old:h old:h new:f', 0, 'crashed', 'stop:new-0'],
    ['ill health', 'old:h old:h new:u', 0, 'became-unhealthy', 'drain:new-0'],
    ['no health in time', 'old:h old:h new:s', 1000, 'health-timeout', 'stop:new-0'],
    ['a crash of the last one', 'new:h new:f', 0, 'crashed', '+old-0 stop:new-1'],
  ])('%s', (_, observed, now, kind, actions) => {
    const decision = step(observed, { now });
    expect(said(decision)).toBe(actions);
    expect(decision.progress).toMatchObject({
      direction: 'back',
      problem: { kind, instance: observed.startsWith('new') ? 'new-1' : 'new-0' },
    });
  });

  test('in its bake time too', () => {
    const decision = step('new:h new:u', { policy: { bakeMs: 100 }, now: 50, progress: { reachedAt: 0 } });
    expect(decision.progress).toMatchObject({ direction: 'back', reachedAt: null });
  });

  test('but an old one fails nothing', () => {
    expect(step('old:f old:u new:s').progress.direction).toBe('forward');
  });

  test('unless it must not go back by itself: then all stays as it is', () => {
    const decision = step('old:h old:h new:f', { policy: { rollback: false } });
    expect(decision).toMatchObject({ outcome: 'failed', actions: [], progress: { direction: 'forward' } });
  });
});

describe('rolling back', () => {
  test.each([
    ['stops a new one that does not serve at once', 'old:h old:h new:s', 'stop:new-0'],
    ['keeps healthy new ones in service until old ones are', 'old:h new:h', '+old-1'],
    ['takes them out then', 'old:h old:h new:h', 'drain:new-0'],
    ['starts no ordinal that still drains', 'old:d old:h new:h', ''],
  ])('%s', (_, observed, actions) => {
    const decision = step(observed, { progress: back });
    expect([decision.outcome, said(decision)]).toEqual(['running', actions]);
  });

  test('ends when all old ones are healthy and nothing else is left', () => {
    expect(step('old:h old:h', { progress: back })).toMatchObject({ outcome: 'rolled-back' });
    expect(step('old:h old:h new:d', { progress: back })).toMatchObject({ outcome: 'running', wakeAt: null });
  });

  test('goes on waiting while the old version comes nearer to health', () => {
    const first = step('old:s old:s', { progress: back, now: 500 });
    expect(first).toMatchObject({ outcome: 'running', wakeAt: 1500 });
    const nearer = step('old:h old:s', { progress: first.progress, now: 1400 });
    expect(nearer).toMatchObject({ outcome: 'running', wakeAt: 2400 });
  });

  test('fails when the old version does not become healthy either, and leaves in service what is', () => {
    const waiting = step('old:h old:s new:h', {
      progress: back,
      now: 0,
      policy: { maxSurge: '0', maxUnavailable: '0' },
    });
    const decision = step('old:h old:s new:h', {
      progress: waiting.progress,
      now: 1000,
      policy: { maxSurge: '0', maxUnavailable: '0' },
    });
    expect(decision).toMatchObject({
      outcome: 'failed',
      actions: [],
      progress: { problem: { kind: 'stalled', instance: 'old-1' } },
    });
  });

  test('of a first deployment leaves nothing', () => {
    expect(said(step('new:f new:h', { oldDesired: 0 }))).toBe('stop:new-0 drain:new-1');
    expect(step('', { oldDesired: 0, progress: back })).toMatchObject({ outcome: 'rolled-back' });
  });
});

describe('replacing', () => {
  const replace = { policy: { strategy: 'replace' as const }, desired: 1, oldDesired: 1 };
  test.each([
    ['the old one drains', 'old:h', {}, 'drain:old-0'],
    ['nothing starts while it does', 'old:d', {}, ''],
    ['the new one starts when it is gone', '', {}, '+new-0'],
    ['a new one that fails goes', 'new:f', {}, 'stop:new-0'],
    ['the old one comes back', '', back, '+old-0'],
  ])('%s', (_, observed, progress, actions) => {
    expect(said(step(observed, { ...replace, progress }))).toBe(actions);
  });
});

describe('blue/green', () => {
  const blueGreen = { policy: { strategy: 'blue-green' as const, bakeMs: 100 } };
  const old = { serves: 'old' } as const;

  test('starts all new ones beside the old, which serve', () => {
    expect(beginRollout('update', policy({ strategy: 'blue-green' }), 0).serves).toBe('old');
    expect(said(step('old:h old:h', { ...blueGreen, progress: old }))).toBe('+new-0 +new-1');
  });

  test('bakes, then switches, then lets the old ones go', () => {
    const observed = 'old:h old:h new:h new:h';
    const baking = step(observed, { ...blueGreen, progress: old });
    expect(baking).toMatchObject({ stage: 'baking', wakeAt: 100, actions: [] });
    const switched = step(observed, { ...blueGreen, progress: baking.progress, now: 100 });
    expect([said(switched), switched.progress.serves]).toEqual(['switch:new drain:old-0 drain:old-1', 'new']);
    const { progress } = switched;
    expect(step('old:d new:h new:h', { ...blueGreen, progress, now: 101 })).toMatchObject({
      outcome: 'running',
    });
    expect(step('new:h new:h', { ...blueGreen, progress, now: 101 })).toMatchObject({ outcome: 'finished' });
  });

  test('goes back without touching the old ones', () => {
    expect(said(step('old:h old:h new:h new:f', { ...blueGreen, progress: old }))).toBe(
      'drain:new-0 stop:new-1',
    );
  });

  test('goes back after the switch by switching again, when all old ones are healthy', () => {
    const progress = { ...back, serves: 'new' } as const;
    expect(said(step('old:d new:h new:h', { ...blueGreen, progress }))).toBe('+old-1');
    const switched = step('old:h old:h new:h new:h', { ...blueGreen, progress });
    expect([said(switched), switched.progress.serves]).toEqual(['switch:old', 'old']);
    expect(said(step('old:h old:h new:h new:h', { ...blueGreen, progress: switched.progress }))).toBe(
      'drain:new-0 drain:new-1',
    );
  });

  test('does not judge the new ones after the switch', () => {
    const decision = step('old:d new:f new:h', { ...blueGreen, progress: { serves: 'new' } });
    expect(decision).toMatchObject({ outcome: 'running', progress: { direction: 'forward' } });
  });

  test('lets go what an earlier rollout left once the old ones are complete', () => {
    expect(said(step('old:h old:h stale:h new:s new:s', { ...blueGreen, progress: old }))).toBe(
      'drain:stale-0',
    );
    expect(said(step('old:h stale:h new:s new:s', { ...blueGreen, progress: old }))).toBe('');
  });
});

describe('scaling', () => {
  const scale = { progress: { kind: 'scale' as const } };

  test('judges only the instances that it made', () => {
    const judged = { ...scale, desired: 3, oldDesired: 2 };
    expect(step('new:h new:f new:s', judged).progress.direction).toBe('forward');
    expect(step('new:h new:h new:f', judged)).toMatchObject({
      progress: { direction: 'back', problem: { instance: 'new-2' } },
    });
  });

  test('does not take a healthy one out while one that stays is not', () => {
    expect(said(step('new:h new:f new:h', { ...scale, desired: 2, oldDesired: 3 }))).toBe('');
    expect(said(step('new:h new:h new:h', { ...scale, desired: 2, oldDesired: 3 }))).toBe('drain:new-2');
  });

  test('fails when an instance that was there before never comes back', () => {
    const waiting = step('new:h new:f', scale);
    expect(waiting).toMatchObject({ outcome: 'running', wakeAt: 1000 });
    const back = step('new:h new:f', { progress: waiting.progress, now: 1000 });
    expect(back).toMatchObject({
      outcome: 'running',
      progress: { direction: 'back', problem: { kind: 'stalled' } },
    });
    expect(step('new:h new:f', { progress: back.progress, now: 2000 })).toMatchObject({ outcome: 'failed' });
  });
});

test('a cancelled rollout goes back, whatever its policy says', () => {
  const progress = cancelRollout(beginRollout('update', policy(), 0), 5);
  expect(progress).toMatchObject({ direction: 'back', problem: { kind: 'cancelled', instance: null } });
  expect(said(step('old:h old:h new:h', { policy: { rollback: false }, progress }))).toBe('drain:new-0');
  expect(cancelRollout(progress, 9)).toBe(progress);
});

test('a rollout that was away bakes anew, and blames nobody for the time', () => {
  const progress: RolloutProgress = {
    ...beginRollout('update', policy(), 0),
    reachedAt: 50,
    best: 3,
    bestAt: 60,
    step: 1,
  };
  expect(resumeRollout(progress, 9000)).toEqual({ ...progress, reachedAt: null, best: null, bestAt: 9000 });
});

test('the same input gives the same answer, and is not changed', () => {
  const input: RolloutInput = Object.freeze({
    policy: policy(),
    desired: 2,
    oldDesired: 2,
    now: 0,
    instances: Object.freeze(instances('old:h old:h new:h')) as RolloutInstance[],
    progress: Object.freeze(beginRollout('update', policy(), 0)),
  });
  expect(nextStep(input)).toEqual(nextStep(input));
});
