import type { Target } from './grant';
import { STACK_TAG, type StackFacts } from './stack-facts';

/** Resource types in ARNs -> the Terraform types that make them. */
const MADE_BY: Readonly<Record<string, readonly string[]>> = {
  'ec2:vpc': ['aws_vpc'],
  'ec2:subnet': ['aws_subnet'],
  'ec2:internet-gateway': ['aws_internet_gateway'],
  'ec2:route-table': ['aws_route_table'],
  'ec2:natgateway': ['aws_nat_gateway'],
  'ec2:elastic-ip': ['aws_eip'],
  'ec2:security-group': ['aws_security_group'],
  'ec2:security-group-rule': ['aws_vpc_security_group_ingress_rule', 'aws_vpc_security_group_egress_rule'],
  'ec2:vpc-endpoint': ['aws_vpc_endpoint'],
  'ec2:launch-template': ['aws_launch_template'],
  'elasticloadbalancing:loadbalancer': ['aws_lb'],
  'elasticloadbalancing:listener': ['aws_lb_listener'],
  'elasticloadbalancing:listener-rule': ['aws_lb_listener_rule'],
  'elasticloadbalancing:targetgroup': ['aws_lb_target_group'],
  'autoscaling:autoScalingGroup': ['aws_autoscaling_group'],
  'acm:certificate': ['aws_acm_certificate'],
};

/** What follows the type in an ARN; otherwise `/*`. */
const SUFFIX: Readonly<Record<string, string>> = {
  'autoscaling:autoScalingGroup': ':*:autoScalingGroupName/*',
};

/** Writes the targets of a stack: ARNs in its regions, narrowed to its own resources by their tag. */
export class Targets {
  private readonly regions: readonly string[];

  constructor(private readonly stack: StackFacts) {
    this.regions = stack.regions.length === 0 ? ['*'] : stack.regions;
  }

  /** What cannot be narrowed to a resource: listing and describing, in the stack's regions. */
  everything(): Target {
    const { regions } = this.stack;
    const condition = { StringEquals: { 'aws:RequestedRegion': oneOrMore(regions) } };
    return { name: 'Look', resources: ['*'], ...(regions.length === 0 ? {} : { condition }) };
  }

  /** What is made, with the stack's tag in the request; such as `ec2:vpc`. */
  made(kind: string): Target {
    return this.target(kind, 'Make', 'aws:RequestTag');
  }

  /** What the stack made before, known by its tag. */
  own(kind: string): Target {
    const target = this.target(kind, 'Own', 'aws:ResourceTag');
    // One statement for a service: an action does nothing on kinds that are not its own, and the tag says whose they are.
    return target.condition ? { ...target, name: `Own${wordOf(kind.split(':')[0] ?? '')}` } : target;
  }

  /** All of a kind, also those of others. */
  any(kind: string): Target {
    return { name: nameOf('Any', kind), resources: this.arns(kind) };
  }

  /** ARNs by their last part, in the account and the stack's regions: `logs:log-group:/kiln/x`. */
  named(name: string, service: string, parts: readonly string[]): Target {
    const resources = parts.flatMap((part) => this.regions.map((region) => arn(service, region, '*', part)));
    return { name, resources };
  }

  /** As {@link named}, for services that have no regions. */
  global(name: string, service: string, parts: readonly string[], account = '*'): Target {
    const partition = partitionOf(this.regions[0]);
    return { name, resources: parts.map((part) => `arn:${partition}:${service}::${account}:${part}`) };
  }

  /** ARNs that belong to no account, as images and snapshots have. */
  unowned(name: string, kinds: readonly string[]): Target {
    const resources = kinds.flatMap((kind) =>
      this.regions.map((region) => arn('ec2', region, '', `${kind}/*`)),
    );
    return { name, resources };
  }

  private target(kind: string, prefix: string, key: string): Target {
    const { tag, taggedTypes } = this.stack;
    const types = (MADE_BY[kind] ?? []).filter((type) =>
      this.stack.resources.some((one) => one.type === type),
    );
    const isTagged = tag !== undefined && types.length > 0 && types.every((type) => taggedTypes.has(type));
    if (!isTagged) return this.any(kind);
    return {
      name: nameOf(prefix, kind),
      resources: this.arns(kind),
      condition: { StringEquals: { [`${key}/${STACK_TAG}`]: tag } },
    };
  }

  private arns(kind: string): string[] {
    const [service = '', type = ''] = kind.split(':');
    return this.regions.map((region) => arn(service, region, '*', `${type}${SUFFIX[kind] ?? '/*'}`));
  }
}

/** `condition` in addition to those that a target has. */
export function narrowed(target: Target, condition: NonNullable<Target['condition']>): Target {
  const operators = new Set([...Object.keys(target.condition ?? {}), ...Object.keys(condition)]);
  const merged = [...operators].map(
    (one) => [one, { ...target.condition?.[one], ...condition[one] }] as const,
  );
  return { ...target, condition: Object.fromEntries(merged) };
}

/** The part of the cloud that a region is in; each has ARNs of its own. */
function partitionOf(region = ''): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}

function arn(service: string, region: string, account: string, part: string): string {
  return `arn:${partitionOf(region)}:${service}:${region}:${account}:${part}`;
}

function oneOrMore(values: readonly string[]): string | readonly string[] {
  return values.length === 1 ? (values[0] as string) : values;
}

/** `ec2:security-group` -> `OwnSecurityGroup`. */
function nameOf(prefix: string, kind: string): string {
  const [, type = ''] = kind.split(':');
  return prefix + wordOf(type);
}

function wordOf(text: string): string {
  return text.replace(/(^|-)(\w)/g, (_, __, letter: string) => letter.toUpperCase());
}
