import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** Waited for one answer; a guest that still boots takes the connection and says nothing. */
const PATIENCE_MS = 1000;

/** A guest that serves HTTP on port 8080, reached through a port of the host. */
export interface HttpGuest {
  readonly process: ChildProcess;
  readonly port: number;
  readonly url: string;
  /** What it wrote to its serial port so far. */
  readonly console: () => string;
  /** The first answer to a path, as soon as there is one; rejects when the guest ends before. */
  readonly answer: (path?: string) => Promise<string>;
  /** Resolves when the console says it; rejects when the guest ends before. */
  readonly says: (what: string) => Promise<void>;
  /** Resolves when QEMU has ended by itself. */
  readonly ended: Promise<void>;
}

const running = new Set<ChildProcess>();

/** Kills the guests of this file when its tests are done; call it once, at the top. */
export function endGuestsAfterwards(): void {
  afterAll(async () => {
    for (const guest of running) await kill(guest);
  });
}

/** Starts an emulated guest; `args` say which machine, what it boots, and its network card on netdev `net`. */
export async function startGuest(program: string, args: readonly string[]): Promise<HttpGuest> {
  const port = await quietPort();
  const net = `user,id=net,restrict=on,hostname=guest-7,hostfwd=tcp:127.0.0.1:${port}-:8080`;
  const common = ['-accel', 'tcg', '-nodefaults', '-display', 'none', '-no-reboot', '-serial', 'stdio'];
  const guest = spawn(program, [...common, '-netdev', net, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(guest);
  let text = '';
  guest.stdout.on('data', (data) => {
    text += data;
  });
  guest.stderr.on('data', (data) => {
    text += data;
  });
  const ended = new Promise<void>((resolve, reject) => {
    guest.once('close', () => {
      running.delete(guest);
      resolve();
    });
    guest.once('error', reject);
  });
  ended.catch(() => running.delete(guest));
  const url = `http://127.0.0.1:${port}`;
  const untilThere = async <T>(look: () => Promise<T | undefined> | T | undefined): Promise<T> => {
    for (;;) {
      const found = await look();
      if (found !== undefined) return found;
      if (!running.has(guest)) throw new Error(`the guest ended and said only: ${text}`);
      await sleep(20);
    }
  };
  return {
    process: guest,
    port,
    url,
    console: () => text,
    answer: (path = '/') => untilThere(() => tryAnswer(`${url}${path}`)),
    says: async (what) => void (await untilThere(() => text.includes(what) || undefined)),
    ended,
  };
}

/** Ends a guest that is not needed any more, so that the others have the processor for themselves. */
export async function endGuest({ process }: HttpGuest): Promise<void> {
  await kill(process);
}

async function kill(guest: ChildProcess): Promise<void> {
  if (!running.has(guest)) return;
  const gone = new Promise((resolve) => guest.once('close', resolve));
  guest.kill('SIGKILL');
  await gone;
}

/** A port that nobody has, below those that the system gives away by itself, also to others between our asking and use. */
async function quietPort(): Promise<number> {
  for (;;) {
    const port = randomInt(20_000, 32_000);
    const server = createServer();
    const free = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => resolve(true));
    });
    if (!free) continue;
    await new Promise((resolve) => server.close(resolve));
    return port;
  }
}

async function tryAnswer(url: string): Promise<string | undefined> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(PATIENCE_MS) });
    return await response.text();
  } catch {
    return undefined;
  }
}
