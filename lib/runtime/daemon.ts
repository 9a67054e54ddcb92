import { chmod, rm } from 'node:fs/promises';
import type { Server } from 'node:http';
import { takeLock } from '../io/lock';
import { BalancerClient } from './balancer/client';
import { EventBus } from './events';
import { prepareHome } from './home';
import { ImageStore } from './images';
import type { MachineHost, MachineNotice } from './machine';
import type { RuntimePaths } from './paths';
import { Runtime, type RuntimeOptions } from './runtime';
import { apiServer } from './server';
import { StateStore } from './state';

export interface DaemonOptions {
  readonly paths: RuntimePaths;
  /** The script that is the balancer when its first argument is `balancer`. */
  readonly entry: string;
  readonly version: string;
  /** What runs machines. */
  readonly newHost: (
    images: ImageStore,
    onNotice: (notice: MachineNotice) => void,
  ) => MachineHost & Detachable;
  readonly log: (line: string) => void;
  /** @default - the real store under the state folder */
  readonly images?: RuntimeOptions['images'];
  /** How long a rollout goes on when nobody waits for it, ms. @default 10000 */
  readonly leaseMs?: number;
  /** How long it stays with nothing to keep, ms. @default 2000 */
  readonly idleMs?: number;
}

interface Detachable {
  detach(): void;
}

const IDLE_LOOK_MS = 100;

/**
 * Runs the daemon of a state folder until it is told to end or has nothing left to keep. Resolves when it has ended; at
 * once where another one runs already.
 * @throws KilnError `runtime.home`, `runtime.socket-path-too-long`
 */
export async function runDaemon(options: DaemonOptions): Promise<void> {
  const { paths, log } = options;
  process.umask(0o077);
  await prepareHome(paths);
  const lock = await takeLock(paths.home, 'runtime');
  if (!lock) return log('another runtime keeps this state folder');
  try {
    log(`runtime ${options.version} begins as process ${process.pid}`);
    await new Daemon(options).run();
    log('runtime ends');
  } finally {
    lock.release();
  }
}

class Daemon {
  private readonly events = new EventBus();
  private readonly balancer: BalancerClient;
  private readonly host: MachineHost & Detachable;
  private readonly runtime: Runtime;
  private readonly server: Server;
  private end!: (why: 'idle' | 'told') => void;
  private readonly ended = new Promise<'idle' | 'told'>((resolve) => {
    this.end = resolve;
  });
  private open = 0;

  constructor(private readonly options: DaemonOptions) {
    const { paths, entry, log, newHost } = options;
    const { events } = this;
    const store = new ImageStore(paths.images);
    const images = options.images ?? store;
    this.balancer = new BalancerClient({
      paths,
      entry,
      onRestart: (fronts) => {
        log('the balancer had ended; another one took over');
        void this.runtime.acceptFronts(fronts);
      },
    });
    this.host = newHost(store, ({ instance, message }) => {
      log(instance === null ? message : `${instance}: ${message}`);
    });
    this.runtime = new Runtime({
      paths,
      log,
      events,
      images,
      host: this.host,
      balancer: this.balancer,
      store: new StateStore(paths.services),
      leaseMs: options.leaseMs ?? 10_000,
    });
    events.subscribe(({ service, message }) => log(`${service}: ${message}`));
    this.server = apiServer({
      runtime: this.runtime,
      events,
      version: options.version,
      log,
      stopListening: () => this.server.close(),
      onShutdown: () => this.end('told'),
    });
    this.server.on('connection', (socket) => {
      this.open++;
      socket.once('close', () => this.open--);
    });
  }

  async run(): Promise<void> {
    const { paths } = this.options;
    await this.runtime.start();
    await rm(paths.apiSocket, { force: true });
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(paths.apiSocket, resolve);
    });
    await chmod(paths.apiSocket, 0o600);
    process.once('SIGTERM', () => this.end('told'));
    const look = this.watchIdleness();
    const why = await this.ended;
    clearInterval(look);
    await this.close(why);
  }

  private async close(why: 'idle' | 'told'): Promise<void> {
    this.server.close();
    // Waiters read the end of their stream and turn to the next daemon.
    this.server.closeAllConnections();
    if (why === 'idle') await this.balancer.shutdown();
    this.runtime.detach();
    this.host.detach();
  }

  private watchIdleness(): NodeJS.Timeout {
    const { idleMs = 2000 } = this.options;
    let idleSince = Date.now();
    return setInterval(() => {
      if (!this.runtime.isEmpty || this.open > 0) idleSince = Date.now();
      else if (Date.now() - idleSince >= idleMs) this.end('idle');
    }, IDLE_LOOK_MS);
  }
}
