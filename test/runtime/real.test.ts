import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { connectRuntime, type RuntimeClient, rolloutFailureOf } from '../../lib/runtime/client';
import { findProcesses } from '../../lib/runtime/process-info';
import { revisionOf, type ServiceSpec } from '../../lib/spec';
import { fakeService, killAll, waitFor } from '../helpers/fake-runtime';
import { temporaryHome } from '../helpers/home';
import { fetchText, Load } from '../helpers/load';
import { helloImage } from '../helpers/unikernel';

/* The runtime as it is shipped, with unikernels in QEMU. What can go wrong in general is tried on fake machines. */

const folder = mkdtempSync(join(tmpdir(), 'kiln-real-'));
const entry = join(folder, 'program.js');
const owner = '/stack';
let client: RuntimeClient;

// Hooks run in this order, and the home's own looks for what was left running.
afterAll(async () => {
  await client.remove('web');
  await waitFor(() => findProcesses(paths.home).length === 0);
  rmSync(folder, { recursive: true });
});
const paths = temporaryHome();

beforeAll(async () => {
  const main = join(__dirname, '../../lib/provider/main.ts');
  buildSync({ entryPoints: [main], bundle: true, platform: 'node', outfile: entry, logLevel: 'error' });
  client = await connectRuntime({ paths, entry, version: '0.0.0+sources' });
});

function service(bootArgs: readonly string[]): ServiceSpec {
  const base = fakeService();
  return {
    ...base,
    image: helloImage(bootArgs),
    healthCheck: { ...base.healthCheck, intervalMs: 200, timeoutMs: 3000, bootDeadlineMs: 20_000 },
    update: { ...base.update, healthTimeoutMs: 20_000 },
  };
}

const v1 = () => service(['--version=1']);
const v2 = () => service(['--version=2']);
const images = () => readdirSync(paths.images).sort();
const nameOfImage = ({ image }: ServiceSpec) => `${image.digest.slice('sha256:'.length)}.kernel`;

it('creates a service of unikernels', async () => {
  const status = await client.apply(v1(), { owner, intent: 'create' });

  expect(status).toMatchObject({ phase: 'ready', instances: [{ phase: 'healthy' }, { phase: 'healthy' }] });
  expect(await fetchText(status.endpoint!)).toContain('1');
});

it('replaces them under load, though the daemon is killed meanwhile, and loses no request', async () => {
  const load = new Load((await client.service('web')).endpoint!);
  let healthy = 0;
  const onEvent = ({ kind }: { kind: string }) => {
    if (kind === 'instance-healthy' && ++healthy === 1) killAll(paths, 'runtime');
  };

  const status = await client.apply(v2(), { owner, intent: 'update', onEvent });
  const { failures, answered } = await load.stop();

  expect(failures).toEqual([]);
  expect(answered).toBeGreaterThan(50);
  expect(status).toMatchObject({ phase: 'ready', revision: revisionOf(v2()) });
  expect(findProcesses(`-pidfile ${paths.instances}`)).toHaveLength(2);
  expect(images()).toEqual([v1(), v2()].map(nameOfImage).sort());
});

it('goes back from a version that is never healthy, and shows its console', async () => {
  const load = new Load((await client.service('web')).endpoint!);
  const bad = service(['--version=3', '--never-healthy']);

  const error = await client
    .apply({ ...bad, update: { ...bad.update, healthTimeoutMs: 3000 } }, { owner, intent: 'update' })
    .catch((thrown) => thrown);
  const { failures } = await load.stop();

  expect(failures).toEqual([]);
  expect(rolloutFailureOf(error)).toMatchObject({
    reason: expect.stringMatching(/^not healthy within 3 s \(GET \/healthz answered 503/),
    console: expect.stringContaining('version'),
    rolledBack: true,
  });
  expect(await client.service('web')).toMatchObject({ phase: 'ready', revision: revisionOf(v2()) });
  expect(images()).toEqual([v1(), v2()].map(nameOfImage).sort());
});

it('starts an instance again whose QEMU was killed, while the other one serves', async () => {
  const { instances, endpoint } = await client.service('web');

  process.kill(instances[0]!.pid!, 'SIGKILL');
  await waitFor(async () => (await client.service('web')).phase !== 'ready');
  expect(await fetchText(endpoint!)).toContain('2');
  await waitFor(async () => (await client.service('web')).phase === 'ready');

  expect((await client.service('web')).instances[0]).toMatchObject({ name: instances[0]!.name, restarts: 1 });
});
