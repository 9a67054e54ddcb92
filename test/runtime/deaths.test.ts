import { setTimeout as sleep } from 'node:timers/promises';
import { connectRuntime, type RuntimeClient } from '../../lib/runtime/client';
import { revisionOf, type ServiceSpec, type ServiceStatus } from '../../lib/spec';
import {
  connectFake,
  emptyRuntime,
  fakeService,
  killAll,
  processesOf,
  waitFor,
} from '../helpers/fake-runtime';
import { temporaryHome } from '../helpers/home';
import { fetchText, Load } from '../helpers/load';

// Dozens of daemons, one after the other: the outer fence is for a machine that has much else to do.
jest.setTimeout(240_000);

// Hooks run in this order, and the home's own looks for what was left running.
afterAll(() => emptyRuntime(paths));
const paths = temporaryHome();
const owner = '/stack';
const CLIENTS = 4;
let client: RuntimeClient;

beforeAll(async () => {
  process.env.FAKE_LEASE_MS = '2000';
  client = await connectFake(paths);
});
afterEach(async () => {
  for (const { name } of await client.services()) await client.remove(name);
});

const v1 = (more: Partial<ServiceSpec> = {}) => fakeService(['--version=1'], more);
const v2 = (more: Partial<ServiceSpec> = {}) => fakeService(['--version=2'], more);
const bad = () =>
  fakeService(['--version=3', '--never-healthy'], { update: { ...v1().update, healthTimeoutMs: 400 } });

/** Deploys, and kills the daemon at the event of this number; resolves with the number of events until then. */
async function applyKillingAt(number: number, spec: ServiceSpec) {
  let seen = 0;
  const onEvent = () => {
    if (++seen === number) killAll(paths, 'runtime');
  };
  const outcome = await client.apply(spec, { owner, intent: 'update', onEvent }).then(
    (status) => ({ status, error: undefined }),
    (error) => ({ status: undefined, error }),
  );
  return { ...outcome, killed: seen >= number };
}

/** A rollout has no more steps than this many events. */
const ENOUGH = 40;

describe('kill -9 of the daemon', () => {
  it('at every step of a rollout loses no request, and the rollout ends at the new version', async () => {
    const { endpoint } = await client.apply(v1(), { owner, intent: 'create' });
    const load = new Load(endpoint!, CLIENTS);
    const specs = [v2(), v1()];
    let kills = 0;
    for (let step = 1; step < ENOUGH; step++) {
      const target = specs[step % 2]!;
      const { status, killed } = await applyKillingAt(step, target);
      requireWhole(status!, target);
      expect(status!.endpoint).toBe(endpoint);
      if (!killed) break;
      kills++;
    }
    const { failures, answered } = await load.stop();

    expect(kills).toBeGreaterThan(8);
    expect(answered).toBeGreaterThan(100);
    expect(failures).toEqual([]);
  });

  it('at every step of a rollout that fails loses no request, and the old version serves on', async () => {
    const { endpoint } = await client.apply(v1(), { owner, intent: 'create' });
    const load = new Load(endpoint!, CLIENTS);
    for (let step = 1; step < ENOUGH; step++) {
      const { error, killed } = await applyKillingAt(step, bad());
      expect(error).toMatchObject({ code: 'runtime.rollout-failed', failure: { rolledBack: true } });
      requireWhole(await client.service('web'), v1());
      if (!killed) break;
    }
    const { failures } = await load.stop();

    expect(failures).toEqual([]);
  });

  it('at every step of a deletion leaves nothing', async () => {
    for (let step = 1; step < ENOUGH; step++) {
      await client.apply(v1(), { owner, intent: 'create' });
      let seen = 0;
      await client.remove('web', { onEvent: () => ++seen === step && killAll(paths, 'runtime') });
      expect(await client.services()).toEqual([]);
      expect(processesOf(paths, 'guest')).toEqual([]);
      if (seen < step) break;
    }
  });

  it('and of the client leaves a rollout that goes back by itself', async () => {
    await client.apply(v1(), { owner, intent: 'create' });
    const abandoned = await connectRuntime({ paths, entry: '/nowhere', version: 'test' });
    const deploy = abandoned.apply(v2({ update: { ...v2().update, bakeMs: 60_000 } }), {
      owner,
      intent: 'update',
      onEvent: ({ kind }) => kind === 'baking' && killAll(paths, 'runtime'),
    });
    // This client cannot start a daemon, so it is as good as dead.
    await expect(deploy).rejects.toMatchObject({ code: 'runtime.start-failed' });

    await waitFor(async () => (await client.service('web')).phase === 'ready');

    requireWhole(await client.service('web'), v1());
  });
});

describe('kill -9 of an instance', () => {
  it('loses at most what it was answering, and it is started again', async () => {
    const { endpoint, instances } = await client.apply(v1(), { owner, intent: 'create' });
    const load = new Load(endpoint!, CLIENTS);
    await sleep(100);

    process.kill(instances[0]!.pid!, 'SIGKILL');
    await waitFor(async () => (await client.service('web')).instances[0]!.restarts === 1);
    await waitFor(async () => (await client.service('web')).phase === 'ready');
    const { failures } = await load.stop();

    expect(failures.length).toBeLessThanOrEqual(CLIENTS);
    const [first, second] = (await client.service('web')).instances;
    expect(first).toMatchObject({ name: instances[0]!.name, restarts: 1 });
    expect(second!.pid).toBe(instances[1]!.pid);
  });

  it('that is the only one lets clients wait for the next', async () => {
    const { endpoint, instances } = await client.apply(v1({ instances: 1 }), { owner, intent: 'create' });

    process.kill(instances[0]!.pid!, 'SIGKILL');
    await waitFor(async () => (await client.service('web')).phase !== 'ready');

    expect(await fetchText(endpoint!)).toMatch(/^1 web/);
  });

  it('while no daemon runs is mended by the next', async () => {
    const { instances } = await client.apply(v1(), { owner, intent: 'create' });
    killAll(paths, 'runtime');
    process.kill(instances[1]!.pid!, 'SIGKILL');

    await waitFor(async () => (await client.service('web')).phase === 'ready');

    requireWhole(await client.service('web'), v1());
    expect((await client.service('web')).instances[0]!.pid).toBe(instances[0]!.pid);
  });

  it('again and again is reported as a crash loop', async () => {
    const events: string[] = [];
    const watching = new AbortController();
    const watch = client.events({ onEvent: ({ kind }) => events.push(kind), signal: watching.signal });
    await client.apply(v1({ instances: 1 }), { owner, intent: 'create' });

    for (let deaths = 0; deaths < 3; deaths++) {
      await waitFor(async () => (await client.service('web')).instances[0]!.phase === 'healthy');
      killAll(paths, 'guest');
      await waitFor(async () => (await client.service('web')).instances[0]!.phase !== 'healthy');
    }

    const { phase, instances } = await client.service('web');
    expect(phase).toBe('crash-loop');
    expect(instances[0]).toMatchObject({ phase: 'backing-off', reason: expect.stringContaining('SIGKILL') });
    expect(events).toContain('crash-loop');
    watching.abort();
    await watch;
  });
});

describe('an instance that turns unhealthy', () => {
  it('takes no new connections and is started anew', async () => {
    const spec = fakeService(['--version=1', '--unhealthy-after=0.5'], { instances: 1 });
    const [before] = (await client.apply(spec, { owner, intent: 'create' })).instances;

    await waitFor(async () => (await client.service('web')).instances[0]!.restarts > 0);
    await waitFor(async () => (await client.service('web')).instances[0]!.phase === 'healthy');

    expect((await client.service('web')).instances[0]!.pid).not.toBe(before!.pid);
  });
});

describe('kill -9 of the balancer', () => {
  it('is mended at once, on the same port', async () => {
    const { endpoint } = await client.apply(v1(), { owner, intent: 'create' });
    const [before] = processesOf(paths, 'balancer');

    killAll(paths, 'balancer');
    await waitFor(() => processesOf(paths, 'balancer').some(({ pid }) => pid !== before!.pid));
    await waitFor(() =>
      fetchText(endpoint!).then(
        () => true,
        () => false,
      ),
    );

    expect(await client.service('web')).toMatchObject({ endpoint, phase: 'ready' });
  });
});

function requireWhole(status: ServiceStatus, spec: ServiceSpec): void {
  expect(status).toMatchObject({ phase: 'ready', revision: revisionOf(spec) });
  expect(status.instances.map(({ revision, phase }) => `${revision} ${phase}`)).toEqual(
    Array.from({ length: spec.instances }, () => `${revisionOf(spec)} healthy`),
  );
  expect(processesOf(paths, 'guest')).toHaveLength(spec.instances);
}
