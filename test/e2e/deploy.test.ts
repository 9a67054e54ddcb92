import { mkdtempSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { findProcesses } from '../../lib/runtime/process-info';
import type { ServiceStatus } from '../../lib/spec';
import { temporaryHome } from '../helpers/home';
import { childrenOf, Project, printed } from './project';

jest.setTimeout(90_000);

// Before the hook of `temporaryHome`, which looks whether anything is left.
afterAll(async () => {
  await project.kiln('destroy --yes');
  await goneFrom(home);
  project.remove();
});

const { home } = temporaryHome();
const project = new Project(home);

/** Daemon and balancer end by themselves when nothing is left to keep. */
async function goneFrom(folder: string): Promise<void> {
  for (let tries = 0; tries < 100 && findProcesses(folder).length > 0; tries++) await sleep(100);
  expect(findProcesses(folder)).toEqual([]);
}

async function status(): Promise<ServiceStatus> {
  const { output } = await project.kiln('status --json');
  const parsed = JSON.parse(output) as { services?: ServiceStatus[] } | ServiceStatus[];
  const [service] = Array.isArray(parsed) ? parsed : (parsed.services ?? []);
  if (!service) throw new Error(`no service in ${output}`);
  return service;
}

async function answer(): Promise<string> {
  const { endpoint } = await status();
  return (await fetch(endpoint ?? '')).text();
}

const guests = () => findProcesses(home).filter(({ command }) => command.includes('-pidfile'));

/** Waits until the service is settled again, as whoever killed something would see it in `kiln status`. */
async function settled(): Promise<ServiceStatus> {
  for (let tries = 0; tries < 150; tries++) {
    const service = await status().catch(() => undefined);
    if (service?.phase === 'ready' && guests().length === 2) return service;
    await sleep(200);
  }
  throw new Error(`not settled: ${JSON.stringify(await status())}`);
}

test('a deploy makes instances that answer, and a second one finds nothing to do', async () => {
  expect(await project.kiln('deploy --yes')).toMatchObject({ exitCode: 0 });
  expect(await answer()).toContain('version=1');
  const again = await project.kiln('deploy --yes');
  expect(again).toMatchObject({ exitCode: 0, output: expect.stringContaining('no changes') });
});

test('the review names the instances that go and come, and the deploy makes exactly those', async () => {
  const before = (await status()).instances.map(({ name }) => name);
  const { exitCode, output } = await project.kiln('deploy --yes', { VERSION: '2' });
  expect(exitCode).toBe(0);
  const after = (await status()).instances.map(({ name }) => name);
  expect(after.filter((name) => before.includes(name))).toEqual([]);
  for (const name of after) expect(output).toContain(`+ ${name}`);
  for (const name of before) expect(output).toContain(`- ${name}`);
  expect(await answer()).toContain('version=2');
});

test('a version that crashes goes back, and its console is in the error', async () => {
  const env = { VERSION: '3', FAULT: '--crash-after=0' };
  const { exitCode, output } = await project.kiln('deploy --yes', env);
  expect(exitCode).toBe(1);
  expect(output).toContain('the old version serves as before');
  expect(output).toContain('panic');
  expect(await answer()).toContain('version=2');
});

test('Ctrl-C during a rollout goes back and ends with 130', async () => {
  const { child, ended } = project.start('deploy --yes', { VERSION: '4', FAULT: '--never-healthy' });
  await printed(child, /batch 1 of 2/);
  child.kill('SIGINT');
  expect((await ended).exitCode).toBe(130);
  await settled();
  expect(await answer()).toContain('version=2');
});

test('after kill -9 of Terraform the old version serves, nothing is orphaned, and the next deploy does the job', async () => {
  const { child, ended } = project.start('deploy --yes', { VERSION: '5', FAULT: '--never-healthy' });
  await printed(child, /batch 1 of 2/);
  const [terraform] = childrenOf(child.pid ?? 0, 'terraform');
  process.kill(terraform ?? 0, 'SIGKILL');
  expect((await ended).exitCode).not.toBe(0);
  await settled();
  expect(await answer()).toContain('version=2');
  expect(await project.kiln('deploy --yes', { VERSION: '6' })).toMatchObject({ exitCode: 0 });
  expect(await answer()).toContain('version=6');
});

test('refuses to forget a service that was made in another state folder', async () => {
  const other = mkdtempSync('/tmp/kiln-');
  const { exitCode, output } = await project.kiln('deploy --yes', { VERSION: '6', KILN_HOME: other });
  expect(exitCode).toBe(1);
  expect(output.replace(/\s+/g, ' ')).toContain(`was made in the state folder '${home}'`);
  await goneFrom(other);
  rmSync(other, { recursive: true });
});

test('a destroy leaves no instance, and the runtime ends by itself', async () => {
  expect(await project.kiln('destroy --yes')).toMatchObject({ exitCode: 0 });
  expect(guests()).toEqual([]);
  await goneFrom(home);
});
