import { connect, type Socket } from 'node:net';
import { errnoOf } from '../errors';

/** Our own lack of descriptors or ports; no fault of the backend. */
const LOCAL_TROUBLE = new Set(['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM', 'EADDRNOTAVAIL']);

/**
 * After this long a connection request was lost. On loopback the kernel answers one in a tenth of a millisecond,
 * whatever the guest does, unless the queue of the listening socket is full: then it drops the request, and sends it
 * again after 1 s, 3 s, 7 s and so on. QEMU's queue has room for two (libslirp calls listen(2) with a backlog of 1), and
 * nobody takes them out of it while a busy machine lets QEMU wait. (Under emulation, with other guests booting on the
 * same two cores: 5 of 100 connects took a second, with 64 clients up to 107 s.)
 */
const LOST_MS = 10;

/** Why there is no connection: nobody listens; its queue is full; this process may open no more. */
export type DialFailure = 'refused' | 'busy' | 'local';

/** Connects to a loopback port and calls exactly one of the two. */
export function dial(
  port: number,
  onConnected: (socket: Socket) => void,
  onFailed: (why: DialFailure) => void,
): void {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true, allowHalfOpen: true });
  const fail = (why: DialFailure) => {
    stop();
    socket.on('error', () => undefined);
    socket.destroy();
    onFailed(why);
  };
  const refused = (error: Error) => fail(LOCAL_TROUBLE.has(errnoOf(error) ?? '') ? 'local' : 'refused');
  const connected = () => {
    stop();
    onConnected(socket);
  };
  // An answer may have come while this process itself was kept waiting: that is looked at before giving up.
  let look: NodeJS.Immediate | undefined;
  const timer = setTimeout(() => {
    look = setImmediate(() => fail('busy'));
  }, LOST_MS);
  const stop = () => {
    clearTimeout(timer);
    if (look) clearImmediate(look);
    socket.off('error', refused);
    socket.off('connect', connected);
  };
  socket.once('error', refused);
  socket.once('connect', connected);
}

/**
 * Connects to a loopback port, however many requests are lost.
 * @returns undefined where nobody listens, or when `signal` aborted before
 */
export async function connectTo(port: number, signal: AbortSignal): Promise<Socket | undefined> {
  while (!signal.aborted) {
    const outcome = await new Promise<Socket | DialFailure>((resolve) => dial(port, resolve, resolve));
    if (typeof outcome !== 'string') return outcome;
    if (outcome !== 'busy') return undefined;
  }
  return undefined;
}
