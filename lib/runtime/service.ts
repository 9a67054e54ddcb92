import { KilnError, messageOf } from '../errors';
import { beginRollout, cancelRollout, resumeRollout } from '../rollout';
import { revisionOf, type ServiceEvent, type ServiceSpec, type ServiceStatus } from '../spec';
import type { BalancerClient } from './balancer/client';
import type { FrontResult, FrontStats } from './balancer/control';
import type { EventBus } from './events';
import { Fleet, type FrontSettings } from './fleet';
import type { Machine, MachineHost } from './machine';
import type { RuntimePaths } from './paths';
import { portInUse } from './port-owner';
import { Rollout } from './rollout';
import { newState, type RolloutState, type ServiceState, type StateStore } from './state';
import { statusOf } from './status';
import type { ApplyRequest } from './wire';

const SAVE_RETRY_MS = 1000;

/** What all services of one runtime share. */
export interface Surroundings {
  readonly paths: RuntimePaths;
  readonly host: MachineHost;
  readonly balancer: BalancerClient;
  readonly store: StateStore;
  readonly events: EventBus;
  /** How long a rollout goes on when nobody waits for it, ms. */
  readonly leaseMs: number;
}

/** One service: what is wanted of it, its instances, and the rollout that runs, if one does. */
export class Service {
  readonly fleet: Fleet;
  rollout: Rollout | undefined;
  /** It was deleted, or never came to be. */
  isGone = false;
  private detached = false;
  /** What is on disk is older than what is so. */
  private isUnsaved = false;
  private saveTimer: NodeJS.Timeout | undefined;

  constructor(
    readonly state: ServiceState,
    private readonly around: Surroundings,
  ) {
    this.fleet = new Fleet({
      service: state.name,
      paths: around.paths,
      host: around.host,
      balancer: around.balancer,
      onChange: () => this.rollout?.wake(),
      onEvent: (kind, message, instance) => this.noticed(kind, message, instance),
      restartsOf: (instance) => state.restarts[instance] ?? 0,
    });
  }

  get name(): string {
    return this.state.name;
  }

  status(stats: FrontStats | undefined): ServiceStatus {
    const { state, fleet } = this;
    return statusOf(state, fleet.all, stats, state.rollout !== null && !state.rollout.halted);
  }

  /** Digests whose images must stay. */
  get digests(): string[] {
    const { spec, rollout, previousDigest } = this.state;
    const running = this.fleet.all.map((keeper) => keeper.imageDigest);
    return [spec?.image.digest, rollout?.target.image.digest, previousDigest, ...running].filter(
      (digest) => typeof digest === 'string',
    );
  }

  /**
   * Takes over what an earlier daemon left, before the balancer is told anything.
   * @param inherited what the balancer carries: who was in service is taken to be healthy until it fails a check
   * @returns machines that are no part of this service as it is wanted
   */
  adopt(machines: readonly Machine[], inherited: FrontStats | undefined): Machine[] {
    const { spec, rollout } = this.state;
    const revisions = new Set([spec, rollout?.target].flatMap((one) => (one ? [revisionOf(one)] : [])));
    const known = machines.filter(({ record }) => revisions.has(record.revision));
    const settled = spec && revisionOf(spec);
    for (const machine of known) {
      const { name, revision, hostPort } = machine.record;
      const backend = inherited?.backends.find((one) => one.name === name && one.port === hostPort);
      const present = revision === settled && spec ? spec : (rollout?.target ?? machine.record.spec);
      const supervised = revision === settled || rollout?.halted === true;
      this.fleet.adopt(machine, present, backend?.state === 'active', supervised);
    }
    return machines.filter((machine) => !known.includes(machine));
  }

  /** Goes on with what was under way, once the balancer has been told all. */
  resume(): void {
    const { state } = this;
    if (state.deleting) return;
    if (state.spec) this.startMissing(state.spec);
    if (!state.rollout || state.rollout.halted) return;
    state.rollout.progress = resumeRollout(state.rollout.progress, Date.now());
    this.run(state.rollout);
  }

  /**
   * Listens where a specification says.
   * @throws KilnError `runtime.port-in-use`
   */
  async listen(spec: ServiceSpec | null = this.wanted): Promise<void> {
    this.acceptFront(await this.fleet.listen(this.frontOf(spec)), spec);
  }

  /**
   * Takes note of what the balancer says of this service.
   * @throws KilnError `runtime.port-in-use`
   */
  acceptFront(front: FrontResult | undefined, spec: ServiceSpec | null = this.wanted): void {
    if (front?.error) throw portInUse(this.name, front.error);
    if (spec?.hostPort !== 'auto' || !front || front.tcpPort === null) return;
    this.state.autoPort = front.tcpPort;
    this.fleet.keepPort(front.tcpPort);
  }

  /** Takes another port where any will do; otherwise the service stays without until its next deploy. */
  async moveFront(): Promise<void> {
    if (this.wanted?.hostPort !== 'auto') return;
    this.state.autoPort = null;
    await this.listen();
    await this.save();
  }

  private get wanted(): ServiceSpec | null {
    return this.state.rollout?.target ?? this.state.spec;
  }

  private frontOf(spec: ServiceSpec | null): FrontSettings {
    const http = spec?.healthCheck.protocol === 'http';
    if (!spec || spec.hostPort === 'none' || this.state.deleting) return { tcpPort: null, http };
    return { tcpPort: spec.hostPort === 'auto' ? (this.state.autoPort ?? 0) : spec.hostPort, http };
  }

  /**
   * Begins a rollout to a specification whose image is ready.
   * @throws KilnError `runtime.port-in-use`, `runtime.state`; all is then as before
   */
  async begin(request: ApplyRequest): Promise<Rollout> {
    const { state } = this;
    const before = structuredClone(state);
    const { spec: target, requestId } = request;
    const isScale = state.spec !== null && revisionOf(state.spec) === revisionOf(target);
    const progress = beginRollout(isScale ? 'scale' : 'update', target.update, Date.now());
    const rollout: RolloutState = { requestId, target, progress, failure: null, halted: false };
    Object.assign(state, { owner: request.owner, rollout, notices: [] });
    try {
      await this.listen(target);
      await this.around.store.save(state);
    } catch (error) {
      Object.assign(state, before);
      if (state.spec) await this.listen();
      else await this.fleet.close();
      throw error;
    }
    if (isScale) for (const keeper of this.fleet.all) keeper.update(target);
    return this.run(rollout);
  }

  /** Brings what a rollout left that did not go back by itself back to the old version. */
  async clearHalted(): Promise<void> {
    const { rollout } = this.state;
    if (!rollout?.halted || !this.state.spec) return;
    rollout.halted = false;
    rollout.progress = cancelRollout(resumeRollout(rollout.progress, Date.now()), Date.now());
    await this.run(rollout).settled;
  }

  /** Drains and stops everything and forgets the service; goes on after a daemon's death. */
  async delete(): Promise<void> {
    this.state.deleting = true;
    await this.save();
    await this.rollout?.interrupt();
    await this.fleet.listen(this.frontOf(null));
    await Promise.all(this.fleet.all.map((keeper) => this.fleet.drain(keeper.name)));
    if (this.detached) return;
    await this.forget();
    this.noticed('service-deleted', `${this.name} is deleted`, null);
  }

  /** To be called when no instance is left. */
  async forget(): Promise<void> {
    await this.fleet.close();
    await this.around.store.delete(this.name);
    this.isGone = true;
  }

  detach(): void {
    this.detached = true;
    clearTimeout(this.saveTimer);
    void this.rollout?.interrupt();
    this.fleet.detach();
  }

  /** Something that stays in the status until the next deploy. */
  notice(message: string): void {
    this.state.notices.push(message);
    this.noticed('notice', message, null);
  }

  /** Writes the state as it is. */
  save(): Promise<void> {
    return this.around.store.save(this.state);
  }

  /** Writes the state as soon as it can be written: what happened cannot be undone for want of a disk. */
  async saveEventually(): Promise<void> {
    try {
      await this.save();
    } catch (error) {
      if (!this.isUnsaved) this.notice(messageOf(error));
      this.isUnsaved = true;
      this.saveTimer = setTimeout(() => void this.saveEventually(), SAVE_RETRY_MS);
      return;
    }
    this.isUnsaved = false;
  }

  private run(state: RolloutState): Rollout {
    const rollout = new Rollout(this, state, this.around.leaseMs, (kind, message, instance) =>
      this.noticed(kind, message, instance ?? null),
    );
    this.rollout = rollout;
    void rollout.settled.finally(() => {
      if (this.rollout === rollout) this.rollout = undefined;
    });
    rollout.start();
    return rollout;
  }

  /** The rule starts what a rollout needs; without one, what is missing is started here. */
  private startMissing(spec: ServiceSpec): void {
    if (this.state.rollout && !this.state.rollout.halted) return;
    for (let ordinal = 0; ordinal < spec.instances; ordinal++) {
      this.fleet.start(spec, revisionOf(spec), ordinal, true);
    }
  }

  private noticed(kind: ServiceEvent['kind'], message: string, instance: string | null): void {
    if (this.detached) return;
    if (kind === 'instance-restarting' && instance !== null) this.countRestart(instance);
    this.around.events.publish(this.name, kind, message, instance);
  }

  private countRestart(instance: string): void {
    this.state.restarts[instance] = (this.state.restarts[instance] ?? 0) + 1;
    // A counter that could not be written is no reason to leave a service down.
    void this.save().catch(() => undefined);
  }
}

export function emptyService(name: string, owner: string, around: Surroundings): Service {
  return new Service(newState(name, owner), around);
}

/** @throws KilnError `runtime.other-owner` */
export function requireOwner(state: ServiceState, owner: string | undefined): void {
  if (owner === undefined || state.owner === null || state.owner === owner) return;
  throw new KilnError(`service '${state.name}' belongs to '${state.owner}', and '${owner}' asks for it`, {
    code: 'runtime.other-owner',
    remedy: `Destroy it there, give one of them another name, or set KILN_HOME to another folder for this one.`,
  });
}
