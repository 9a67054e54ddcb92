import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { KilnError, messageOf } from '../errors';
import { processStartTime } from './process-info';
import type { Qemu } from './qemu';
import { type GuestSpec, qemuArguments } from './qemu-arguments';
import { QmpClient } from './qmp';

/** A QEMU process that answers. */
export interface StartedQemu {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly startTime: string;
  readonly qmp: QmpClient;
}

export interface StartQemuOptions {
  /** Receives what QEMU itself says. */
  readonly logFile: string;
  /** Variables for QEMU besides the few that it needs. @default {} */
  readonly env?: Readonly<Record<string, string>>;
  /** Called as soon as there is a process, before it answers. */
  readonly onSpawn?: (pid: number, startTime: string) => Promise<void>;
}

const ANSWER_DEADLINE_MS = 10_000;
const POLL_MS = 3;

/**
 * Starts QEMU in a session of its own, so that it outlives this process, and waits until it answers.
 * @throws KilnError `qemu.port-taken`, or `qemu.failed` with what QEMU said
 */
export async function startQemu(
  qemu: Qemu,
  guest: GuestSpec,
  options: StartQemuOptions,
): Promise<StartedQemu> {
  mkdirSync(dirname(guest.qmpSocket), { recursive: true, mode: 0o700 });
  const child = spawnDetached(qemu, guest, options);
  const failed = new Promise<never>((_, reject) => child.once('error', reject));
  try {
    const pid = child.pid;
    const startTime = pid === undefined ? undefined : processStartTime(pid);
    if (pid === undefined || startTime === undefined) return await Promise.race([failed, ended(child)]);
    await options.onSpawn?.(pid, startTime);
    const qmp = await Promise.race([failed, answering(child, guest.qmpSocket)]);
    return { child, pid, startTime, qmp };
  } catch (error) {
    child.kill('SIGKILL');
    throw explained(qemu, guest, options, error);
  } finally {
    failed.catch(() => undefined);
  }
}

/** A loopback port that is free now. Another process may take it before QEMU does; QEMU then says so. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}

function spawnDetached(qemu: Qemu, guest: GuestSpec, options: StartQemuOptions): ChildProcess {
  const log = openSync(options.logFile, 'a', 0o600);
  try {
    return spawn(qemu.path, qemuArguments(qemu, guest), {
      // QEMU passes the kernel's path to the guest as it is given: a bare name tells nothing of this machine.
      cwd: dirname(guest.boot.path),
      detached: true,
      stdio: ['ignore', log, log],
      env: environment(guest, options),
    });
  } finally {
    closeSync(log);
  }
}

/** Nothing of the caller's environment, which may hold secrets, but what programs need to run. */
function environment(guest: GuestSpec, options: StartQemuOptions): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH ?? '/usr/bin:/bin',
    LC_ALL: 'C',
    // Where QEMU puts what a guest writes to its scratch disk.
    TMPDIR: dirname(guest.pidFile),
    ...options.env,
  };
}

async function answering(child: ChildProcess, socket: string): Promise<QmpClient> {
  const deadline = Date.now() + ANSWER_DEADLINE_MS;
  for (;;) {
    if (child.exitCode !== null || child.signalCode !== null) return ended(child);
    try {
      return await QmpClient.connect(socket, { timeoutMs: ANSWER_DEADLINE_MS });
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
    await sleep(POLL_MS);
  }
}

async function ended(child: ChildProcess): Promise<never> {
  const by = child.signalCode === null ? `exit code ${child.exitCode}` : `signal ${child.signalCode}`;
  throw new Error(`it ended with ${by}`);
}

function explained(qemu: Qemu, guest: GuestSpec, options: StartQemuOptions, error: unknown): KilnError {
  const said = logTail(options.logFile);
  if (said.includes('Could not set up host forwarding rule')) {
    return new KilnError(`port ${guest.port?.host} of 127.0.0.1 is taken`, {
      code: 'qemu.port-taken',
      remedy: 'Choose another port, or end what listens on it.',
      cause: error,
    });
  }
  return new KilnError(`QEMU could not start '${guest.name}': ${said || messageOf(error)}`, {
    code: 'qemu.failed',
    source: 'tool',
    remedy: `Try what it was asked: ${qemu.path} -version`,
    cause: error,
  });
}

/** The end of what QEMU said, without the program's name before each line. */
export function logTail(path: string): string {
  try {
    const text = readFileSync(path, 'utf8').trim().slice(-1000);
    return text.replace(/^\S*qemu-system-\w+: /gm, '');
  } catch {
    return '';
  }
}
