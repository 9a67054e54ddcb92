import { createHash } from 'node:crypto';
import { FakeAccount } from './account';
import { createGroup } from './autoscaling/groups';
import type { FakeGroup } from './fleet/model';
import { addVersion, chosenVersion, findTemplate, newTemplate } from './fleet/templates';
import { Query } from './query';
import { registerImage } from './register-image';
import { ACCOUNT } from './settings';
import type { FakeImage } from './state';

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

/** Sets things up without requests. */
export class FakeSetup extends FakeAccount {
  private named = 0;

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
