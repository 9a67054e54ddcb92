// One real service: boot bare and through Kiln, a rollout against its guests' boots, the balancer against HAProxy on the
// same guests, and the memory of an idle service.
// npx tsx bench/service.ts      needs qemu, wrk and haproxy
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { forgeDisk, imageDigest, loadLoader } from '../lib/image';
import { hashImage } from '../lib/image/stage-image';
import { connectRuntime, RuntimePaths } from '../lib/runtime/client';
import type { LaunchRecord } from '../lib/runtime/machine';
import { findProcesses } from '../lib/runtime/process-info';
import { parseServiceSpec, type ServiceSpec } from '../lib/spec';
import { cleanEnvironment, figure, interleaved, median, report } from './measure';

const root = join(__dirname, '..');
const kernel = join(root, 'examples/hello-unikernel/build/hello.elf');
const entry = join(root, 'dist/bin/terraform-provider-kiln.js');
const home = mkdtempSync(join(tmpdir(), 'kb-'));
const paths = new RuntimePaths(home);

function specOf(name: string, version: string, instances: number): ServiceSpec {
  const bootArgs = [`--version=${version}`, '--keepalive-age=0'];
  const { sha256 } = hashImage(kernel);
  const loaderDigest = loadLoader().digest;
  const digest = imageDigest({ sha256, kind: 'kernel', boot: 'disk', bootArgs, loaderDigest });
  return parseServiceSpec({
    name,
    image: { path: kernel, kind: 'kernel', digest, bootArgs, boot: 'disk' },
    instances,
    memoryMib: 32,
    port: 8080,
    hostPort: 'auto',
    peers: [],
    healthCheck: {
      protocol: 'http',
      path: '/healthz',
      intervalMs: 1000,
      timeoutMs: 1000,
      healthyThreshold: 1,
      unhealthyThreshold: 3,
      bootDeadlineMs: 30000,
    },
    update: {
      strategy: 'rolling',
      maxSurge: '1',
      maxUnavailable: '0',
      bakeMs: 0,
      healthTimeoutMs: 30000,
      steps: [],
      rollback: true,
    },
    drainMs: 1000,
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

function answers(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get(url, { agent: false, timeout: 200 }, (response) => {
      response.resume();
      response.on('end', () => resolve(true));
      response.on('error', () => resolve(false));
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(false));
  });
}

async function firstAnswer(url: string): Promise<void> {
  while (!(await answers(url))) await sleep(5);
}

async function bareBoot(disk: string): Promise<number> {
  const port = await freePort();
  const start = performance.now();
  const qemu = spawn(
    'qemu-system-x86_64',
    [
      ...['-machine', 'pc', '-accel', 'tcg', '-cpu', 'max', '-m', '32', '-nodefaults', '-no-user-config'],
      ...['-display', 'none', '-no-reboot', '-serial', 'null'],
      ...['-netdev', `user,id=net,restrict=on,hostfwd=tcp:127.0.0.1:${port}-:8080`],
      ...['-device', 'virtio-net-pci,netdev=net,romfile='],
      ...['-drive', `if=none,id=disk,format=raw,readonly=on,file=${disk}`],
      ...['-device', 'virtio-blk-pci,drive=disk,bootindex=0'],
    ],
    { stdio: 'ignore' },
  );
  await firstAnswer(`http://127.0.0.1:${port}/`);
  const elapsed = performance.now() - start;
  await ended(qemu);
  return elapsed;
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.on('exit', () => resolve());
    child.kill('SIGKILL');
  });
}

type Client = Awaited<ReturnType<typeof connectRuntime>>;

async function boots(client: Client): Promise<number> {
  const disk = join(home, 'bare.disk');
  await forgeDisk(kernel, { bootArgs: ['--version=0'] }, loadLoader(), disk);
  let version = 0;
  const { bare, kiln } = await interleaved(
    {
      bare: () => bareBoot(disk),
      kiln: async () => {
        const start = performance.now();
        const { endpoint } = await client.apply(specOf('boot', `b${version++}`, 1), {
          owner: home,
          intent: 'create',
        });
        await firstAnswer(`${endpoint}/`);
        const elapsed = performance.now() - start;
        await client.remove('boot');
        return elapsed;
      },
    },
    7,
  );
  if (!bare || !kiln) throw new Error('nothing was measured');
  report(
    'start to first HTTP answer, forged disk, emulated, median ms',
    ['', 'ms', 'ratio'],
    [
      ['QEMU bare', figure(bare.median), '1.00'],
      ['through Kiln (forge, launch, balancer)', figure(kiln.median), (kiln.median / bare.median).toFixed(2)],
    ],
  );
  return bare.median;
}

async function rollouts(client: Client, bootMs: number): Promise<void> {
  const times: number[] = [];
  await client.apply(specOf('web', '0', 3), { owner: home, intent: 'create' });
  for (let version = 1; version <= 5; version++) {
    const start = performance.now();
    await client.apply(specOf('web', String(version), 3), { owner: home, intent: 'update' });
    times.push(performance.now() - start);
  }
  const roll = median(times);
  report(
    'rolling update of three instances, one at a time, median ms',
    ['', 'ms', 'ratio'],
    [
      ['three bare boots in turn', figure(3 * bootMs), '1.00'],
      ['rollout', figure(roll), (roll / (3 * bootMs)).toFixed(2)],
    ],
  );
}

function wrk(url: string): { rate: number; p50: number; p99: number; errors: string } {
  const { stdout } = spawnSync('wrk', ['-t2', '-c32', '-d6s', '--latency', url], { encoding: 'utf8' });
  const ms = (name: string) => {
    const [, amount, unit] = new RegExp(`${name}%\\s+([\\d.]+)(us|ms|s)`).exec(stdout) ?? [];
    return Number(amount) * (unit === 'us' ? 0.001 : unit === 's' ? 1000 : 1);
  };
  const rate = Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]);
  return { rate, p50: ms('50'), p99: ms('99'), errors: /Socket errors:.*/.exec(stdout)?.[0] ?? 'none' };
}

async function balancers(client: Client): Promise<void> {
  const { endpoint } = await client.service('web');
  const guests = readdirSync(paths.instances).map(
    (name) => JSON.parse(readFileSync(join(paths.instance(name), 'instance.json'), 'utf8')) as LaunchRecord,
  );
  const port = await freePort();
  const servers = guests.map(({ name, hostPort }) => `  server ${name} 127.0.0.1:${hostPort}`).join('\n');
  const timeouts = '  timeout connect 5s\n  timeout client 60s\n  timeout server 60s';
  const config = `defaults\n  mode tcp\n${timeouts}\nlisten web\n  bind 127.0.0.1:${port}\n  balance leastconn\n${servers}\n`;
  writeFileSync(join(home, 'haproxy.cfg'), config);
  const program = existsSync('/usr/sbin/haproxy') ? '/usr/sbin/haproxy' : 'haproxy';
  const haproxy = spawn(program, ['-f', join(home, 'haproxy.cfg'), '-db'], { stdio: 'ignore' });
  try {
    await firstAnswer(`http://127.0.0.1:${port}/`);
    const urls = {
      direct: `http://127.0.0.1:${guests[0]?.hostPort}/`,
      haproxy: `http://127.0.0.1:${port}/`,
      kiln: `${endpoint}/`,
    };
    const runs = Object.fromEntries(Object.keys(urls).map((name) => [name, [] as ReturnType<typeof wrk>[]]));
    for (let round = 0; round < 3; round++) {
      for (const [name, url] of Object.entries(urls)) runs[name]?.push(wrk(url));
    }
    const rows = Object.entries(runs).map(([name, all]) => [
      name === 'direct' ? 'one guest, no balancer' : name,
      figure(median(all.map(({ rate }) => rate))),
      figure(median(all.map(({ p50 }) => p50))),
      figure(median(all.map(({ p99 }) => p99))),
      all.map(({ errors }) => errors).find((errors) => errors !== 'none') ?? 'none',
    ]);
    report(
      'wrk -t2 -c32, three guests, medians of 3',
      ['', 'requests/s', 'p50 ms', 'p99 ms', 'errors'],
      rows,
    );
  } finally {
    await ended(haproxy);
  }
}

function memory(): void {
  const rss = (pid: number) =>
    Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
  const rows = findProcesses(home).map(({ pid, command }) => {
    const mode = / (runtime|balancer) --home/.exec(command)?.[1];
    const what = mode ?? /-name (\S+)/.exec(command)?.[1];
    return [what ?? 'other', figure(rss(pid))];
  });
  report('resident memory of an idle service, MiB', ['', 'MiB'], rows);
}

async function main(): Promise<void> {
  cleanEnvironment();
  // The daemon's own name for its build: a client that gave another would replace it.
  const version = /\d+\.\d+\.\d+\+[0-9a-f]{8}/.exec(readFileSync(entry, 'utf8'))?.[0] ?? '';
  const client = await connectRuntime({ paths, entry, version });
  try {
    // Keeps the runtime alive between the measurements.
    await client.apply(specOf('idle', '0', 1), { owner: home, intent: 'create' });
    const bootMs = await boots(client);
    await rollouts(client, bootMs);
    await client.remove('idle');
    await balancers(client);
    await sleep(2000);
    memory();
  } finally {
    for (const { name } of await client.services()) await client.remove(name);
    for (let tries = 0; tries < 60 && findProcesses(home).length > 0; tries++) await sleep(100);
    rmSync(home, { recursive: true, force: true });
  }
}

void main();
