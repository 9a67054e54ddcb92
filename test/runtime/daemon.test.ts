import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectRuntime, type LogLine, RuntimePaths, tryConnectRuntime } from '../../lib/runtime/client';
import { call } from '../../lib/runtime/http-client';
import { revisionOf } from '../../lib/spec';
import {
  connectFake,
  emptyRuntime,
  fakeEntry,
  fakeService,
  killAll,
  logOf,
  processesOf,
  waitFor,
} from '../helpers/fake-runtime';
import { temporaryHome } from '../helpers/home';
import { fetchText } from '../helpers/load';
import { tryMountTmpfs, unmount } from '../helpers/mount';

// Dozens of daemons, one after the other: the outer fence is for a machine that has much else to do.
jest.setTimeout(240_000);

// Hooks run in this order, and the home's own looks for what was left running.
afterAll(() => emptyRuntime(paths));
const paths = temporaryHome();
const owner = '/stack';
const spare = mkdtempSync(join(tmpdir(), 'kiln-spare-'));

afterEach(() => emptyRuntime(paths));
afterAll(() => rmSync(spare, { recursive: true }));

const v1 = () => fakeService(['--version=1']);
const stateFile = join(paths.services, 'web.json');

function connect(home: string) {
  return connectRuntime({ paths: new RuntimePaths(home), entry: fakeEntry(), version: 'test' });
}

describe('the daemon', () => {
  it('is one, however many start it at once', async () => {
    const clients = await Promise.all(Array.from({ length: 5 }, () => connectFake(paths)));

    const pids = await Promise.all(clients.map(async (client) => (await client.version()).pid));

    expect(new Set(pids).size).toBe(1);
    await waitFor(() => processesOf(paths, 'runtime').length === 1);
  });

  it('is one again after it was killed while several were being started', async () => {
    const first = await connectFake(paths);
    await first.apply(v1(), { owner, intent: 'create' });
    for (let round = 0; round < 3; round++) {
      const { pid } = await first.version();
      const starters = Array.from({ length: 3 }, () => spawnStarter());
      process.kill(pid, 'SIGKILL');
      await first.services();
      await Promise.all(starters);
    }

    const { pid } = await first.version();

    await waitFor(() => processesOf(paths, 'runtime').length === 1);
    expect(processesOf(paths, 'runtime')[0]!.pid).toBe(pid);
    expect(processesOf(paths, 'guest')).toHaveLength(2);
  });

  it('steps aside for another version, which takes over instances and balancer', async () => {
    const before = await connectFake(paths, 'test');
    const old = await before.apply(v1(), { owner, intent: 'create' });
    const [balancer] = processesOf(paths, 'balancer');

    const after = await connectFake(paths, 'newer');

    expect((await after.version()).version).toBe('newer');
    const taken = await after.service('web');
    expect(taken.instances.map(({ pid }) => pid)).toEqual(old.instances.map(({ pid }) => pid));
    expect(taken).toMatchObject({ phase: 'ready', endpoint: old.endpoint });
    expect(processesOf(paths, 'balancer')).toEqual([balancer]);
    await connectFake(paths, 'test');
  });

  it('does not step aside in the middle of a deploy', async () => {
    const client = await connectFake(paths);
    const update = { ...v1().update, bakeMs: 600 };
    const kinds: string[] = [];
    const onEvent = ({ kind }: { kind: string }) => kinds.push(kind);
    const deploy = client.apply({ ...v1(), update }, { owner, intent: 'create', onEvent });
    await waitFor(() => kinds.includes('baking'));

    await expect(connectFake(paths, 'newer')).rejects.toMatchObject({
      code: 'runtime.busy',
      message: 'the runtime, of another version of kiln, is in the middle of a deploy',
    });
    await deploy;
    process.env.FAKE_VERSION = 'test';
  });

  it('ends by itself, and the balancer with it, soon after the last service was deleted', async () => {
    const client = await connectFake(paths);
    await client.apply(v1(), { owner, intent: 'create' });
    await client.remove('web');

    await waitFor(() => processesOf(paths, 'runtime').length + processesOf(paths, 'balancer').length === 0);

    expect(await tryConnectRuntime({ paths })).toBeUndefined();
    expect(readdirSync(paths.home).filter((name) => name.endsWith('.sock'))).toEqual([]);
    expect(readdirSync(paths.instances)).toEqual([]);
  });

  it('lets only its owner in', async () => {
    await connectFake(paths);

    expect(statSync(paths.apiSocket).mode & 0o777).toBe(0o600);
    expect(statSync(paths.balancerSocket).mode & 0o777).toBe(0o600);
    expect(statSync(paths.home).mode & 0o777).toBe(0o700);
  });

  it('hands out consoles line by line, and those of a restarted instance too', async () => {
    const client = await connectFake(paths);
    const [first] = (await client.apply(v1(), { owner, intent: 'create' })).instances;
    const lines: LogLine[] = [];
    const stop = new AbortController();
    const follow = client.logs('web', {
      instance: first!.name,
      follow: true,
      onLine: (line) => lines.push(line),
      signal: stop.signal,
    });
    const boots = () => lines.filter(({ line }) => line.startsWith('booting')).length;
    await waitFor(() => boots() === 1);

    process.kill(first!.pid!, 'SIGKILL');
    await waitFor(() => boots() === 2 && lines.filter(({ line }) => line === 'listening').length === 2);
    stop.abort();
    await follow;

    expect(new Set(lines.map(({ instance }) => instance))).toEqual(new Set([first!.name]));
    const all: LogLine[] = [];
    await client.logs('web', { onLine: (line) => all.push(line) });
    expect(all.filter(({ line }) => line === 'listening')).toHaveLength(2);
    await expect(
      client.logs('web', { instance: 'web-none-0', onLine: () => undefined }),
    ).rejects.toMatchObject({
      code: 'runtime.unknown-instance',
      message: expect.stringMatching(/^the service has not an instance 'web-none-0'; it has: web-/),
    });
  });

  it('refuses requests that it does not understand', async () => {
    const client = await connectFake(paths);
    const put = (body: unknown) =>
      call({ socketPath: paths.apiSocket, method: 'PUT', path: '/v1/services/web', body });

    await expect(put({ spec: { ...v1(), colour: 'red' } })).rejects.toMatchObject({
      code: 'spec.invalid',
      message: expect.stringMatching(/^invalid request: .*requestId.*colour/),
    });
    await expect(client.service('nobody')).rejects.toMatchObject({
      code: 'runtime.unknown-service',
      message: "there is no service 'nobody'; there is none",
    });
  });
});

describe('state on disk', () => {
  it('that is corrupt is set aside and rebuilt from the instances, which run on', async () => {
    const client = await connectFake(paths);
    const before = await client.apply(v1(), { owner, intent: 'create' });
    killAll(paths, 'runtime');
    writeFileSync(stateFile, '{"formatVersion": 1, "na');

    const after = await client.service('web');

    expect(after).toMatchObject({
      revision: before.revision,
      endpoint: before.endpoint,
      notices: [
        expect.stringMatching(/could not be read .* kept as '.*web\.json\.corrupt-1'; .* rebuilt from its 2/),
      ],
    });
    expect(after.instances.map(({ pid }) => pid)).toEqual(before.instances.map(({ pid }) => pid));
    expect(readdirSync(paths.services)).toContain('web.json.corrupt-1');
    expect(logOf(paths)).toContain("the state file of 'web' could not be read");
    const next = await client.apply(v1(), { owner, intent: 'update' });
    expect(next.notices).toBeUndefined();
  });

  it('that is lost leaves instances that nobody wants, and they are stopped', async () => {
    const client = await connectFake(paths);
    await client.apply(v1(), { owner, intent: 'create' });
    killAll(paths, 'runtime');
    rmSync(stateFile);

    expect(await client.services()).toEqual([]);

    expect(processesOf(paths, 'guest')).toEqual([]);
  });

  it('that cannot be written refuses the deploy, and all stays as it was', async () => {
    const client = await connectFake(paths);
    const before = await client.apply(v1(), { owner, intent: 'create' });
    const aside = `${paths.services}.aside`;
    renameSync(paths.services, aside);
    writeFileSync(paths.services, 'a file where a folder is needed');

    const deploy = client.apply(fakeService(['--version=2']), { owner, intent: 'update' });

    await expect(deploy).rejects.toMatchObject({
      code: 'runtime.state',
      message: `the runtime's state cannot be written to '${paths.services}': there is a file where a folder is needed`,
    });
    rmSync(paths.services);
    renameSync(aside, paths.services);
    const after = await client.service('web');
    expect(after.instances.map(({ pid }) => pid)).toEqual(before.instances.map(({ pid }) => pid));
    expect(await fetchText(before.endpoint!)).toMatch(/^1 /);
  });

  it('that can no longer be written in the middle of a rollout sends it back', async () => {
    const client = await connectFake(paths);
    await client.apply(v1(), { owner, intent: 'create' });
    const aside = `${paths.services}.aside`;
    const onEvent = ({ kind }: { kind: string }) => {
      if (kind !== 'batch-started' || statSync(paths.services).isFile()) return;
      renameSync(paths.services, aside);
      writeFileSync(paths.services, '');
    };

    const deploy = client.apply(fakeService(['--version=2']), { owner, intent: 'update', onEvent });

    await expect(deploy).rejects.toMatchObject({ code: 'runtime.state' });
    expect((await client.service('web')).revision).toBe(revisionOf(v1()));
    rmSync(paths.services);
    renameSync(aside, paths.services);
    // As soon as the disk takes it, the next daemon knows as well.
    await waitFor(() => readFileSync(stateFile, 'utf8').includes('"rollout": null'));
    killAll(paths, 'runtime');
    await waitFor(async () => (await client.service('web')).phase === 'ready');
    expect((await client.service('web')).revision).toBe(revisionOf(v1()));
  });
});

describe('a state folder', () => {
  it('refuses one that is a file', async () => {
    const home = join(spare, 'file');
    writeFileSync(home, '');

    await expect(connect(home)).rejects.toMatchObject({
      code: 'runtime.home',
      message: `the state folder '${home}' cannot be written: there is a file where a folder is needed`,
      remedy: 'Set KILN_HOME to a folder of your own.',
    });
  });

  it('refuses one on a file system that cannot be written', async () => {
    await expect(connect('/proc/kiln')).rejects.toMatchObject({
      code: 'runtime.home',
      message: expect.stringMatching(/^the state folder '\/proc\/kiln' cannot be written: /),
    });
  });

  it('refuses one on a file system that is read-only', async () => {
    const home = mkdtempSync(join(spare, 'read-only-'));
    if (!tryMountTmpfs(home, 'ro')) return;
    try {
      await expect(connect(home)).rejects.toMatchObject({
        code: 'runtime.home',
        message: `the state folder '${home}' cannot be written: the file system is read-only`,
        remedy: 'Set KILN_HOME to a folder of your own.',
      });
    } finally {
      unmount(home);
    }
  });

  it('refuses one that others may read, unless it is empty', async () => {
    const home = mkdtempSync(join(spare, 'open-'));
    writeFileSync(join(home, 'letter.txt'), '');
    chmodSync(home, 0o755);

    await expect(connect(home)).rejects.toMatchObject({
      code: 'runtime.home',
      message: `the state folder '${home}' is open to others (mode 755); it must be 700`,
      remedy: `Run: chmod 700 ${home}`,
    });
  });

  it('refuses one of another user', async () => {
    const home = mkdtempSync(join(spare, 'other-'));
    if (process.getuid?.() !== 0) return;
    execFileSync('chown', ['1', home]);

    await expect(connect(home)).rejects.toMatchObject({
      code: 'runtime.home',
      message: `the state folder '${home}' belongs to user 1, and this is user 0`,
    });
  });

  it('refuses one whose sockets would have too long a path', async () => {
    const home = join(spare, 'x'.repeat(100));

    await expect(connect(home)).rejects.toMatchObject({ code: 'runtime.socket-path-too-long' });
  });

  it('refuses a full disk, and says so', async () => {
    const home = join(spare, 'full');
    mkdirSync(home, { mode: 0o700 });
    const mounted = tryMountFull(home);
    if (!mounted) return;
    try {
      await expect(connect(home)).rejects.toMatchObject({
        code: 'runtime.home',
        message: `the state folder '${home}' cannot be written: the disk is full`,
        remedy: expect.stringContaining('Free some space'),
      });
    } finally {
      unmount(home);
    }
  });

  it('says why the daemon did not start, with its own words', async () => {
    const home = mkdtempSync(join(spare, 'broken-'));
    const entry = join(spare, 'broken.js');
    writeFileSync(entry, 'throw new Error("no such luck");');

    await expect(
      connectRuntime({ paths: new RuntimePaths(home), entry, version: 'test' }),
    ).rejects.toMatchObject({
      code: 'runtime.start-failed',
      message: 'the kiln runtime could not be started: it ended with exit code 1',
      detail: expect.stringContaining('no such luck'),
    });
  });
});

/** Starts the daemon the way a client does, without being one. */
async function spawnStarter(): Promise<void> {
  const child = spawn(process.execPath, [fakeEntry(), 'runtime', '--home', paths.home], {
    detached: true,
    stdio: 'ignore',
  });
  child.unref();
}

/** A file system of one page, and that is taken. */
function tryMountFull(folder: string): boolean {
  if (!tryMountTmpfs(folder, 'size=4k')) return false;
  writeFileSync(join(folder, 'taken'), Buffer.alloc(4096));
  return true;
}
