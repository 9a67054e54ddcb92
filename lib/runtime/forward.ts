import { connect, Socket } from 'node:net';
import { tryFindExecutable } from '../io/which';

/** Gives the program that connects its input and output to a unix socket. */
export interface Forwarder {
  /** Program and arguments, to be run once per connection. */
  commandFor(socketPath: string): string[];
}

/** Longer than any connection should be: how long socat waits for one direction after the other has ended. */
const HALF_CLOSED_SECONDS = '86400';

/** Characters that mean nothing to socat's address syntax. */
const PLAIN_PATH = /^[\w/.@%+=-]+$/;

/**
 * `socat` where there is one (it starts in 2 ms), else this program's own mode `forward`.
 * @param entry the script whose mode `forward` calls {@link forward}
 */
export async function findForwarder(entry: string, env?: NodeJS.ProcessEnv): Promise<Forwarder> {
  const socat = await tryFindExecutable('socat', env);
  const own = (socketPath: string) => [process.execPath, entry, 'forward', socketPath];
  return {
    commandFor: (socketPath) =>
      socat !== undefined && PLAIN_PATH.test(socketPath) ? viaSocat(socat, socketPath) : own(socketPath),
  };
}

/**
 * Connects descriptors 0 and 1 to a unix socket until both directions have ended; each may end by itself. Says nothing,
 * for QEMU gives the guest's connection as descriptor 2 as well.
 * @returns false when the socket refused or broke
 */
export async function forward(socketPath: string): Promise<boolean> {
  const input = new Socket({ fd: 0, readable: true, writable: false });
  const output = new Socket({ fd: 1, readable: false, writable: true });
  const service = connect({ path: socketPath, allowHalfOpen: true });
  let broken = false;
  await new Promise<void>((resolve) => {
    const fail = () => {
      broken = true;
      for (const socket of [input, output, service]) socket.destroy();
      resolve();
    };
    for (const socket of [input, output, service]) socket.on('error', fail);
    input.pipe(service);
    service.pipe(output);
    service.once('close', resolve);
  });
  if (!broken && !output.writableFinished) await new Promise((resolve) => output.once('close', resolve));
  input.destroy();
  return !broken;
}

/**
 * `-lf`: its complaints would otherwise reach the guest as data. `FD:0,shut-down` instead of `-`: descriptors 0 to 2 are
 * one socket, so closing one of them would not tell the guest that the service has ended.
 */
function viaSocat(socat: string, socketPath: string): string[] {
  const service = `UNIX-CONNECT:${socketPath}`;
  return [socat, '-lf', '/dev/null', '-t', HALF_CLOSED_SECONDS, 'FD:0,shut-down', service];
}
