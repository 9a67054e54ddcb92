import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { KilnError, messageOf } from '../../errors';
import type { RuntimePaths } from '../paths';
import { daemonEnvironment, openLog } from '../spawning';
import { BALANCER_PROTOCOL, type FrontResult, type FrontSpec, type FrontStats, type Hello } from './control';
import { BalancerGone, ControlConnection } from './control-connection';

export interface BalancerClientOptions {
  readonly paths: RuntimePaths;
  /** The script that is the balancer when its first argument is `balancer`. */
  readonly entry: string;
  /** Called when the balancer had died and a new one took over, with what became of each front. */
  readonly onRestart: (fronts: ReadonlyMap<string, FrontResult>) => void;
}

const START_TIMEOUT_MS = 10_000;
const POLL_MS = 10;

/**
 * The daemon's end of the balancer: keeps what is wanted, tells the process, and starts it again when it dies. Nothing
 * is told before {@link begin}: the balancer that an earlier daemon left must not lose services that this one has not
 * loaded yet.
 */
export class BalancerClient {
  private readonly wanted = new Map<string, FrontSpec>();
  private connection: Promise<ControlConnection> | undefined;
  private running: Promise<unknown> = Promise.resolve();
  private queued: Promise<Map<string, FrontResult>> | undefined;
  private begun = false;
  private ending = false;

  constructor(private readonly options: BalancerClientOptions) {}

  /** What the balancer of an earlier daemon carries; empty where none runs. */
  async inherited(): Promise<FrontStats[]> {
    try {
      const connection = await ControlConnection.open(this.options.paths.balancerSocket);
      const stats = await connection.request<FrontStats[]>({ method: 'stats' });
      connection.close();
      return stats;
    } catch {
      return [];
    }
  }

  /** From here on the process carries exactly what was set. */
  async begin(): Promise<Map<string, FrontResult>> {
    this.begun = true;
    return this.sync();
  }

  /** Adds or replaces a service's front; undefined before {@link begin}. */
  async set(front: FrontSpec): Promise<FrontResult | undefined> {
    this.wanted.set(front.name, front);
    return (await this.sync()).get(front.name);
  }

  async remove(name: string): Promise<void> {
    if (this.wanted.delete(name)) await this.sync();
  }

  async stats(): Promise<FrontStats[]> {
    return this.asking((connection) => connection.request<FrontStats[]>({ method: 'stats' }));
  }

  /** Lets go of the process, which goes on. */
  detach(): void {
    this.ending = true;
    void this.connection?.then((connection) => connection.close()).catch(() => undefined);
  }

  /** Ends the process; resolves when it no longer answers. */
  async shutdown(): Promise<void> {
    this.ending = true;
    await this.running;
    const connection = await (
      this.connection ?? ControlConnection.open(this.options.paths.balancerSocket)
    ).catch(() => undefined);
    await connection?.request({ method: 'shutdown' }).catch(() => undefined);
    await connection?.closed;
  }

  /** Tells the process all that is wanted; calls that come meanwhile share the next telling. */
  private sync(): Promise<Map<string, FrontResult>> {
    if (!this.begun || this.ending) return Promise.resolve(new Map());
    if (this.queued) return this.queued;
    const turn = this.running.then(() => {
      this.queued = undefined;
      return this.tell();
    });
    this.queued = turn;
    this.running = turn.catch(() => undefined);
    return turn;
  }

  private async tell(): Promise<Map<string, FrontResult>> {
    const results = await this.asking((connection) =>
      connection.request<FrontResult[]>({ method: 'set', fronts: [...this.wanted.values()] }),
    );
    return new Map(results.map((result) => [result.name, result]));
  }

  /** One more attempt where the process died in between. */
  private async asking<T>(ask: (connection: ControlConnection) => Promise<T>): Promise<T> {
    try {
      return await ask(await this.connected());
    } catch (error) {
      if (!(error instanceof BalancerGone)) throw error;
      return ask(await this.connected());
    }
  }

  private connected(): Promise<ControlConnection> {
    this.connection ??= this.connect().catch((error) => {
      this.connection = undefined;
      throw error;
    });
    return this.connection;
  }

  private async connect(): Promise<ControlConnection> {
    const connection = await this.openOrStart();
    const hello = await connection.request<Hello>({ method: 'hello' });
    if (hello.protocol !== BALANCER_PROTOCOL) {
      await connection.request({ method: 'shutdown' });
      await connection.closed;
      return this.connect();
    }
    void connection.closed.then(() => this.lost());
    return connection;
  }

  /** The process died under us: a new one takes over at once, with all that is wanted. */
  private async lost(): Promise<void> {
    this.connection = undefined;
    if (this.ending) return;
    try {
      this.options.onRestart(await this.sync());
    } catch {
      // Whoever asks next tries again, and gets the error.
    }
  }

  private async openOrStart(): Promise<ControlConnection> {
    const { paths } = this.options;
    const deadline = Date.now() + START_TIMEOUT_MS;
    let child: ChildProcess | undefined;
    for (;;) {
      try {
        return await ControlConnection.open(paths.balancerSocket);
      } catch (error) {
        if (Date.now() > deadline) throw notStarted(paths, error);
      }
      if (!child || child.exitCode !== null || child.signalCode !== null) child = this.start();
      await sleep(POLL_MS);
    }
  }

  private start(): ChildProcess {
    const { paths, entry } = this.options;
    const log = openLog(paths.log('balancer'));
    try {
      const child = spawn(process.execPath, [entry, 'balancer', '--home', paths.home], {
        cwd: '/',
        detached: true,
        stdio: ['ignore', log, log],
        env: daemonEnvironment(process.env),
      });
      child.on('error', () => undefined).unref();
      return child;
    } finally {
      closeSync(log);
    }
  }
}

function notStarted(paths: RuntimePaths, cause: unknown): KilnError {
  return new KilnError(`the balancer could not be started: ${messageOf(cause)}`, {
    code: 'runtime.balancer',
    source: 'tool',
    remedy: `Read its log: ${paths.log('balancer')}`,
    cause,
  });
}
