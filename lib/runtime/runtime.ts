import { KilnError, messageOf } from '../errors';
import { revisionOf, type ServiceStatus } from '../spec';
import type { FrontResult, FrontStats } from './balancer/control';
import type { ImageStore } from './images';
import type { Machine } from './machine';
import { rebuildState } from './rebuild';
import type { Rollout } from './rollout';
import { emptyService, requireOwner, Service, type Surroundings } from './service';
import { type ApplyRequest, RolloutError } from './wire';

export interface RuntimeOptions extends Surroundings {
  readonly images: Pick<ImageStore, 'ensure' | 'collect'>;
  /** For the daemon's log. */
  readonly log: (line: string) => void;
}

/** All services of a state folder. */
export class Runtime {
  private readonly services = new Map<string, Service>();
  /** The last thing that was begun with each service: decisions about one are taken one after the other. */
  private readonly turns = new Map<string, Promise<unknown>>();
  /** Digests that a deploy needs which is not on disk yet. */
  private readonly wanted: string[] = [];
  private readonly cancelled = new Set<string>();
  private detached = false;

  constructor(private readonly options: RuntimeOptions) {}

  /** Nothing to keep, and nothing being made. */
  get isEmpty(): boolean {
    return this.services.size === 0 && this.turns.size === 0;
  }

  get names(): string[] {
    return [...this.services.keys()].sort();
  }

  /** True while somebody waits for a rollout. */
  get isBusy(): boolean {
    return [...this.services.values()].some((service) => service.rollout?.isWanted);
  }

  /** Reads what is wanted, takes over what runs, stops what belongs to nothing, and goes on with what was under way. */
  async start(): Promise<void> {
    const { store, host, balancer } = this.options;
    const [{ states, corrupt }, machines, inherited] = await Promise.all([
      store.load(),
      host.adoptAll(),
      balancer.inherited(),
    ]);
    for (const state of states) this.services.set(state.name, new Service(state, this.options));
    for (const broken of corrupt) await this.rebuild(broken, machines, inherited);
    const orphans = this.adopt(machines, inherited);
    for (const service of this.services.values()) await service.listen();
    await this.acceptFronts(await balancer.begin());
    await Promise.all(orphans.map((machine) => this.stopOrphan(machine)));
    for (const service of this.services.values()) this.resume(service);
  }

  /** @throws KilnError `runtime.unknown-service` */
  find(name: string): Service {
    const service = this.services.get(name);
    if (service) return service;
    const known = this.names.length === 0 ? 'there is none' : `there are: ${this.names.join(', ')}`;
    throw new KilnError(`there is no service '${name}'; ${known}`, { code: 'runtime.unknown-service' });
  }

  async statuses(): Promise<ServiceStatus[]> {
    const stats = await this.options.balancer.stats();
    return this.names.map((name) => this.find(name).status(stats.find((front) => front.name === name)));
  }

  async status(name: string): Promise<ServiceStatus> {
    const service = this.find(name);
    return service.status(await service.fleet.stats());
  }

  /**
   * Brings a service to a specification; resolves when it is there.
   * @param gone aborts when the caller no longer waits
   * @throws RolloutError; RolloutInterrupted; KilnError `runtime.busy`, `runtime.other-owner`,
   * `runtime.port-in-use`, `runtime.state`, those of `MachineHost.requireReady` and of the image store
   */
  async apply(request: ApplyRequest, gone: AbortSignal): Promise<ServiceStatus> {
    const { name } = request.spec;
    const rollout = await this.inTurn(name, () => this.rolloutFor(request));
    if (rollout) {
      const release = rollout.hold();
      gone.addEventListener('abort', release, { once: true });
      if (gone.aborted) release();
      try {
        await rollout.done;
      } finally {
        release();
        this.cancelled.delete(request.requestId);
        await this.collectImages();
      }
    }
    return this.status(name);
  }

  /** Sends the deploy of this id back; one that is over already is left alone. */
  cancel(name: string, requestId: string): void {
    const rollout = this.services.get(name)?.rollout;
    if (rollout?.requestId === requestId) rollout.cancel();
    // It may not have come so far yet.
    else if (this.turns.has(name)) this.cancelled.add(requestId);
  }

  /** @throws KilnError `runtime.busy`, `runtime.other-owner`, `runtime.state` */
  async remove(name: string, owner: string | undefined): Promise<void> {
    await this.inTurn(name, async () => {
      const service = this.services.get(name);
      if (!service) return;
      requireOwner(service.state, owner);
      if (service.rollout?.isWanted) throw busy(service, 'deleted');
      await service.delete();
      this.services.delete(name);
    });
    await this.collectImages();
  }

  /** Takes note of what a balancer that was just started says. */
  async acceptFronts(fronts: ReadonlyMap<string, FrontResult>): Promise<void> {
    for (const service of this.services.values()) await this.settleFront(service, fronts.get(service.name));
  }

  /** Leaves everything running, for another daemon. */
  detach(): void {
    this.detached = true;
    for (const service of this.services.values()) service.detach();
    this.options.balancer.detach();
  }

  /** The rollout to wait for; undefined where the deploy is done already. */
  private async rolloutFor(request: ApplyRequest): Promise<Rollout | undefined> {
    const { requestId, spec } = request;
    const service = this.services.get(spec.name);
    if (!service) return this.begin(emptyService(spec.name, request.owner, this.options), request);
    requireOwner(service.state, request.owner);
    if (service.state.deleting) throw busy(service, 'changed');
    if (service.state.doneRequestId === requestId) return undefined;
    const { rollout } = service;
    if (rollout) {
      const same = JSON.stringify(rollout.target) === JSON.stringify(spec);
      if (rollout.requestId === requestId || (same && !rollout.isGoingBack)) return rollout;
      if (!rollout.isGoingBack && rollout.isWanted) throw busy(service, 'changed');
      await this.giveWay(service, rollout, request);
      if (service.isGone) return this.rolloutFor(request);
    }
    if (service.state.spec && revisionOf(service.state.spec) === revisionOf(spec))
      await service.clearHalted();
    return this.begin(service, request);
  }

  /** Something else than what was under way is wanted now, and nobody waits for that any more. */
  private async giveWay(service: Service, rollout: Rollout, { spec }: ApplyRequest): Promise<void> {
    const settled = service.state.spec;
    const isReturn = settled !== null && revisionOf(settled) === revisionOf(spec);
    if (!rollout.isGoingBack && !isReturn) return rollout.interrupt();
    rollout.cancel();
    await rollout.settled;
  }

  private async begin(service: Service, request: ApplyRequest): Promise<Rollout> {
    const { image, name } = request.spec;
    this.wanted.push(image.digest);
    try {
      await this.options.host.requireReady();
      const { found } = await this.options.images.ensure(image);
      const short = image.digest.slice(0, 'sha256:'.length + 12);
      this.options.events.publish(
        name,
        found ? 'image-found' : 'image-forged',
        found
          ? `image ${short} is there already`
          : `image ${short} is ${image.kind === 'kernel' && image.boot === 'disk' ? 'forged' : 'copied'}`,
      );
      if (this.cancelled.delete(request.requestId)) throw cancelledEarly(name, service.state.spec !== null);
      const rollout = await service.begin(request);
      this.services.set(name, service);
      void rollout.settled.then(() => {
        if (service.isGone && this.services.get(name) === service) this.services.delete(name);
      });
      return rollout;
    } finally {
      this.wanted.splice(this.wanted.indexOf(image.digest), 1);
    }
  }

  /** One after the other for each service; what waits for a rollout to end waits outside. */
  private async inTurn<T>(name: string, action: () => Promise<T>): Promise<T> {
    const turn = (this.turns.get(name) ?? Promise.resolve()).then(action, action);
    this.turns.set(name, turn);
    try {
      return await turn;
    } finally {
      if (this.turns.get(name) === turn) this.turns.delete(name);
    }
  }

  private async rebuild(
    broken: { readonly service: string; readonly keptAs: string; readonly reason: string },
    machines: readonly Machine[],
    inherited: readonly FrontStats[],
  ): Promise<void> {
    const { service: name, keptAs, reason } = broken;
    const front = inherited.find((one) => one.name === name);
    const records = machines.map(({ record }) => record).filter((record) => record.service === name);
    const state = rebuildState(name, records, front?.tcpPort ?? null);
    const message = `the state file of '${name}' could not be read (${reason}); it is kept as '${keptAs}'`;
    this.options.log(message);
    if (!state) return;
    const service = new Service(state, this.options);
    this.services.set(name, service);
    service.notice(`${message}; the service was rebuilt from its ${records.length} running instances`);
    await service.save();
  }

  /** @returns machines that belong to nothing that is wanted */
  private adopt(machines: readonly Machine[], inherited: readonly FrontStats[]): Machine[] {
    const orphans = machines.filter(({ record }) => !this.services.has(record.service));
    for (const service of this.services.values()) {
      const own = machines.filter(({ record }) => record.service === service.name);
      const front = inherited.find((one) => one.name === service.name);
      orphans.push(...service.adopt(own, front));
    }
    return orphans;
  }

  /** A port that was taken meanwhile is reported and, where any would do, exchanged for another. */
  private async settleFront(service: Service, front: FrontResult | undefined): Promise<void> {
    try {
      service.acceptFront(front);
    } catch (error) {
      service.notice(messageOf(error));
      await service.moveFront().catch((again) => this.options.log(messageOf(again)));
    }
  }

  private async stopOrphan(machine: Machine): Promise<void> {
    this.options.log(`stopping ${machine.record.name}, which no service wants`);
    try {
      await machine.stop();
      await machine.remove();
    } catch (error) {
      this.options.log(messageOf(error));
    }
  }

  private resume(service: Service): void {
    if (!service.state.deleting) {
      service.resume();
      return;
    }
    this.inTurn(service.name, async () => {
      await service.delete();
      this.services.delete(service.name);
    }).catch((error) => service.notice(messageOf(error)));
  }

  /** Images in use stay, and those that a service would go back to. */
  private async collectImages(): Promise<void> {
    if (this.detached) return;
    const keep = [...this.services.values()].flatMap((service) => service.digests);
    try {
      await this.options.images.collect([...keep, ...this.wanted]);
    } catch (error) {
      this.options.log(`images could not be cleared away: ${messageOf(error)}`);
    }
  }
}

function busy(service: Service, what: string): KilnError {
  const doing = service.state.deleting ? 'is being deleted' : 'is being deployed';
  return new KilnError(`service '${service.name}' ${doing}, so it cannot be ${what} now`, {
    code: 'runtime.busy',
    remedy: 'Wait until that has ended, or end it.',
  });
}

function cancelledEarly(name: string, served: boolean): RolloutError {
  const failure = { instance: null, reason: 'it was cancelled', console: null, rolledBack: served };
  const after = served ? 'the old version serves as before' : 'nothing was created';
  return new RolloutError(`the deploy of '${name}' was cancelled; ${after}`, failure, 'runtime.cancelled');
}
