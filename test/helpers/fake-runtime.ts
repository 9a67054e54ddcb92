import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildSync } from 'esbuild';
import { connectRuntime, type RuntimeClient } from '../../lib/runtime/client';
import type { RuntimePaths } from '../../lib/runtime/paths';
import { findProcesses } from '../../lib/runtime/process-info';
import type { ServiceSpec } from '../../lib/spec';
import { sharedFolder } from './shared-folder';

let folder: string | undefined;

/** The script of `fake-daemon.ts`, bundled once per test file. */
export function fakeEntry(): string {
  folder ??= bundle();
  return join(folder, 'fake-daemon.js');
}

function bundle(): string {
  const made = mkdtempSync(join(sharedFolder(), 'fake-'));
  buildSync({
    entryPoints: [join(__dirname, 'fake-daemon.ts')],
    bundle: true,
    platform: 'node',
    outdir: made,
    logLevel: 'error',
  });
  return made;
}

export async function connectFake(paths: RuntimePaths, version = 'test'): Promise<RuntimeClient> {
  process.env.FAKE_VERSION = version;
  return connectRuntime({ paths, entry: fakeEntry(), version });
}

/** A service of fake machines that is quick in everything. */
export function fakeService(bootArgs: readonly string[] = [], more: Partial<ServiceSpec> = {}): ServiceSpec {
  const digest = `sha256:${createHash('sha256').update(bootArgs.join(' ')).digest('hex')}`;
  const { healthCheck, update, ...rest } = more;
  return {
    name: 'web',
    image: { path: '/nowhere', kind: 'kernel', digest, bootArgs: [...bootArgs], boot: 'disk', initrd: null },
    instances: 2,
    memoryMib: 16,
    port: 8080,
    hostPort: 'auto',
    peers: [],
    healthCheck: {
      protocol: 'http',
      path: '/healthz',
      intervalMs: 50,
      timeoutMs: 1000,
      healthyThreshold: 1,
      unhealthyThreshold: 2,
      bootDeadlineMs: 5000,
      ...healthCheck,
    },
    update: {
      strategy: 'rolling',
      maxSurge: '1',
      maxUnavailable: '0',
      bakeMs: 0,
      healthTimeoutMs: 3000,
      steps: [],
      rollback: true,
      ...update,
    },
    drainMs: 300,
    ...rest,
  };
}

/** Processes of a state folder by what they are. */
export function processesOf(paths: RuntimePaths, role: 'runtime' | 'balancer' | 'guest') {
  return findProcesses(paths.home).filter(({ command }) => command.includes(` ${role} `));
}

export function killAll(paths: RuntimePaths, role: 'runtime' | 'balancer' | 'guest'): void {
  for (const { pid } of processesOf(paths, role)) process.kill(pid, 'SIGKILL');
}

/** Deletes all services and waits until daemon and balancer have ended by themselves. */
export async function emptyRuntime(paths: RuntimePaths): Promise<void> {
  const client = await connectFake(paths);
  for (const { name } of await client.services()) await client.remove(name);
  await waitFor(() => findProcesses(paths.home).length === 0);
}

export async function waitFor(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(10);
}

export function logOf(paths: RuntimePaths): string {
  return readFileSync(paths.log('runtime'), 'utf8');
}
