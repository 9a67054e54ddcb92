import { isoTime } from '../fleet/clock';
import type { FakeGroup, FakeInstance } from '../fleet/model';
import type { State } from '../state';
import type { Members, Xml } from '../xml';
import { renderConfig, renderTemplate } from './common';

export function renderGroup(state: State, group: FakeGroup, withInstances = true): Xml {
  const { warmPool, warmupSeconds } = group;
  return {
    AutoScalingGroupName: group.name,
    AutoScalingGroupARN: group.arn,
    ...renderConfig(group.launch),
    MinSize: group.min,
    MaxSize: group.max,
    DesiredCapacity: group.desired,
    DefaultCooldown: group.cooldown,
    AvailabilityZones: [...new Set(state.fleet.zones(group))],
    LoadBalancerNames: [],
    TargetGroupARNs: [...group.targetGroupArns],
    HealthCheckType: group.healthCheckType,
    HealthCheckGracePeriod: group.graceSeconds,
    Instances: withInstances ? state.fleet.members(group).map(renderMember) : [],
    CreatedTime: isoTime(group.createdAt),
    SuspendedProcesses: [...group.suspended].map(([ProcessName, SuspensionReason]) => ({
      ProcessName,
      SuspensionReason,
    })),
    VPCZoneIdentifier: group.subnets.join(','),
    EnabledMetrics: [...group.metrics].map((Metric) => ({ Metric, Granularity: '1Minute' })),
    Status: group.deleting ? 'Delete in progress' : undefined,
    Tags: renderGroupTags(group),
    TerminationPolicies: ['Default'],
    NewInstancesProtectedFromScaleIn: group.newProtected,
    ServiceLinkedRoleARN: `${group.arn.split(':').slice(0, 2).join(':')}:iam::${group.arn.split(':')[4]}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling`,
    WarmPoolConfiguration: warmPool && renderWarmPool(warmPool),
    WarmPoolSize: warmPool && state.fleet.pool(group).length,
    DefaultInstanceWarmup: warmupSeconds,
    TrafficSources: [...group.targetGroupArns].map((Identifier) => ({ Identifier, Type: 'elbv2' })),
    ...Object.fromEntries(group.kept),
  };
}

export function renderGroupTags({ name, tags }: FakeGroup): Xml {
  return [...tags].map(([Key, { value, atLaunch }]) => ({
    ResourceId: name,
    ResourceType: 'auto-scaling-group',
    Key,
    Value: value,
    PropagateAtLaunch: atLaunch,
  }));
}

export function renderWarmPool(pool: NonNullable<FakeGroup['warmPool']>): Members {
  return {
    MaxGroupPreparedCapacity: pool.most < 0 ? undefined : pool.most,
    MinSize: pool.min,
    PoolState: pool.state,
    Status: pool.deleting ? 'PendingDelete' : undefined,
    InstanceReusePolicy: pool.reuse ? { ReuseOnScaleIn: true } : undefined,
  };
}

export function renderMember(instance: FakeInstance): Members {
  const { template } = instance;
  return {
    InstanceId: instance.id,
    InstanceType: instance.instanceType,
    AvailabilityZone: instance.zone,
    LifecycleState: instance.lifecycle,
    HealthStatus: instance.health,
    LaunchTemplate: renderTemplate({ ...template, version: String(template.version) }),
    ImageId: instance.imageId,
    ProtectedFromScaleIn: instance.protected,
  };
}
