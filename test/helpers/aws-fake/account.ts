import { createHash } from 'node:crypto';
import { createGroup } from './autoscaling/groups';
import type { FakeListener, FakeTargetGroup } from './balancing/model';
import type { FakeDisk } from './disk';
import { Clock } from './fleet/clock';
import { consoleNow } from './fleet/console';
import { Engine } from './fleet/engine';
import type { Behave, FakeActivity, FakeGroup, FakeInstance, FakeRefresh } from './fleet/model';
import { addVersion, chosenVersion, type FakeTemplate, findTemplate, newTemplate } from './fleet/templates';
import { Query } from './query';
import { registerImage } from './register-image';
import { ACCOUNT, type World } from './settings';
import { type FakeImage, type FakeSnapshot, State } from './state';

export interface TemplateInput {
  /** Unknown ones count as another account's. @default - one of another account */
  readonly imageId?: string;
  /** @default 't3.micro' */
  readonly instanceType?: string;
  /** @default one that no other has */
  readonly name?: string;
  /** Of the template. @default {} */
  readonly tags?: Readonly<Record<string, string>>;
  /** Of its instances. @default {} */
  readonly instanceTags?: Readonly<Record<string, string>>;
}

export interface TargetGroupInput {
  readonly name?: string;
  /** @default 'HTTP' */
  readonly protocol?: string;
  /** @default 8080 */
  readonly port?: number;
  /** @default '/' with HTTP */
  readonly path?: string;
  /** In the service's seconds. @default 10 */
  readonly drainSeconds?: number;
  /** A listener of its own forwards to it; without one its targets are `unused`. @default true */
  readonly listener?: boolean;
}

export interface GroupInput {
  readonly name: string;
  /** @default version 1 */
  readonly launchTemplate: { readonly id: string; readonly version?: number | string };
  readonly min: number;
  readonly max: number;
  /** @default min */
  readonly desired?: number;
  readonly targetGroupArns?: readonly string[];
  /** @default 'ELB' with target groups, else 'EC2' */
  readonly healthCheckType?: string;
  /** @default 60 */
  readonly graceSeconds?: number;
  readonly warmupSeconds?: number;
  /** @default three subnets in three zones */
  readonly subnets?: readonly string[];
  /** @default {} */
  readonly tags?: Readonly<Record<string, string>>;
}

/** What the account holds, for tests to look at and to set up without requests. */
export class FakeAccount {
  /** By region. */
  protected readonly states = new Map<string, State>();
  protected readonly clock = new Clock();
  protected readonly engine: Engine;
  private named = 0;

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

  /** Images of other accounts that anybody may launch. */
  imagesOfOthers(...ids: readonly string[]): void {
    for (const id of ids) this.state.foreignImages.add(id);
  }

  withdrawImages(...ids: readonly string[]): void {
    for (const id of ids) this.state.foreignImages.delete(id);
  }

  /** An image of the account with this one volume, available. Its id. */
  addImage({ name, snapshotId }: { readonly name: string; readonly snapshotId: string }): string {
    const query = new Query(
      new Map([
        ['Name', name],
        ['Architecture', 'x86_64'],
        ['VirtualizationType', 'hvm'],
        ['RootDeviceName', '/dev/xvda'],
        ['BlockDeviceMapping.1.DeviceName', '/dev/xvda'],
        ['BlockDeviceMapping.1.Ebs.SnapshotId', snapshotId],
      ]),
    );
    const { imageId } = registerImage(this.state, query);
    const image = this.state.images.get(String(imageId)) as FakeImage;
    image.state = 'available';
    return image.id;
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

  /** The version is 1. */
  createLaunchTemplate(input: TemplateInput = {}): { id: string; name: string } {
    const name = input.name ?? `template-${++this.named}`;
    const { id } = newTemplate(this.state, name, this.templateData(input));
    for (const [key, value] of Object.entries(input.tags ?? {})) {
      this.state.templates.get(id)?.tags.set(key, value);
    }
    return { id, name };
  }

  /** The number of the new version; what is left out is as in the latest one. */
  addTemplateVersion(id: string, input: Omit<TemplateInput, 'name' | 'tags'>): number {
    const template = findTemplate(this.state, id, undefined);
    const { data } = chosenVersion(this.state, { id, name: template.name, version: '$Latest' }).version;
    const before = { imageId: data.required('ImageId'), instanceType: data.required('InstanceType') };
    return addVersion(this.state, template, this.templateData({ ...before, ...input }).over(data)).number;
  }

  private templateData({ imageId, instanceType = 't3.micro', instanceTags = {} }: TemplateInput): Query {
    const image = imageId ?? `ami-${this.digits(17)}`;
    if (!this.state.images.has(image)) this.state.foreignImages.add(image);
    const tags = Object.entries(instanceTags).flatMap(([key, value], index) => [
      [`TagSpecification.1.Tag.${index + 1}.Key`, key],
      [`TagSpecification.1.Tag.${index + 1}.Value`, value],
    ]) as [string, string][];
    const type: [string, string][] = tags.length > 0 ? [['TagSpecification.1.ResourceType', 'instance']] : [];
    return new Query(new Map([['ImageId', image], ['InstanceType', instanceType], ...type, ...tags]));
  }

  /** Its ARN. */
  createTargetGroup(input: TargetGroupInput = {}): string {
    const { name = `targets-${++this.named}`, protocol = 'HTTP', port = 8080, drainSeconds = 10 } = input;
    const http = protocol.startsWith('HTTP');
    const arn = this.arn(`targetgroup/${name}/${this.digits(16)}`);
    this.state.balancing.groups.set(arn, {
      arn,
      name,
      protocol,
      port,
      vpcId: 'vpc-0123456789abcdef0',
      drainSeconds,
      check: {
        protocol,
        path: http ? (input.path ?? '/') : undefined,
        codes: http ? '200' : undefined,
        intervalSeconds: 10,
        timeoutSeconds: 5,
        healthyCount: 2,
        unhealthyCount: 2,
      },
      targets: new Map(),
    });
    if (input.listener ?? true) this.createListener([{ arn, weight: 1 }]);
    return arn;
  }

  /** Forwards to target groups by their weights. Its ARN. */
  createListener(forwards: readonly { readonly arn: string; readonly weight: number }[], port = 80): string {
    const balancer = `app/balancer-${++this.named}/${this.digits(16)}`;
    const arn = this.arn(`listener/${balancer}/${this.digits(16)}`);
    const TargetGroups = forwards.map((one) => ({ TargetGroupArn: one.arn, Weight: one.weight }));
    const actions = [{ Type: 'forward', Order: 1, ForwardConfig: { TargetGroups } }];
    const balancerArn = this.arn(`loadbalancer/${balancer}`);
    this.state.balancing.listeners.set(arn, { arn, balancerArn, port, protocol: 'HTTP', forwards, actions });
    return arn;
  }

  createGroup(input: GroupInput): FakeGroup {
    const { name, launchTemplate, min, max, desired = min, targetGroupArns = [], tags = {} } = input;
    const subnets = input.subnets ?? ['subnet-0a', 'subnet-0b', 'subnet-0c'];
    const given: Record<string, string | number | undefined> = {
      AutoScalingGroupName: name,
      'LaunchTemplate.LaunchTemplateId': launchTemplate.id,
      'LaunchTemplate.Version': launchTemplate.version ?? 1,
      MinSize: min,
      MaxSize: max,
      DesiredCapacity: desired,
      VPCZoneIdentifier: subnets.join(','),
      HealthCheckType: input.healthCheckType ?? (targetGroupArns.length > 0 ? 'ELB' : 'EC2'),
      HealthCheckGracePeriod: input.graceSeconds ?? 60,
      DefaultInstanceWarmup: input.warmupSeconds,
    };
    for (const [index, arn] of targetGroupArns.entries()) given[`TargetGroupARNs.member.${index + 1}`] = arn;
    for (const [index, [key, value]] of Object.entries(tags).entries()) {
      given[`Tags.member.${index + 1}.Key`] = key;
      given[`Tags.member.${index + 1}.Value`] = value;
    }
    const entries = Object.entries(given).filter(([, value]) => value !== undefined);
    createGroup(this.state, new Query(new Map(entries.map(([key, value]) => [key, String(value)]))));
    return this.group(name);
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

  private arn(rest: string): string {
    return `arn:aws:elasticloadbalancing:${this.world.region}:${ACCOUNT}:${rest}`;
  }

  /** Hexadecimal, the same in each run. */
  private digits(length: number): string {
    return createHash('sha256')
      .update(`${++this.named}`)
      .digest('hex')
      .slice(0, length);
  }
}
