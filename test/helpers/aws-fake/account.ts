import type { FakeListener, FakeTargetGroup } from './balancing/model';
import type { FakeDisk } from './disk';
import { Clock } from './fleet/clock';
import { consoleNow } from './fleet/console';
import { Engine } from './fleet/engine';
import type { Behave, FakeActivity, FakeGroup, FakeInstance, FakeRefresh } from './fleet/model';
import type { FakeTemplate } from './fleet/templates';
import type { World } from './settings';
import { type FakeImage, type FakeSnapshot, State } from './state';

/** What the account holds, for tests to look at. */
export class FakeAccount {
  /** By region. */
  protected readonly states = new Map<string, State>();
  protected readonly clock = new Clock();
  protected readonly engine: Engine;

  constructor(protected readonly world: World) {
    for (const region of [world.region, ...world.otherRegions]) {
      this.states.set(region, new State(world, region, this.clock, this.states));
    }
    this.engine = new Engine([...this.states.values()], this.clock, world.pace);
  }

  protected get state(): State {
    return this.states.get(this.world.region) as State;
  }

  /** Those that are there now, in the order they were made. */
  get snapshots(): FakeSnapshot[] {
    return this.snapshotsIn(this.world.region);
  }

  get images(): FakeImage[] {
    return this.imagesIn(this.world.region);
  }

  snapshotsIn(region: string): FakeSnapshot[] {
    return [...(this.states.get(region)?.snapshots.values() ?? [])];
  }

  imagesIn(region: string): FakeImage[] {
    return [...(this.states.get(region)?.images.values() ?? [])];
  }

  get launchTemplates(): FakeTemplate[] {
    return [...this.state.templates.values()];
  }

  get groups(): FakeGroup[] {
    return [...this.state.fleet.groups.values()];
  }

  get targetGroups(): FakeTargetGroup[] {
    return [...this.state.balancing.groups.values()];
  }

  get listeners(): FakeListener[] {
    return [...this.state.balancing.listeners.values()];
  }

  /** The bytes of a snapshot, sealed or not. @throws where it is not there */
  disk(snapshotId: string): FakeDisk {
    return this.state.diskOf(snapshotId);
  }

  /** As when nothing arrives within its timeout, or the service gives up sealing. */
  failSnapshot(id: string, message: string): void {
    const snapshot = this.state.snapshots.get(id);
    if (!snapshot) throw new Error(`no snapshot ${id}`);
    snapshot.state = 'error';
    snapshot.stateMessage = message;
  }

  failImage(id: string, message: string): void {
    const image = this.state.images.get(id);
    if (!image) throw new Error(`no image ${id}`);
    image.state = 'failed';
    image.stateReason = message;
  }

  /** What an instance wrote to its serial port so far, the end of it. @throws where there is no such instance */
  consoleOf(instanceId: string): string {
    const instance = this.state.fleet.instances.get(instanceId);
    if (!instance) throw new Error(`no instance ${instanceId}`);
    return consoleNow(instance);
  }

  /** How instances that are launched from now on do. */
  behave(behave: Behave): void {
    for (const state of this.states.values()) state.behave = behave;
  }

  /** As CloudWatch would have it; a refresh that names an alarm is refused without it. */
  setAlarm(name: string, value: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA'): void {
    this.state.fleet.alarms.set(name, value);
  }

  /** Moves groups, instances and health by so many steps at once. */
  step(times = 1): void {
    for (let step = 0; step < times; step++) this.engine.step();
  }

  /** @throws where it is not there */
  group(name: string): FakeGroup {
    const group = this.state.fleet.groups.get(name);
    if (!group) throw new Error(`no group ${name} among ${[...this.state.fleet.groups.keys()]}`);
    return group;
  }

  /** Those that EC2 has not terminated, of a group or of all. */
  instances(groupName?: string): FakeInstance[] {
    return this.launched(groupName).filter(({ state }) => state !== 'terminated');
  }

  /** All that ever were. */
  launched(groupName?: string): FakeInstance[] {
    const all = [...this.state.fleet.instances.values()];
    return all.filter(({ group }) => groupName === undefined || group === groupName);
  }

  /** Newest first. */
  refreshes(groupName: string): readonly FakeRefresh[] {
    return this.group(groupName).refreshes;
  }

  /** Newest first. */
  activities(groupName: string): readonly FakeActivity[] {
    return this.group(groupName).activities;
  }

  /** Instance -> its state in a target group, such as `healthy`. */
  targetHealth(arn: string): Record<string, string> {
    const targets = this.state.balancing.groups.get(arn)?.targets.values() ?? [];
    return Object.fromEntries([...targets].map(({ id, health }) => [id, health.state]));
  }
}
