import { setTimeout as sleep } from 'node:timers/promises';
import { type RuntimeClient, rolloutFailureOf } from '../../lib/runtime/client';
import { revisionOf, type ServiceEvent, type ServiceSpec, type ServiceStatus } from '../../lib/spec';
import { connectFake, emptyRuntime, fakeService, processesOf, waitFor } from '../helpers/fake-runtime';
import { temporaryHome } from '../helpers/home';
import { fetchText, Load } from '../helpers/load';

// Dozens of daemons, one after the other: the outer fence is for a machine that has much else to do.
jest.setTimeout(240_000);

// Hooks run in this order, and the home's own looks for what was left running.
afterAll(async () => {
  await client.shutdown();
  process.env.FAKE_IDLE_MS = '200';
  await emptyRuntime(paths);
});
const paths = temporaryHome();
const owner = '/stack';
const CLIENTS = 4;
let client: RuntimeClient;
let events: ServiceEvent[];

beforeAll(async () => {
  process.env.FAKE_LEASE_MS = '400';
  process.env.FAKE_IDLE_MS = '60000';
  client = await connectFake(paths);
});
beforeEach(() => {
  events = [];
});
afterEach(async () => {
  for (const { name } of await client.services()) await client.remove(name);
});

const update = (more: Partial<ServiceSpec['update']>) => ({ ...fakeService().update, ...more });
const v1 = (more: Partial<ServiceSpec> = {}) => fakeService(['--version=1'], more);
const v2 = (more: Partial<ServiceSpec> = {}) => fakeService(['--version=2'], more);

function apply(spec: ServiceSpec, signal?: AbortSignal, intent: 'create' | 'update' = 'update') {
  return client.apply(spec, {
    owner,
    intent,
    onEvent: (event) => events.push(event),
    ...(signal ? { signal } : {}),
  });
}

async function failureOf(deploy: Promise<unknown>) {
  const error = await deploy.then(
    () => undefined,
    (thrown) => thrown,
  );
  return { error, failure: rolloutFailureOf(error) };
}

function kinds(): string[] {
  return events.map(({ kind }) => kind);
}

describe('a rollout', () => {
  it.each([
    ['rolling', update({ maxSurge: '1', maxUnavailable: '0' })],
    ['rolling without surge', update({ maxSurge: '0', maxUnavailable: '1' })],
    ['blue/green', update({ strategy: 'blue-green' })],
    ['canary', update({ steps: [{ percent: 34, pauseMs: 100 }] })],
  ])('replaces all instances without losing a request: %s', async (_, policy) => {
    const { endpoint } = await apply(v1({ instances: 3 }));
    const load = new Load(endpoint!);

    const status = await apply(v2({ instances: 3, update: policy }));
    await sleep(50);
    const { failures, answered } = await load.stop();

    expect(failures).toEqual([]);
    expect(answered).toBeGreaterThan(20);
    expect(status).toMatchObject({ phase: 'ready', endpoint });
    expect(status.instances.map(({ name }) => name)).toEqual(
      [0, 1, 2].map((ordinal) => `web-${revisionOf(v2())}-${ordinal}`),
    );
    expect(await fetchText(endpoint!)).toMatch(/^2 /);
  });

  it('says what it does, for people', async () => {
    await apply(v1({ instances: 1 }));
    events = [];

    await apply(v2({ instances: 1, update: update({ bakeMs: 50 }) }));

    const [old, fresh] = [`web-${revisionOf(v1())}-0`, `web-${revisionOf(v2())}-0`];
    const messages = events.map(({ message }) => message.replace(/\d+\.\d+ s/, 'N s'));
    // The old one may stop before or after the new one is watched.
    expect(messages).toContain('all healthy; watching for 50 ms');
    expect(messages.filter((message) => !message.startsWith('all healthy'))).toEqual([
      expect.stringMatching(/^image sha256:\w{12} is there already$/),
      `updating web: 1 instance of revision ${revisionOf(v2())}, rolling`,
      `batch 1 of 1: start ${fresh}`,
      `starting ${fresh}`,
      `${fresh} healthy after N s`,
      `draining ${old} (0 connections)`,
      `stopped ${old}`,
      `web is at revision ${revisionOf(v2())} after N s`,
    ]);
  });

  it('stops a singleton before it starts the next, and lets clients wait meanwhile', async () => {
    const { endpoint } = await apply(v1({ instances: 1 }));
    const load = new Load(endpoint!, 2);

    await apply(v2({ instances: 1, update: update({ strategy: 'replace' }) }));
    const { failures } = await load.stop();

    expect(failures).toEqual([]);
    expect(kinds().lastIndexOf('instance-stopped')).toBeLessThan(kinds().lastIndexOf('instance-started'));
  });

  it.each([
    ['crashes', ['--crash-after=0.1'], /^killed|^ended with code 3/, /page fault/],
    [
      'hangs at boot',
      ['--hang-at-boot'],
      /^not healthy within 1.5 s \(no connection on port 8080/,
      /booting web/,
    ],
    [
      'answers 503',
      ['--never-healthy'],
      /^not healthy within 1.5 s \(GET \/healthz answered 503/,
      /listening/,
    ],
    ['turns unhealthy while it bakes', ['--unhealthy-after=0.6'], /^GET \/healthz answered 503/, /listening/],
  ])('goes back, losing nothing, from a version that %s', async (_, faults, reason, console) => {
    const { endpoint, instances } = await apply(v1());
    const load = new Load(endpoint!, CLIENTS);

    const bad = fakeService(['--version=3', ...faults], {
      update: update({ healthTimeoutMs: 1500, bakeMs: 1000 }),
    });
    const { error, failure } = await failureOf(apply(bad));
    const { failures } = await load.stop();

    // What a crashing instance was answering is lost with it: one request per client, no more.
    expect(failures.length).toBeLessThanOrEqual(faults.includes('--crash-after=0.1') ? CLIENTS : 0);
    expect(error).toMatchObject({ code: 'runtime.rollout-failed' });
    expect(error.message).toMatch(
      /^the deploy of 'web' failed; web-\w{8}-\d: .*; the old version serves as before$/,
    );
    expect(failure).toMatchObject({
      instance: expect.stringContaining(revisionOf(bad)),
      reason: expect.stringMatching(reason),
      console: expect.stringMatching(console),
      rolledBack: true,
    });
    const after = await client.service('web');
    expect(after.phase).toBe('ready');
    expect(after.instances.map(({ name }) => name)).toEqual(instances.map(({ name }) => name));
    expect(kinds()).toEqual(expect.arrayContaining(['rolling-back', 'rolled-back']));
  });

  it('leaves nothing of a first deploy that failed', async () => {
    const { failure, error } = await failureOf(apply(fakeService(['--crash-after=0']), undefined, 'create'));

    expect(failure).toMatchObject({ rolledBack: false, console: expect.stringContaining('page fault') });
    expect(error.message).toMatch(/; nothing was created$/);
    expect(await client.services()).toEqual([]);
    expect(processesOf(paths, 'guest')).toEqual([]);
  });

  it('goes back when it is cancelled', async () => {
    await apply(v1());
    const abort = new AbortController();
    const deploy = failureOf(apply(fakeService(['--hang-at-boot']), abort.signal));
    await waitFor(() => kinds().filter((kind) => kind === 'instance-started').length === 3);

    abort.abort();

    expect((await deploy).error).toMatchObject({
      code: 'runtime.cancelled',
      message: "the deploy of 'web' was cancelled; the old version serves as before",
    });
    expect((await client.service('web')).phase).toBe('ready');
  });

  it('goes back when nobody waits for it any more, and the next deploy finishes', async () => {
    await apply(v1());
    const held = v2({ update: update({ bakeMs: 60_000 }) });
    await leaveInTheMiddle(held);

    await waitFor(async () => (await client.service('web')).phase === 'ready');

    expect((await client.service('web')).revision).toBe(revisionOf(v1()));
    expect((await apply(v2())).revision).toBe(revisionOf(v2()));
  });

  it('gives way to another target when nobody waits for it', async () => {
    await apply(v1());
    await leaveInTheMiddle(fakeService(['--version=2', '--never-healthy']));

    const status = await apply(fakeService(['--version=4']));

    expect(status.instances.map(({ phase }) => phase)).toEqual(['healthy', 'healthy']);
    expect(await fetchText(status.endpoint!)).toMatch(/^4 /);
  });

  it('refuses another target while somebody waits for it', async () => {
    await apply(v1());
    const deploy = apply(v2({ update: update({ bakeMs: 500 }) }));
    await waitFor(() => kinds().includes('baking'));

    await expect(apply(fakeService(['--version=5']))).rejects.toMatchObject({
      code: 'runtime.busy',
      message: "service 'web' is being deployed, so it cannot be changed now",
    });
    await deploy;
  });

  it('is shared by two that want the same', async () => {
    await apply(v1());

    const both = await Promise.all([apply(v2()), apply(v2())]);

    expect(both.map(({ revision }) => revision)).toEqual([revisionOf(v2()), revisionOf(v2())]);
    expect(kinds().filter((kind) => kind === 'rolled-back')).toEqual([]);
  });

  it('stays as it is where the policy says so, until the next deploy', async () => {
    await apply(v1());
    const bad = fakeService(['--crash-after=0.3'], { update: update({ rollback: false, bakeMs: 1000 }) });

    const { error } = await failureOf(apply(bad));
    expect(error.message).toMatch(/; it was not rolled back$/);
    const again = await apply(v1());

    expect(again.instances.map(({ revision }) => revision)).toEqual([revisionOf(v1()), revisionOf(v1())]);
  });
});

describe('the same revision', () => {
  it('is brought to more and to fewer instances, which keep their places', async () => {
    const [first] = (await apply(v1({ instances: 1 }))).instances;

    const more = await apply(v1({ instances: 3 }));
    const fewer = await apply(v1({ instances: 1 }));

    expect(pids(more)).toHaveLength(3);
    expect(pids(more)[0]).toBe(first!.pid);
    expect(pids(fewer)).toEqual([first!.pid]);
  });

  it('keeps its instances when only settings change', async () => {
    const before = await apply(v1());

    const after = await apply(
      v1({ healthCheck: { ...v1().healthCheck, path: '/' }, drainMs: 5, hostPort: 'none' }),
    );

    expect(pids(after)).toEqual(pids(before));
    expect(after).toMatchObject({ endpoint: null, spec: { drainMs: 5 } });
  });

  it('is adopted by a second create of the same owner', async () => {
    const before = await apply(v1(), undefined, 'create');

    expect(pids(await apply(v1(), undefined, 'create'))).toEqual(pids(before));
  });

  it('refuses another owner, and says who owns it', async () => {
    await apply(v1());

    const foreign = client.apply(v1(), { owner: '/elsewhere', intent: 'create' });

    await expect(foreign).rejects.toMatchObject({
      code: 'runtime.other-owner',
      message: "service 'web' belongs to '/stack', and '/elsewhere' asks for it",
      remedy: expect.stringContaining('KILN_HOME'),
    });
  });
});

describe('a port', () => {
  it('refuses one that is in use, names the process, and leaves nothing', async () => {
    const other = await apply(v1());
    const port = Number(new URL(other.endpoint!).port);

    await expect(apply(v1({ name: 'second', hostPort: port }))).rejects.toMatchObject({
      code: 'runtime.port-in-use',
      message: expect.stringMatching(
        new RegExp(`^service 'second' cannot listen on 127.0.0.1:${port}: .*\\(process \\d+\\) has it$`),
      ),
    });
    expect((await client.services()).map(({ name }) => name)).toEqual(['web']);
  });
});

function pids({ instances }: ServiceStatus) {
  return instances.map(({ pid }) => pid);
}

/** Starts a deploy and breaks its stream as a killed client does, once an instance has started. */
async function leaveInTheMiddle(spec: ServiceSpec): Promise<void> {
  const { request } = await import('node:http');
  const body = JSON.stringify({ requestId: 'gone', owner, intent: 'update', spec });
  await new Promise<void>((resolve) => {
    const put = request({ socketPath: paths.apiSocket, method: 'PUT', path: `/v1/services/${spec.name}` });
    put.on('error', () => undefined);
    put.on('response', (response) => {
      response.on('error', () => undefined);
      response.on('data', (chunk) => {
        if (!String(chunk).includes('instance-started')) return;
        put.destroy();
        resolve();
      });
    });
    put.end(body);
  });
}
