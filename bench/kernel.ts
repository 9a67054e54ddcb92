// What the example kernel owes: 30 s of wrk without an error, 100,000 connections without a leak, an idle processor, and a
// first answer at most 0.5 s after the start of QEMU, 1 s from its forged disk. Ends with 1 when it owes something.
// npx tsx bench/kernel.ts      needs qemu, wrk, ip and unshare; CONNECTIONS=N for another number of connections
import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { forgeDisk, loadLoader } from '../lib/image';
import { helloKernel } from '../test/helpers/unikernel';
import { firstAnswer, type Guest, startGuest, timeToAnswer } from './guest';
import { figure, interleaved, report } from './measure';

const ROUNDS = 9;
const CONNECTIONS = Number(process.env.CONNECTIONS ?? 100_000);
const CLIENTS = 8;
const IDLE_SECONDS = 10;
/** How long the kernel keeps a closed connection: tcp-timer.c. */
const TIME_WAIT_MS = 1000;
/** Linux' USER_HZ, in which /proc counts processor time. */
const TICKS_PER_SECOND = 100;
const ON_TAP = '--on-tap';
const rows: string[][] = [];

function note(what: string, limit: string, seen: string, kept: boolean): void {
  const load = loadavg()[0] ?? Number.NaN;
  rows.push([what, limit, seen, kept ? 'yes' : 'NO', load.toFixed(1)]);
  if (!kept) process.exitCode = 1;
}

/** On a connection of its own. */
async function fetchText(port: number, path: string): Promise<string> {
  const request = get({ port, host: '127.0.0.1', path, agent: false });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of response) text += chunk;
  return text;
}

/** The counters of `/stats` when nothing is on its way any more, or what is there after half a minute. */
async function counters(port: number): Promise<Record<string, number>> {
  for (let tries = 0; ; tries++) {
    const text = await fetchText(port, '/stats');
    const all = Object.fromEntries(
      [...text.matchAll(/^(\w+) (\d+)$/gm)].map(([, name, value]) => [name, Number(value)]),
    );
    if (all.connections_now === 1 && all.connections_time_wait === 0) return all;
    if (tries === 20) return all;
    await sleep(TIME_WAIT_MS + 500);
  }
}

/**
 * On a tap device in a network namespace of its own. QEMU's user network lets two connections wait (its listen backlog is
 * 1), so that of 64 that begin at once the last wait for the host's sixth retransmission, which wrk calls a timeout.
 */
function load(): void {
  const self = [process.execPath, ...process.execArgv, __filename, ON_TAP];
  const { status, stdout } = spawnSync('unshare', ['--map-root-user', '--net', ...self], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const rate = Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]);
  const errors = /Socket errors:.*|Non-2xx.*/.exec(stdout)?.[0] ?? 'no error';
  const kept = status === 0 && errors === 'no error' && rate > 0;
  note('wrk -t2 -c64 -d30s, on a tap', 'no error', `${figure(rate)}/s, ${errors}`, kept);
}

/** What `load` starts: a guest on a tap, and wrk, whose words go to our own output. */
async function loadOnTap(): Promise<void> {
  const [tap, ours, guests] = ['tap0', '10.77.0.1/24', '10.77.0.2'];
  execFileSync('ip', ['link', 'set', 'lo', 'up']);
  execFileSync('ip', ['tuntap', 'add', 'dev', tap, 'mode', 'tap']);
  execFileSync('ip', ['address', 'add', ours, 'dev', tap]);
  execFileSync('ip', ['link', 'set', tap, 'up']);
  const boot = ['-kernel', helloKernel(), '-append', `--ip=${guests}/24`];
  const guest = await startGuest(boot, { netdev: `tap,id=n,ifname=${tap},script=no,downscript=no` });
  try {
    await firstAnswer(8080, guests);
    execFileSync('wrk', ['-t2', '-c64', '-d30s', `http://${guests}:8080/`], { stdio: 'inherit' });
  } finally {
    await guest.stop();
  }
}

async function connections({ port }: Guest): Promise<void> {
  const before = await counters(port);
  const start = performance.now();
  let left = CONNECTIONS;
  let failures = 0;
  const client = async () => {
    while (left-- > 0) await fetchText(port, '/').catch(() => failures++);
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  const rate = (CONNECTIONS / (performance.now() - start)) * 1000;
  const after = await counters(port);
  const opened = Number(after.connections_opened) - Number(before.connections_opened);
  const open = Number(after.connections_opened) - Number(after.connections_closed);
  const clean = open === 1 && after.frames_free === before.frames_free && opened >= CONNECTIONS;
  const frames = `frames free ${before.frames_free} -> ${after.frames_free}`;
  const what = `${figure(opened)} at ${figure(rate)}/s, ${failures} failed, ${open} open, ${frames}`;
  note(`${figure(CONNECTIONS)} connections`, 'no leak', what, clean && failures === 0);
}

async function idle({ child }: Guest): Promise<void> {
  const ticks = () => {
    const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ');
    return Number(fields[11]) + Number(fields[12]);
  };
  await sleep(2000);
  const [first, start] = [ticks(), performance.now()];
  await sleep(IDLE_SECONDS * 1000);
  const percent = ((ticks() - first) / TICKS_PER_SECOND / ((performance.now() - start) / 1000)) * 100;
  note('idle, of one processor', '< 2 %', `${percent.toFixed(2)} %`, percent < 2);
}

async function boots(folder: string): Promise<void> {
  const disk = join(folder, 'hello.raw');
  await forgeDisk(helloKernel(), { bootArgs: [] }, loadLoader(), disk);
  const drive = ['-drive', `if=virtio,format=raw,readonly=on,file=${disk}`];
  const { direct, forged } = await interleaved(
    { direct: () => timeToAnswer(['-kernel', helloKernel()]), forged: () => timeToAnswer(drive) },
    ROUNDS,
  );
  if (!direct || !forged) throw new Error('nothing was measured');
  const show = (one: typeof direct) => `${figure(one.median)} ms (${figure(one.min)}-${figure(one.max)})`;
  note('first answer, direct boot', '<= 500 ms', show(direct), direct.median <= 500);
  note('first answer, forged disk', '<= 1000 ms', show(forged), forged.median <= 1000);
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'kiln-bench-kernel-'));
  const guest = await startGuest(['-kernel', helloKernel()]);
  try {
    await boots(folder);
    await firstAnswer(guest.port);
    load();
    await connections(guest);
    await idle(guest);
  } finally {
    await guest.stop();
    rmSync(folder, { recursive: true, force: true });
  }
  report('the example kernel, emulated', ['', 'owed', 'seen', 'kept', 'load average'], rows);
}

void (process.argv.includes(ON_TAP) ? loadOnTap() : main());
