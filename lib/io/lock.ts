import { createHash } from 'node:crypto';
import { closeSync, openSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { errnoOf } from '../errors';

/** Held until released or until the process ends, however it ends. */
export interface Lock {
  release(): void;
}

/**
 * Takes the right to be the only one in a folder; undefined where another process has it. The kernel gives it back
 * when the holder dies, so there is nothing stale to clear away.
 * @param role what the holder is: `runtime`, `balancer`
 */
export async function tryLock(folder: string, role: string): Promise<Lock | undefined> {
  return process.platform === 'linux' ? lockSocket(folder, role) : lockFile(folder, role);
}

/** Like {@link tryLock}, but gives a holder that is about to end half a second to do so. */
export async function takeLock(folder: string, role: string): Promise<Lock | undefined> {
  for (let attempt = 0; ; attempt++) {
    const lock = await tryLock(folder, role);
    if (lock || attempt === 10) return lock;
    await sleep(50);
  }
}

/** Linux: an abstract unix socket (man 7 unix). Named by device and inode, so that two paths to a folder are one. */
async function lockSocket(folder: string, role: string): Promise<Lock | undefined> {
  const { dev, ino } = statSync(folder, { bigint: true });
  const name = createHash('sha256').update(`${dev}:${ino}:${role}`).digest('hex').slice(0, 32);
  const server: Server = createServer((socket) => socket.destroy());
  server.unref();
  return new Promise((resolve, reject) => {
    server.once('error', (error) => (errnoOf(error) === 'EADDRINUSE' ? resolve(undefined) : reject(error)));
    server.listen(`\0kiln-${name}`, () => resolve({ release: () => server.close() }));
  });
}

/** macOS: opening with O_EXLOCK takes a lock that lasts as long as the descriptor (man 2 open). */
function lockFile(folder: string, role: string): Lock | undefined {
  const O_RDWR = 0x2;
  const O_NONBLOCK = 0x4;
  const O_EXLOCK = 0x20;
  const O_CREAT = 0x200;
  try {
    const fd = openSync(join(folder, `${role}.lock`), O_RDWR | O_NONBLOCK | O_EXLOCK | O_CREAT, 0o600);
    return { release: () => closeSync(fd) };
  } catch (error) {
    if (errnoOf(error) === 'EAGAIN') return undefined;
    throw error;
  }
}
