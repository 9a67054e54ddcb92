import {
  type AutoScalingGroup,
  DescribeAutoScalingGroupsCommand,
  type Instance,
  type LaunchTemplateSpecification,
  type MixedInstancesPolicy,
} from '@aws-sdk/client-auto-scaling';
import { callAws } from '../call';
import type { AwsSession } from '../session';

/** A launch template as a group or an instance names it. */
export interface UsedTemplate {
  readonly id: string;
  /** NaN for `$Latest` and `$Default`. */
  readonly version: number;
}

/** An instance in the eyes of its group. */
export interface GroupInstance {
  readonly id: string;
  /** Undefined: launched in another way. */
  readonly template: UsedTemplate | undefined;
  /** `Pending`, `InService`, `Terminating:Wait`, `Standby`, `Warmed:Stopped` and others. */
  readonly lifecycle: string;
  /** False once the group has found it unhealthy and is about to replace it. */
  readonly isHealthy: boolean;
  readonly instanceType: string;
  readonly zone: string;
}

/** A group as it is now. */
export interface GroupState {
  readonly name: string;
  /** What new instances are launched from, outside of a refresh. Undefined: a launch configuration. */
  readonly template: UsedTemplate | undefined;
  /** Where the group mixes instance types or buys spot capacity. */
  readonly mixed: MixedInstancesPolicy | undefined;
  readonly min: number;
  readonly max: number;
  readonly desired: number;
  /** Such as `Launch` or `Terminate`: with these, no refresh gets anywhere. */
  readonly suspended: readonly string[];
  /** True while it is being deleted. */
  readonly isGoing: boolean;
  /** Without those of a warm pool. */
  readonly instances: readonly GroupInstance[];
}

/** The group of this name, or undefined where there is none. @throws KilnError `aws.*` */
export async function readGroup(
  session: AwsSession,
  name: string,
  signal?: AbortSignal,
): Promise<GroupState | undefined> {
  const client = await session.autoscaling();
  const answer = await callAws(
    session,
    {
      action: 'autoscaling:DescribeAutoScalingGroups',
      send: (options) =>
        client.send(new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [name] }), options),
    },
    signal,
  );
  const group = answer.AutoScalingGroups?.find((one) => one.AutoScalingGroupName === name);
  return group && stateOf(name, group);
}

function stateOf(name: string, group: AutoScalingGroup): GroupState {
  const mixed = group.MixedInstancesPolicy;
  return {
    name,
    template: usedTemplate(mixed?.LaunchTemplate?.LaunchTemplateSpecification ?? group.LaunchTemplate),
    mixed,
    min: group.MinSize ?? 0,
    max: group.MaxSize ?? 0,
    desired: group.DesiredCapacity ?? 0,
    suspended: (group.SuspendedProcesses ?? []).flatMap(({ ProcessName }) => ProcessName ?? []),
    isGoing: group.Status !== undefined,
    instances: (group.Instances ?? []).map(instanceOf).filter(({ lifecycle }) => !isSpare(lifecycle)),
  };
}

/** Those of a warm pool serve nobody until they are taken from it. */
function isSpare(lifecycle: string): boolean {
  return lifecycle.startsWith('Warmed:');
}

function instanceOf(instance: Instance): GroupInstance {
  return {
    id: instance.InstanceId ?? '',
    template: usedTemplate(instance.LaunchTemplate),
    lifecycle: instance.LifecycleState ?? '',
    isHealthy: instance.HealthStatus?.toLowerCase() !== 'unhealthy',
    instanceType: instance.InstanceType ?? '',
    zone: instance.AvailabilityZone ?? '',
  };
}

export function usedTemplate(spec: LaunchTemplateSpecification | undefined): UsedTemplate | undefined {
  if (spec?.LaunchTemplateId === undefined) return undefined;
  const version = spec.Version ?? '';
  return { id: spec.LaunchTemplateId, version: /^\d+$/.test(version) ? Number(version) : Number.NaN };
}
