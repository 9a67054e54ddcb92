import type { BackendSpec, BackendState, BackendStats } from './control';
import type { Relay } from './relay';

/** A connection without traffic for this long, whose last word was the backend's, may be ended. */
const QUIET_MS = 50;
/** After `drainMs`, a connection that never becomes quiet has this much longer. */
const GRACE_MS = 5000;

/** One instance behind a service, and the connections it has. */
export class Backend {
  readonly name: string;
  readonly port: number;
  /** Connections that are being made to it. */
  connecting = 0;
  private state: BackendState;
  private drainMs: number;
  private drainingSince = 0;
  private readonly relays = new Map<Relay, { activity: number; since: number }>();

  constructor(
    spec: BackendSpec,
    private readonly http: boolean,
  ) {
    this.name = spec.name;
    this.port = spec.port;
    this.state = 'standby';
    this.drainMs = spec.drainMs;
    this.update(spec);
  }

  get load(): number {
    return this.relays.size + this.connecting;
  }

  get isActive(): boolean {
    return this.state === 'active';
  }

  get isDraining(): boolean {
    return this.state === 'draining';
  }

  update(spec: BackendSpec): void {
    this.drainMs = spec.drainMs;
    if (spec.state === this.state) return;
    this.state = spec.state;
    if (spec.state !== 'draining') return;
    this.drainingSince = Date.now();
    if (this.http) for (const relay of this.relays.keys()) relay.askToClose();
  }

  add(relay: Relay): void {
    this.relays.set(relay, { activity: relay.activity, since: Date.now() });
    if (this.state === 'draining' && this.http) relay.askToClose();
  }

  delete(relay: Relay): void {
    this.relays.delete(relay);
  }

  /** Ends what is due on a draining backend; to be called every few ms while there is one. */
  drain(now: number): void {
    const due = this.drainingSince + this.drainMs;
    // Looking begins early, so that a connection quiet for long is ended the moment it is due.
    if (now < due - 2 * QUIET_MS) return;
    for (const [relay, seen] of this.relays) {
      if (seen.activity !== relay.activity) {
        this.relays.set(relay, { activity: relay.activity, since: now });
      } else if (now >= due && relay.isAtRest && now - seen.since >= QUIET_MS) {
        relay.end();
      }
      if (now >= due + GRACE_MS) relay.reset();
    }
  }

  /** Cuts all connections: the instance is gone. */
  reset(): void {
    for (const relay of this.relays.keys()) relay.reset();
  }

  stats(): BackendStats {
    return { name: this.name, port: this.port, state: this.state, connections: this.load };
  }
}
