import { KilnError, messageOf } from '../errors';
import type { InstancePhase, InstanceStatus, ServiceEvent, ServiceSpec } from '../spec';
import { instanceName } from '../spec';
import { BackOff } from './back-off';
import type { BackendSpec } from './balancer/control';
import { HealthMonitor } from './health';
import type { Machine, MachineHost } from './machine';

const CONSOLE_BYTES = 8192;
/** After its health timed out, an instance may recover for this many more checks before it is started anew. */
const RECOVERY_CHECKS = 3;

export interface KeeperOptions {
  readonly host: MachineHost;
  readonly spec: ServiceSpec;
  readonly revision: string;
  readonly ordinal: number;
  /** Restarts in earlier lives. */
  readonly restarts: number;
  /** Starts it again when it ends; not so while a rollout tries it out. */
  readonly supervised: boolean;
  /** Called whenever something of it changed. */
  readonly onChange: () => void;
  readonly onEvent: (kind: ServiceEvent['kind'], message: string, instance: string) => void;
}

/** Keeps one instance of a service: starts it, watches it, and starts it again when it fails. */
export class Keeper {
  readonly name: string;
  readonly revision: string;
  readonly ordinal: number;
  phase: InstancePhase = 'starting';
  /** When it entered this phase, ms. */
  since = Date.now();
  /** Why it is not healthy. */
  reason: string | null = null;
  restarts: number;
  machine: Machine | undefined;
  private spec: ServiceSpec;
  private supervised: boolean;
  private readonly backOff = new BackOff();
  private monitor: HealthMonitor | undefined;
  private timer: NodeJS.Timeout | undefined;
  private healthyAfterMs: number | null = null;
  private lastConsole = '';
  private readingLast: Promise<void> = Promise.resolve();
  /** The machine that ended last: its folder is still there. */
  private remains: Machine | undefined;
  /** It is being ended in order to be started again. */
  private renewing = false;
  private launching: Promise<void> | undefined;
  private stopping: Promise<void> | undefined;
  private detached = false;

  constructor(private readonly options: KeeperOptions) {
    this.spec = options.spec;
    this.revision = options.revision;
    this.ordinal = options.ordinal;
    this.name = instanceName(options.spec.name, options.revision, options.ordinal);
    this.restarts = options.restarts;
    this.supervised = options.supervised;
  }

  launch(): void {
    this.launching = this.boot();
  }

  /** Takes over a machine that an earlier daemon started. */
  adopt(machine: Machine, healthy: boolean): void {
    this.restarts = machine.record.restarts;
    this.watch(machine, Date.parse(machine.record.startedAt), healthy);
    this.enter(healthy ? 'healthy' : 'starting');
  }

  /** From here on it is started again when it fails. */
  supervise(): void {
    if (this.supervised) return;
    this.supervised = true;
    if (this.phase === 'backing-off' && !this.timer) this.restartLater();
    else if (this.phase === 'unhealthy') this.giveTimeToRecover();
  }

  /** Takes over settings that need no new machine. */
  update(spec: ServiceSpec): void {
    const changed = JSON.stringify(spec.healthCheck) !== JSON.stringify(this.spec.healthCheck);
    this.spec = spec;
    if (changed && this.machine && this.phase !== 'draining') {
      this.monitor?.stop();
      this.monitor = this.monitorOf(this.machine, Date.now(), this.phase === 'healthy');
    }
  }

  get imageDigest(): string {
    return this.spec.image.digest;
  }

  /** Why it is not healthy, also while it still boots. */
  get whyNotHealthy(): string | null {
    return this.reason ?? (this.phase === 'starting' ? (this.monitor?.failureSoFar ?? null) : null);
  }

  get isCrashLooping(): boolean {
    return this.backOff.isLooping;
  }

  /** It finishes its connections, and is to be stopped when it has. */
  drain(): void {
    this.monitor?.stop();
    this.clearTimer();
    this.enter('draining');
  }

  /** Ends it, however far it is, and removes what it leaves. */
  stop(): Promise<void> {
    this.stopping ??= this.end().catch((error) => {
      this.stopping = undefined;
      throw error;
    });
    return this.stopping;
  }

  /** Stops watching and leaves it running. */
  detach(): void {
    this.detached = true;
    this.clearTimer();
    this.monitor?.stop();
    this.machine?.detach();
  }

  /** How the balancer sees it; undefined while it has no port. */
  backend(mayServe: boolean): BackendSpec | undefined {
    if (!this.machine || this.phase === 'backing-off' || this.phase === 'stopped') return undefined;
    const state =
      this.phase === 'draining' ? 'draining' : this.phase === 'healthy' && mayServe ? 'active' : 'standby';
    return { name: this.name, port: this.machine.record.hostPort, state, drainMs: this.spec.drainMs };
  }

  /** Start and end of its console, also after its machine ended. */
  async console(): Promise<string> {
    const live = await this.machine?.consoleExcerpt(CONSOLE_BYTES).catch(() => undefined);
    if (live !== undefined) return live;
    await this.readingLast;
    return this.lastConsole;
  }

  status(connections: number): InstanceStatus {
    return {
      name: this.name,
      revision: this.revision,
      imageDigest: this.spec.image.digest,
      phase: this.phase,
      pid: this.machine?.record.pid ?? null,
      restarts: this.restarts,
      healthyAfterMs: this.healthyAfterMs,
      startedAt: this.machine?.record.startedAt ?? new Date(this.since).toISOString(),
      connections,
      reason: this.whyNotHealthy,
    };
  }

  private async boot(): Promise<void> {
    this.healthyAfterMs = null;
    this.enter('starting');
    try {
      const { name, revision, restarts, spec } = this;
      const machine = await this.options.host.launch({ name, revision, spec, restarts });
      if (this.detached) machine.detach();
      else this.watch(machine, this.since, false);
    } catch (error) {
      const remedy = KilnError.is(error) && error.remedy ? ` (${error.remedy})` : '';
      await this.ended(undefined, `it could not be started: ${messageOf(error)}${remedy}`);
    }
  }

  private watch(machine: Machine, startedAt: number, healthy: boolean): void {
    this.machine = machine;
    if (!this.stopping) this.monitor = this.monitorOf(machine, startedAt, healthy);
    void machine.ended.then(({ reason }) => this.ended(machine, reason));
    this.options.onChange();
  }

  private monitorOf(machine: Machine, startedAt: number, healthy: boolean): HealthMonitor {
    const { healthCheck, update, port: guestPort } = this.spec;
    // While it is tried out the rollout's limit counts.
    const check = this.supervised ? healthCheck : { ...healthCheck, bootDeadlineMs: update.healthTimeoutMs };
    const hasPendingConnections = () => machine.hasPendingConnections();
    return new HealthMonitor(
      check,
      { port: machine.record.hostPort, guestPort, hasPendingConnections },
      {
        onHealthy: (afterMs) => this.becameHealthy(afterMs),
        onUnhealthy: (reason) => this.becameUnhealthy(reason),
        onBootFailed: (reason) => this.bootFailed(reason),
      },
      { startedAt, healthy },
    );
  }

  private becameHealthy(afterMs: number): void {
    const first = this.phase === 'starting';
    if (first) this.healthyAfterMs = afterMs;
    this.clearTimer();
    this.backOff.healthy();
    this.reason = null;
    const what = first ? 'healthy' : 'healthy again';
    this.options.onEvent(
      'instance-healthy',
      `${this.name} ${what} after ${(afterMs / 1000).toFixed(2)} s`,
      this.name,
    );
    this.enter('healthy');
  }

  private becameUnhealthy(reason: string): void {
    this.reason = reason;
    this.options.onEvent('instance-unhealthy', `${this.name} is unhealthy: ${reason}`, this.name);
    this.enter('unhealthy');
    if (this.supervised) this.giveTimeToRecover();
  }

  private bootFailed(reason: string): void {
    this.reason = reason;
    if (!this.supervised) {
      this.options.onChange();
      return;
    }
    this.options.onEvent('instance-unhealthy', `${this.name} did not become healthy: ${reason}`, this.name);
    void this.startAnew();
  }

  private giveTimeToRecover(): void {
    this.clearTimer();
    this.timer = setTimeout(() => void this.startAnew(), RECOVERY_CHECKS * this.spec.healthCheck.intervalMs);
  }

  /** Its end is then noticed, and it is started again. */
  private async startAnew(): Promise<void> {
    this.timer = undefined;
    this.monitor?.stop();
    this.renewing = true;
    // One that cannot be ended is told so again when it is drained or deleted.
    await this.machine?.stop().catch((error) => {
      this.reason = messageOf(error);
    });
  }

  private async ended(machine: Machine | undefined, reason: string): Promise<void> {
    if (this.detached || this.stopping || this.machine !== machine) return;
    const renewing = this.renewing;
    this.renewing = false;
    this.monitor?.stop();
    this.clearTimer();
    if (!renewing) this.reason = reason;
    // Out of the balancer at once; whoever asks for the console waits until it is read.
    this.machine = undefined;
    this.readingLast = this.keepConsole(machine);
    this.enter('backing-off');
    if (!renewing) this.options.onEvent('instance-crashed', `${this.name} ended: ${reason}`, this.name);
    await this.readingLast;
    this.remains = machine;
    this.options.onChange();
    if (this.supervised && !this.stopping && !this.detached) this.restartLater();
  }

  private async keepConsole(machine: Machine | undefined): Promise<void> {
    if (machine) this.lastConsole = await machine.consoleExcerpt(CONSOLE_BYTES).catch(() => this.lastConsole);
  }

  private restartLater(): void {
    const delayMs = this.backOff.next();
    if (this.backOff.justBeganToLoop) {
      const message = `${this.name} keeps ending (${this.reason}); next start in ${delayMs / 1000} s`;
      this.options.onEvent('crash-loop', message, this.name);
    }
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.restarts++;
      this.options.onEvent('instance-restarting', `restarting ${this.name}`, this.name);
      this.launch();
    }, delayMs);
  }

  private async end(): Promise<void> {
    this.clearTimer();
    this.monitor?.stop();
    await this.launching;
    this.monitor?.stop();
    await this.machine?.stop();
    await (this.machine ?? this.remains)?.remove();
    this.machine = undefined;
    this.enter('stopped');
  }

  private enter(phase: InstancePhase): void {
    if (phase !== this.phase) this.since = Date.now();
    this.phase = phase;
    this.options.onChange();
  }

  private clearTimer(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }
}
