import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HealthCheckSpec } from '../spec';
import { Duration } from '../units';
import { connectTo } from './dial';

/** Where an instance is checked. */
export interface HealthTarget {
  /** Loopback port that leads to the guest's. */
  readonly port: number;
  /** The guest's own port, for messages. */
  readonly guestPort: number;
  /** See `Machine.hasPendingConnections`. @default - a connection that stays open for a moment counts as accepted */
  readonly hasPendingConnections?: () => Promise<boolean | undefined>;
}

/** `undefined` for healthy, else what was seen: `GET /healthz answered 503`. */
export type Failure = string | undefined;

/** Read of an answer at most; the status is all that counts. */
const BODY_LIMIT = 64 * 1024;
const HEADER_LIMIT = 16 * 1024;
const BODY_TIMEOUT_MS = 2000;
const ACCEPT_POLL_MS = 20;
/**
 * How often in a row nothing may be pending until a connection counts as accepted: the first time QEMU may not have seen
 * it yet, and after the second the end of a refused one may still be on its way to us.
 */
const ACCEPT_ANSWERS = 3;
/** How long a connection must stay open where nobody tells whether the guest accepted it. */
const SETTLE_MS = 100;

/**
 * Checks once.
 *
 * `http`: a status from 200 to 399 is healthy; redirects are not followed.
 * `tcp`: healthy when the guest has accepted a connection. QEMU accepts every connection itself and only then tries the
 * guest, so that it was accepted says nothing: QEMU is asked whether a connection still waits for the guest. A refusal
 * and a guest that accepts and closes at once look the same, and both are failures.
 * @param signal gives up; the outcome is then of no meaning
 */
export function checkHealth(
  check: HealthCheckSpec,
  target: HealthTarget,
  signal: AbortSignal,
): Promise<Failure> {
  return check.protocol === 'http' ? checkHttp(check, target, signal) : checkTcp(check, target, signal);
}

async function checkHttp(
  check: HealthCheckSpec,
  target: HealthTarget,
  signal: AbortSignal,
): Promise<Failure> {
  const over = new AbortController();
  try {
    return await Promise.race([
      exchange(check, target, AbortSignal.any([signal, over.signal])),
      silence(check, target, over.signal),
    ]);
  } finally {
    over.abort();
  }
}

/** Asks on a connection of its own; when given up before there was an answer, that is cut. */
async function exchange(check: HealthCheckSpec, target: HealthTarget, signal: AbortSignal): Promise<Failure> {
  const socket = await connectTo(target.port, signal);
  if (!socket) return noConnection(target);
  const get = request({
    createConnection: () => socket,
    host: '127.0.0.1',
    port: target.port,
    path: check.path,
    maxHeaderSize: HEADER_LIMIT,
    headers: { 'user-agent': 'kiln-health-check', accept: '*/*' },
  });
  const giveUp = () => get.destroy();
  signal.addEventListener('abort', giveUp, { once: true });
  get.once('response', () => signal.removeEventListener('abort', giveUp));
  const outcome = httpOutcome(get, check, target);
  if (signal.aborted) giveUp();
  else get.end();
  return outcome;
}

function httpOutcome(get: ClientRequest, check: HealthCheckSpec, target: HealthTarget): Promise<Failure> {
  return new Promise((resolve) => {
    get.once('response', (response) => {
      const status = response.statusCode ?? 0;
      resolve(status >= 200 && status < 400 ? undefined : `GET ${check.path} answered ${status}`);
      readSome(response);
    });
    get.on('error', (error: NodeJS.ErrnoException) =>
      resolve(
        error.code?.startsWith('HPE_') ? `GET ${check.path} was not answered in HTTP` : noConnection(target),
      ),
    );
  });
}

/** What no answer in time means: a guest that never accepted the connection has no service to blame. */
async function silence(check: HealthCheckSpec, target: HealthTarget, signal: AbortSignal): Promise<Failure> {
  await sleep(check.timeoutMs, undefined, { signal }).catch(() => undefined);
  if (!signal.aborted && (await target.hasPendingConnections?.())) return noConnection(target);
  return `GET ${check.path} had no answer within ${Duration.milliseconds(check.timeoutMs)}`;
}

/** Lets a well-behaved answer end by itself, so that the guest sees an orderly close. */
function readSome(response: IncomingMessage): void {
  let bytes = 0;
  response.setTimeout(BODY_TIMEOUT_MS, () => response.destroy());
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > BODY_LIMIT) response.destroy();
  });
  response.on('error', () => undefined);
}

async function checkTcp(check: HealthCheckSpec, target: HealthTarget, signal: AbortSignal): Promise<Failure> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(check.timeoutMs)]);
  const socket = await connectTo(target.port, limit);
  if (!socket) return noConnection(target);
  const closed = new Promise<boolean>((resolve) => {
    socket.once('end', () => resolve(false));
    socket.once('close', () => resolve(false));
    socket.on('error', () => resolve(false));
    limit.addEventListener('abort', () => resolve(false), { once: true });
  });
  socket.resume();
  try {
    return (await Promise.race([accepted(socket, target, limit), closed])) ? undefined : noConnection(target);
  } finally {
    socket.destroy();
  }
}

async function accepted(socket: Socket, target: HealthTarget, limit: AbortSignal): Promise<boolean> {
  for (let answers = 0; answers < ACCEPT_ANSWERS; ) {
    const pending = await target.hasPendingConnections?.();
    if (limit.aborted || socket.destroyed) return false;
    if (pending === undefined) {
      await sleep(SETTLE_MS);
      return !socket.destroyed;
    }
    answers = pending ? 0 : answers + 1;
    await sleep(ACCEPT_POLL_MS);
  }
  return !socket.destroyed;
}

function noConnection(target: HealthTarget): string {
  return `no connection on port ${target.guestPort}`;
}
