import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { KilnError } from '../errors';

/** A unix socket's path may have 107 bytes and a NUL on Linux (man 7 unix), 103 on macOS. */
const SOCKET_PATH_LIMIT = process.platform === 'darwin' ? 103 : 107;

/** Where everything of one runtime lies. The folder is 0700, files 0600. */
export class RuntimePaths {
  /** `$KILN_HOME`, or `kiln` under the XDG state folder (`~/.local/state` by default). */
  static fromEnvironment(env: NodeJS.ProcessEnv = process.env): RuntimePaths {
    const state = env.XDG_STATE_HOME?.startsWith('/')
      ? env.XDG_STATE_HOME
      : join(homedir(), '.local', 'state');
    return new RuntimePaths(env.KILN_HOME ? resolve(env.KILN_HOME) : join(state, 'kiln'));
  }

  constructor(readonly home: string) {}

  /** The daemon's API. */
  get apiSocket(): string {
    return this.socket('api.sock');
  }

  /** The balancer's control socket. */
  get balancerSocket(): string {
    return this.socket('balancer.sock');
  }

  /** Where guests of other services reach this one: always there, exposed or not. */
  serviceSocket(service: string): string {
    return this.socket(join('s', `${shortName(service)}.sock`));
  }

  /** The QMP socket of an instance. */
  qmpSocket(instance: string): string {
    return this.socket(join('q', `${shortName(instance)}.sock`));
  }

  /** Content-addressed images, named by digest. */
  get images(): string {
    return join(this.home, 'images');
  }

  /** Desired state: one file per service. */
  get services(): string {
    return join(this.home, 'services');
  }

  /** One folder per instance: its launch record, console and QEMU's own messages. */
  instance(name: string): string {
    return join(this.instances, name);
  }

  get instances(): string {
    return join(this.home, 'instances');
  }

  /** What daemon and balancer say of themselves. */
  log(process: 'runtime' | 'balancer'): string {
    return join(this.home, `${process}.log`);
  }

  private socket(name: string): string {
    const path = join(this.home, name);
    if (Buffer.byteLength(path) <= SOCKET_PATH_LIMIT) return path;
    throw new KilnError(
      `the state folder's path is too long for a unix socket: '${path}' has ${Buffer.byteLength(path)} bytes, ` +
        `${SOCKET_PATH_LIMIT} are allowed`,
      { code: 'runtime.socket-path-too-long', remedy: 'Set KILN_HOME to a shorter path.' },
    );
  }
}

/** Twelve hex digits that stand for a name of any length in a socket's path. */
function shortName(name: string): string {
  return createHash('sha256').update(name).digest('hex').slice(0, 12);
}
