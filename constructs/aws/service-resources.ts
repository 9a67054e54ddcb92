import type { AutoscalingGroup } from '@cdktf/provider-aws/lib/autoscaling-group';
import type { LaunchTemplate } from '@cdktf/provider-aws/lib/launch-template';
import { Lazy, type TerraformResource, Token } from 'cdktf';
import { Ami, AwsRollout } from '../bindings';
import type { ServiceDefinition } from '../platform';
import type { UnikernelService } from '../unikernel-service';
import { resolveEncryption } from './check-options';
import type { ServiceFirewall } from './firewall';
import { createGroup } from './group';
import type { BootChoice, InstanceType } from './instance-type';
import { createLaunchTemplate } from './launch-template';
import type { AwsServiceOptions } from './options';
import { type AwsServiceName, claimGreenName } from './service-name';
import { SOURCE_FILE } from './source';

/** All that the resources of a service are made from. */
export interface ServicePlan {
  readonly service: UnikernelService;
  readonly definition: ServiceDefinition;
  readonly name: AwsServiceName;
  readonly options: AwsServiceOptions;
  readonly type: InstanceType;
  readonly boot: BootChoice;
  /** In base64. */
  readonly userData: string | undefined;
  readonly firewall: ServiceFirewall;
  readonly subnetIds: readonly string[];
  /** The stack's. */
  readonly tags: Readonly<Record<string, string>>;
}

/** What runs a service, without what leads to it: children of the service. */
export interface ServiceResources {
  /** Child `Image`. */
  readonly ami: Ami;
  /** Child `LaunchTemplate`. */
  readonly launchTemplate: LaunchTemplate;
  /** Child `Resource`, and for blue/green `Green`. */
  readonly groups: readonly AutoscalingGroup[];
  /** Child `Rollout`. */
  readonly rollout: AwsRollout;
}

export function createServiceResources(plan: ServicePlan): ServiceResources {
  const ami = createAmi(plan);
  const launchTemplate = createTemplate(plan, ami);
  const groups = createGroups(plan, launchTemplate);
  const rollout = createRollout(plan, ami, launchTemplate, groups);
  return { ami, launchTemplate, groups, rollout };
}

function createAmi({ service, definition, name, options, type, boot, tags }: ServicePlan): Ami {
  const { image } = definition;
  const { kind, bootArgs } = image.source;
  const { snapshot } = resolveEncryption(service.node.path, options, type);
  const ami = new Ami(service, 'Image', {
    image: {
      path: image.path,
      kind,
      digest: image.digest(bootArgs),
      bootArgs: [...bootArgs],
      initrd: image.initrd,
    },
    architecture: type.architecture,
    ...(boot.bootMode === undefined ? {} : { bootMode: boot.bootMode }),
    ...(options.kernelId === undefined ? {} : { kernelId: options.kernelId }),
    enaSupport: boot.enaSupport,
    encrypted: snapshot,
    ...(snapshot && options.kmsKey !== undefined ? { kmsKeyId: options.kmsKey } : {}),
    tags,
    service: name.tag,
    ...(options.keep === undefined ? {} : { keep: options.keep }),
    ...(options.copies === undefined ? {} : { copies: options.copies }),
    ...(options.launchPermissions === undefined ? {} : { launchPermissions: options.launchPermissions }),
    source: SOURCE_FILE,
  });
  return named(ami, name.id);
}

function createTemplate(plan: ServicePlan, ami: Ami): LaunchTemplate {
  const { service, name, options, type, userData, firewall } = plan;
  const spot = options.spot?.toSpec();
  const template = createLaunchTemplate(service, {
    name: name.name,
    ami,
    digest: digestOf(ami),
    instanceType: type.name,
    securityGroupId: firewall.id,
    encrypted: resolveEncryption(service.node.path, options, type).volume,
    kmsKey: options.kmsKey,
    userData,
    spot: spot && !spot.isMixed ? spot : undefined,
    detailedMonitoring: options.detailedMonitoring ?? false,
    tags: ownTags(plan),
  });
  return named(template, name.id);
}

function createGroups(plan: ServicePlan, launchTemplate: LaunchTemplate): AutoscalingGroup[] {
  const { service, definition, options, name, subnetIds } = plan;
  const spot = options.spot?.toSpec();
  const { healthCheck, update, instances } = definition;
  const blueGreen = update.strategy === 'blue-green';
  const settings = {
    name: name.name,
    launchTemplate,
    subnetIds,
    instances: blueGreen ? undefined : instances,
    bootDeadlineMs: Math.max(healthCheck.bootDeadlineMs, update.healthTimeoutMs),
    mixed: spot?.isMixed ? spot : undefined,
    spot: spot !== undefined,
    warmPool: options.warmPool?.toSpec(),
    tags: ownTags(plan),
  };
  // Blue has the name that the only group of a rolling service has: who changes the policy keeps what serves.
  const blue = named(createGroup(service, 'Resource', settings), name.id);
  if (!blueGreen) return [blue];
  const green = createGroup(service, 'Green', { ...settings, name: claimGreenName(service, name) });
  return [blue, named(green, `${name.id}-green`)];
}

function createRollout(
  { service, definition, name, options }: ServicePlan,
  ami: Ami,
  { id, latestVersion }: LaunchTemplate,
  groups: readonly AutoscalingGroup[],
): AwsRollout {
  const { instances, update } = definition;
  const rollout = new AwsRollout(service, 'Rollout', {
    service: name.name,
    groups: groups.map((group) => ({ name: group.name, targetGroupArns: [] })),
    launchTemplate: { id, version: Token.asNumber(latestVersion) },
    imageDigest: digestOf(ami),
    update,
    ...(groups.length === 2 ? { size: { ...instances, desired: instances.min } } : {}),
    alarms: options.alarms ?? [],
  });
  return named(rollout, name.id);
}

/** Connections that are declared later are boot arguments too. */
function digestOf(ami: Ami): string {
  return Lazy.stringValue({ produce: () => ami.image.digest });
}

/** Readable in a plan: `aws_autoscaling_group.web`. At once, because whoever refers to it keeps the name that it had. */
function named<T extends TerraformResource>(resource: T, id: string): T {
  resource.overrideLogicalId(id);
  return resource;
}

function ownTags({ name, tags }: ServicePlan): Record<string, string> {
  const [stack = ''] = name.tag.split('/');
  return { ...tags, 'kiln:stack': stack, 'kiln:service': name.tag };
}
