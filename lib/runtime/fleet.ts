import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../errors';
import type { ServiceEvent, ServiceSpec } from '../spec';
import type { BalancerClient } from './balancer/client';
import type { FrontResult, FrontSpec, FrontStats } from './balancer/control';
import { Keeper } from './keeper';
import type { Machine, MachineHost } from './machine';
import type { RuntimePaths } from './paths';

const DRAIN_POLL_MS = 25;
const STOP_RETRY_MS = 2000;

export interface FleetOptions {
  readonly service: string;
  readonly paths: RuntimePaths;
  readonly host: MachineHost;
  readonly balancer: BalancerClient;
  /** Called whenever an instance came, went or changed. */
  readonly onChange: () => void;
  readonly onEvent: (kind: ServiceEvent['kind'], message: string, instance: string | null) => void;
  /** Restarts of an instance in earlier lives. */
  readonly restartsOf: (instance: string) => number;
}

/** Where a service listens. */
export interface FrontSettings {
  /** 0: any free port, then kept; null: none. */
  readonly tcpPort: number | null;
  readonly http: boolean;
}

/** The instances of one service, and what the balancer knows of them. */
export class Fleet {
  private readonly keepers = new Map<string, Keeper>();
  private readonly leaving = new Map<string, Promise<void>>();
  private settings: FrontSettings = { tcpPort: null, http: false };
  private serves: (keeper: Keeper) => boolean = () => true;
  private published = '';
  private detached = false;

  constructor(private readonly options: FleetOptions) {}

  get all(): readonly Keeper[] {
    return [...this.keepers.values()];
  }

  find(name: string): Keeper | undefined {
    return this.keepers.get(name);
  }

  /** Starts an instance, unless it is there. */
  start(spec: ServiceSpec, revision: string, ordinal: number, supervised: boolean): Keeper {
    const keeper = this.newKeeper(spec, revision, ordinal, supervised);
    const present = this.keepers.get(keeper.name);
    if (present) return present;
    this.keepers.set(keeper.name, keeper);
    keeper.launch();
    return keeper;
  }

  /** Takes over an instance that an earlier daemon started. */
  adopt(machine: Machine, spec: ServiceSpec, healthy: boolean, supervised: boolean): void {
    const { revision, name } = machine.record;
    const keeper = this.newKeeper(spec, revision, Number(name.slice(name.lastIndexOf('-') + 1)), supervised);
    this.keepers.set(keeper.name, keeper);
    keeper.adopt(machine, healthy);
  }

  /** Lets an instance finish its connections, then stops it; resolves when it is gone. */
  drain(name: string): Promise<void> {
    return this.leave(name, async (keeper) => {
      const connections = await this.connectionsOf(name);
      const some = connections === 1 ? '1 connection' : `${connections} connections`;
      this.options.onEvent('instance-draining', `draining ${name} (${some})`, name);
      while (keeper.machine?.isAlive() && (await this.connectionsOf(name)) > 0) await sleep(DRAIN_POLL_MS);
    });
  }

  /** Stops an instance at once; resolves when it is gone. */
  stop(name: string): Promise<void> {
    return this.leave(name, async () => undefined);
  }

  /** Chooses who takes new connections, among the healthy. */
  async serve(serves: (keeper: Keeper) => boolean): Promise<void> {
    this.serves = serves;
    await this.publish();
  }

  /** Chooses where the service listens; undefined until the balancer is told for the first time. */
  async listen(settings: FrontSettings): Promise<FrontResult | undefined> {
    this.settings = settings;
    return this.publish();
  }

  /** Whatever port the balancer took: a balancer that is started anew must take the same. */
  keepPort(tcpPort: number): void {
    this.settings = { ...this.settings, tcpPort };
  }

  /** What the balancer is to know, for those that ask for all at once. */
  async publish(): Promise<FrontResult | undefined> {
    const front = this.front();
    this.published = JSON.stringify(front);
    return this.options.balancer.set(front);
  }

  /** Nothing is left of it, also not in the balancer. */
  async close(): Promise<void> {
    await this.options.balancer.remove(this.options.service);
  }

  detach(): void {
    this.detached = true;
    for (const keeper of this.keepers.values()) keeper.detach();
  }

  async stats(): Promise<FrontStats | undefined> {
    const all = await this.options.balancer.stats();
    return all.find((front) => front.name === this.options.service);
  }

  /** None where the balancer does not answer: then it carries none. */
  private async connectionsOf(name: string): Promise<number> {
    const backends = (await this.stats().catch(() => undefined))?.backends ?? [];
    return backends.find((backend) => backend.name === name)?.connections ?? 0;
  }

  private leave(name: string, untilEmpty: (keeper: Keeper) => Promise<void>): Promise<void> {
    const keeper = this.keepers.get(name);
    if (!keeper) return Promise.resolve();
    const underway = this.leaving.get(name);
    if (underway) return underway;
    const gone = this.end(keeper, untilEmpty).finally(() => this.leaving.delete(name));
    this.leaving.set(name, gone);
    return gone;
  }

  private async end(keeper: Keeper, untilEmpty: (keeper: Keeper) => Promise<void>): Promise<void> {
    const { name } = keeper;
    // Before anything is awaited: the next look at the fleet must see that it goes.
    keeper.drain();
    await this.publish().catch(() => undefined);
    await untilEmpty(keeper);
    while (!this.detached && !(await this.stopped(keeper))) await sleep(STOP_RETRY_MS);
    // A daemon that goes leaves to the next one what it has not done.
    if (this.detached) return;
    this.keepers.delete(name);
    this.options.onEvent('instance-stopped', `stopped ${name}`, name);
    this.changed();
  }

  private async stopped(keeper: Keeper): Promise<boolean> {
    try {
      await keeper.stop();
      return true;
    } catch (error) {
      this.options.onEvent('notice', messageOf(error), keeper.name);
      return false;
    }
  }

  private newKeeper(spec: ServiceSpec, revision: string, ordinal: number, supervised: boolean): Keeper {
    const { host, restartsOf, onEvent, service } = this.options;
    const name = `${service}-${revision}-${ordinal}`;
    return new Keeper({
      host,
      spec,
      revision,
      ordinal,
      restarts: restartsOf(name),
      supervised,
      onEvent,
      onChange: () => this.changed(),
    });
  }

  private changed(): void {
    if (this.detached) return;
    if (JSON.stringify(this.front()) !== this.published) {
      // The balancer's own client tries again; who waits for an answer asks itself.
      void this.publish().catch(() => undefined);
    }
    this.options.onChange();
  }

  private front(): FrontSpec {
    const { service, paths } = this.options;
    return {
      name: service,
      unixSocket: paths.serviceSocket(service),
      ...this.settings,
      backends: this.all.flatMap((keeper) => keeper.backend(this.serves(keeper)) ?? []),
    };
  }
}
