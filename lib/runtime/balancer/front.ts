import { chmod, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { errnoOf } from '../../errors';
import { dial } from '../dial';
import { Backend } from './backend';
import type { FrontResult, FrontSpec, FrontStats } from './control';
import { HoldQueue } from './hold';
import { cut, Relay } from './relay';

const DRAIN_TICK_MS = 20;
/** Connection requests at a time to one backend: few more than its queue has room for (see dial.ts), or all are lost. */
const MAX_DIALS = 4;

/** Shared by all fronts: how many connections this process may carry. */
export interface ConnectionBudget {
  open: number;
  readonly limit: number;
}

/** One service: its listeners, its backends, and which connection goes where. */
export class Front {
  private tcp: Server | undefined;
  private unix: Server | undefined;
  private backends: Backend[] = [];
  private readonly hold = new HoldQueue((socket, until) => this.place(socket, new Set(), until));
  private turn = 0;
  private drainTimer: NodeJS.Timeout | undefined;
  private closed = false;

  constructor(
    readonly name: string,
    private readonly budget: ConnectionBudget,
  ) {}

  /** Makes it so. A listener that cannot be opened is reported and leaves the rest in force. */
  async set(spec: FrontSpec): Promise<FrontResult> {
    this.setBackends(spec);
    try {
      await this.listenUnix(spec.unixSocket);
      await this.listenTcp(spec.tcpPort);
    } catch (error) {
      const { address, port } = error as { address?: string; port?: number };
      const where = (port ?? 0) > 0 ? `${address}:${port}` : (address ?? spec.unixSocket);
      return {
        name: this.name,
        tcpPort: this.port,
        error: { code: errnoOf(error) ?? 'UNKNOWN', address: where },
      };
    }
    return { name: this.name, tcpPort: this.port, error: null };
  }

  stats(): FrontStats {
    return {
      name: this.name,
      tcpPort: this.port,
      held: this.hold.length,
      refused: this.hold.refused,
      backends: this.backends.map((backend) => backend.stats()),
    };
  }

  /** Stops listening and cuts what is open. */
  close(): void {
    this.closed = true;
    this.tcp?.close();
    this.unix?.close();
    clearInterval(this.drainTimer);
    this.hold.close();
    for (const backend of this.backends) backend.reset();
  }

  private get port(): number | null {
    const address = this.tcp?.address();
    return address && typeof address === 'object' ? address.port : null;
  }

  private setBackends(spec: FrontSpec): void {
    const before = this.backends;
    this.backends = spec.backends.map((wanted) => {
      const known = before.find((one) => one.name === wanted.name && one.port === wanted.port);
      known?.update(wanted);
      return known ?? new Backend(wanted, spec.http);
    });
    for (const gone of before) if (!this.backends.includes(gone)) gone.reset();
    if (this.hold.length > 0) this.hold.retry();
    if (this.backends.some((one) => one.isDraining))
      this.drainTimer ??= setInterval(this.drain, DRAIN_TICK_MS);
  }

  private readonly drain = () => {
    const draining = this.backends.filter((one) => one.isDraining);
    const now = Date.now();
    for (const backend of draining) backend.drain(now);
    if (draining.length > 0) return;
    clearInterval(this.drainTimer);
    this.drainTimer = undefined;
  };

  private async listenTcp(port: number | null): Promise<void> {
    if (port === null) {
      this.tcp?.close();
      this.tcp = undefined;
    } else if (this.tcp === undefined || (port !== 0 && port !== this.port)) {
      const server = this.newServer();
      await listening(server, { host: '127.0.0.1', port, backlog: 4096 });
      this.tcp?.close();
      this.tcp = server;
    }
  }

  private async listenUnix(path: string): Promise<void> {
    if (this.unix) return;
    const server = this.newServer();
    await rm(path, { force: true });
    await listening(server, { path, backlog: 4096 });
    await chmod(path, 0o600);
    this.unix = server;
  }

  private newServer(): Server {
    const server = createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true });
    server.on('connection', (socket) => this.accept(socket));
    // Accepting failed (no descriptors left): the connection is lost, the listener is not.
    server.on('error', () => undefined);
    return server;
  }

  private accept(socket: Socket): void {
    socket.on('error', ignore);
    if (this.budget.open >= this.budget.limit) {
      cut(socket);
      return;
    }
    this.budget.open++;
    socket.once('close', () => this.budget.open--);
    this.place(socket, undefined, undefined);
  }

  /** Leads a connection to a backend, to the next one if that cannot be reached, or to the queue. */
  private place(socket: Socket, tried: Set<Backend> | undefined, heldUntil: number | undefined): void {
    const backend = this.pick(tried);
    if (!backend) {
      this.wait(socket, heldUntil);
      return;
    }
    backend.connecting++;
    dial(
      backend.port,
      (upstream) => {
        backend.connecting--;
        if (this.backends.includes(backend)) this.couple(socket, upstream, backend);
        else this.placeAgain(socket, upstream, heldUntil);
        this.hold.next();
      },
      (why) => {
        backend.connecting--;
        if (why === 'local') this.wait(socket, heldUntil);
        else this.place(socket, (tried ?? new Set()).add(backend), heldUntil);
        // Who was refused at once would be again: the queue's own rhythm does for that.
        if (why === 'busy') this.hold.next();
      },
    );
  }

  /** The instance went away while it was being connected to: nothing was sent to it, so nothing is lost. */
  private placeAgain(socket: Socket, upstream: Socket, heldUntil: number | undefined): void {
    upstream.on('error', ignore);
    cut(upstream);
    if (!socket.destroyed) this.place(socket, undefined, heldUntil);
  }

  /** How long it may wait counts from when there was a backend for it. */
  private wait(socket: Socket, heldUntil: number | undefined): void {
    if (this.closed) cut(socket);
    else this.hold.add(socket, this.backends.some((one) => one.isActive) ? undefined : heldUntil);
  }

  private couple(socket: Socket, upstream: Socket, backend: Backend): void {
    upstream.on('error', ignore);
    if (this.closed) cut(socket);
    if (socket.destroyed) {
      cut(upstream);
      return;
    }
    const relay = new Relay(socket, upstream, (closed) => backend.delete(closed));
    backend.add(relay);
    relay.start();
  }

  /** The active backend with the fewest connections; among equals each in turn. */
  private pick(tried: Set<Backend> | undefined): Backend | undefined {
    const { backends } = this;
    let best: Backend | undefined;
    const start = this.turn++;
    for (let index = 0; index < backends.length; index++) {
      const backend = backends[(start + index) % backends.length] as Backend;
      if (!backend.isActive || backend.connecting >= MAX_DIALS || tried?.has(backend)) continue;
      if (!best || backend.load < best.load) best = backend;
    }
    return best;
  }
}

function ignore(): void {}

function listening(
  server: Server,
  options: { host?: string; port?: number; path?: string; backlog: number },
) {
  return new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options, () => {
      server.removeListener('error', reject);
      resolve();
    });
  });
}
