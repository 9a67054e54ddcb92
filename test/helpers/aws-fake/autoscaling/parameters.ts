import { below, names } from '../names';
import type { QueryParameters } from '../parameters';
import type { AutoscalingAction } from '../settings';

/** What new instances are made of. */
const CONFIGURATION = [
  ...below('LaunchTemplate', 'LaunchTemplateId LaunchTemplateName Version'),
  ...below(
    'MixedInstancesPolicy',
    `
      InstancesDistribution.OnDemandAllocationStrategy InstancesDistribution.OnDemandBaseCapacity
      InstancesDistribution.OnDemandPercentageAboveBaseCapacity
      InstancesDistribution.SpotAllocationStrategy InstancesDistribution.SpotInstancePools
      InstancesDistribution.SpotMaxPrice LaunchTemplate.LaunchTemplateSpecification.LaunchTemplateId
      LaunchTemplate.LaunchTemplateSpecification.LaunchTemplateName
      LaunchTemplate.LaunchTemplateSpecification.Version LaunchTemplate.Overrides.member.N.ImageId
      LaunchTemplate.Overrides.member.N.InstanceType
      LaunchTemplate.Overrides.member.N.LaunchTemplateSpecification.LaunchTemplateId
      LaunchTemplate.Overrides.member.N.LaunchTemplateSpecification.LaunchTemplateName
      LaunchTemplate.Overrides.member.N.LaunchTemplateSpecification.Version
      LaunchTemplate.Overrides.member.N.WeightedCapacity
    `,
  ),
];

/** What a create and an update have in common. */
const SETTINGS = [
  ...CONFIGURATION,
  ...names(`
    AutoScalingGroupName AvailabilityZoneDistribution.CapacityDistributionStrategy
    AvailabilityZoneImpairmentPolicy.ImpairedZoneHealthCheckBehavior
    AvailabilityZoneImpairmentPolicy.ZonalShiftEnabled AvailabilityZones.member.N CapacityRebalance
    CapacityReservationSpecification.CapacityReservationPreference
    CapacityReservationSpecification.CapacityReservationTarget.CapacityReservationIds.member.N
    CapacityReservationSpecification.CapacityReservationTarget.CapacityReservationResourceGroupArns.member.N
    Context DefaultCooldown DefaultInstanceWarmup DeletionProtection DesiredCapacity DesiredCapacityType
    HealthCheckGracePeriod HealthCheckType InstanceLifecyclePolicy.RetentionTriggers.TerminateHookAbandon
    InstanceMaintenancePolicy.MaxHealthyPercentage InstanceMaintenancePolicy.MinHealthyPercentage
    MaxInstanceLifetime MaxSize MinSize NewInstancesProtectedFromScaleIn PlacementGroup
    ServiceLinkedRoleARN TerminationPolicies.member.N VPCZoneIdentifier
  `),
];

/** `N` stands for the index of a list's member. */
export const AUTOSCALING_PARAMETERS: Readonly<Record<AutoscalingAction, QueryParameters>> = {
  CreateAutoScalingGroup: {
    taken: [
      ...SETTINGS,
      ...names(`
        LifecycleHookSpecificationList.member.N.DefaultResult
        LifecycleHookSpecificationList.member.N.HeartbeatTimeout
        LifecycleHookSpecificationList.member.N.LifecycleHookName
        LifecycleHookSpecificationList.member.N.LifecycleTransition
        LifecycleHookSpecificationList.member.N.NotificationMetadata
        LifecycleHookSpecificationList.member.N.NotificationTargetARN
        LifecycleHookSpecificationList.member.N.RoleARN Tags.member.N.Key Tags.member.N.PropagateAtLaunch
        Tags.member.N.ResourceId Tags.member.N.ResourceType Tags.member.N.Value TargetGroupARNs.member.N
        TrafficSources.member.N.Identifier TrafficSources.member.N.Type
      `),
    ],
    untaken: names(`
      AvailabilityZoneIds InstanceId LaunchConfigurationName LoadBalancerNames
      MixedInstancesPolicy.LaunchTemplate.Overrides.member.N.InstanceRequirements SkipZonalShiftValidation
    `),
  },
  DescribeAutoScalingGroups: {
    taken: names(`
      AutoScalingGroupNames.member.N Filters.member.N.Name Filters.member.N.Values.member.N
      IncludeInstances MaxRecords NextToken
    `),
    untaken: [],
  },
  UpdateAutoScalingGroup: {
    taken: SETTINGS,
    untaken: [
      'AvailabilityZoneIds',
      'LaunchConfigurationName',
      'MixedInstancesPolicy.LaunchTemplate.Overrides.member.N.InstanceRequirements',
      'SkipZonalShiftValidation',
    ],
  },
  DeleteAutoScalingGroup: {
    taken: ['AutoScalingGroupName', 'ForceDelete'],
    untaken: [],
  },
  SetDesiredCapacity: {
    taken: ['AutoScalingGroupName', 'DesiredCapacity', 'HonorCooldown'],
    untaken: [],
  },
  TerminateInstanceInAutoScalingGroup: {
    taken: ['InstanceId', 'ShouldDecrementDesiredCapacity'],
    untaken: [],
  },
  DescribeAutoScalingInstances: {
    taken: ['InstanceIds.member.N', 'MaxRecords', 'NextToken'],
    untaken: [],
  },
  SetInstanceProtection: {
    taken: ['AutoScalingGroupName', 'InstanceIds.member.N', 'ProtectedFromScaleIn'],
    untaken: [],
  },
  SetInstanceHealth: {
    taken: ['HealthStatus', 'InstanceId', 'ShouldRespectGracePeriod'],
    untaken: [],
  },
  DescribeScalingActivities: {
    taken: names(`
      ActivityIds.member.N AutoScalingGroupName IncludeDeletedGroups MaxRecords NextToken
    `),
    untaken: ['Filters'],
  },
  SuspendProcesses: {
    taken: ['AutoScalingGroupName', 'ScalingProcesses.member.N'],
    untaken: [],
  },
  ResumeProcesses: {
    taken: ['AutoScalingGroupName', 'ScalingProcesses.member.N'],
    untaken: [],
  },
  StartInstanceRefresh: {
    taken: [
      ...CONFIGURATION.map((name) => `DesiredConfiguration.${name}`),
      ...names(`
        AutoScalingGroupName Preferences.AlarmSpecification.Alarms.member.N Preferences.AutoRollback
        Preferences.BakeTime Preferences.CheckpointDelay Preferences.CheckpointPercentages.member.N
        Preferences.InstanceWarmup Preferences.MaxHealthyPercentage Preferences.MinHealthyPercentage
        Preferences.ScaleInProtectedInstances Preferences.SkipMatching Preferences.StandbyInstances
        Strategy
      `),
    ],
    untaken: [
      'DesiredConfiguration.MixedInstancesPolicy.LaunchTemplate.Overrides.member.N.InstanceRequirements',
    ],
  },
  DescribeInstanceRefreshes: {
    taken: ['AutoScalingGroupName', 'InstanceRefreshIds.member.N', 'MaxRecords', 'NextToken'],
    untaken: [],
  },
  CancelInstanceRefresh: {
    taken: ['AutoScalingGroupName', 'WaitForTransitioningInstances'],
    untaken: [],
  },
  RollbackInstanceRefresh: {
    taken: ['AutoScalingGroupName'],
    untaken: [],
  },
  AttachLoadBalancerTargetGroups: {
    taken: ['AutoScalingGroupName', 'TargetGroupARNs.member.N'],
    untaken: [],
  },
  DetachLoadBalancerTargetGroups: {
    taken: ['AutoScalingGroupName', 'TargetGroupARNs.member.N'],
    untaken: [],
  },
  DescribeLoadBalancerTargetGroups: {
    taken: ['AutoScalingGroupName', 'MaxRecords', 'NextToken'],
    untaken: [],
  },
  AttachTrafficSources: {
    taken: ['AutoScalingGroupName', 'TrafficSources.member.N.Identifier', 'TrafficSources.member.N.Type'],
    untaken: ['SkipZonalShiftValidation'],
  },
  DetachTrafficSources: {
    taken: ['AutoScalingGroupName', 'TrafficSources.member.N.Identifier', 'TrafficSources.member.N.Type'],
    untaken: [],
  },
  DescribeTrafficSources: {
    taken: ['AutoScalingGroupName', 'MaxRecords', 'NextToken'],
    untaken: ['TrafficSourceType'],
  },
  PutScalingPolicy: {
    taken: names(`
      AdjustmentType AutoScalingGroupName Cooldown Enabled EstimatedInstanceWarmup MetricAggregationType
      MinAdjustmentMagnitude PolicyName PolicyType ScalingAdjustment
      StepAdjustments.member.N.MetricIntervalLowerBound StepAdjustments.member.N.MetricIntervalUpperBound
      StepAdjustments.member.N.ScalingAdjustment
      TargetTrackingConfiguration.CustomizedMetricSpecification.Dimensions.member.N.Name
      TargetTrackingConfiguration.CustomizedMetricSpecification.Dimensions.member.N.Value
      TargetTrackingConfiguration.CustomizedMetricSpecification.MetricName
      TargetTrackingConfiguration.CustomizedMetricSpecification.Metrics.member.N.Expression
      TargetTrackingConfiguration.CustomizedMetricSpecification.Metrics.member.N.Id
      TargetTrackingConfiguration.CustomizedMetricSpecification.Metrics.member.N.Label
      TargetTrackingConfiguration.CustomizedMetricSpecification.Metrics.member.N.MetricStat.Metric.Dimensions.member.N.Name
      TargetTrackingConfiguration.CustomizedMetricSpecification.Metrics.member.N.MetricStat.Metric.Dimensions.member.N.Value
      TargetTrackingConfiguration.CustomizedMetricSpecification.Metrics.member.N.MetricStat.Metric.MetricName
      TargetTrackingConfiguration.CustomizedMetricSpecification.Metrics.member.N.MetricStat.Metric.Namespace
      TargetTrackingConfiguration.CustomizedMetricSpecification.Metrics.member.N.MetricStat.Period
      TargetTrackingConfiguration.CustomizedMetricSpecification.Metrics.member.N.MetricStat.Stat
      TargetTrackingConfiguration.CustomizedMetricSpecification.Metrics.member.N.MetricStat.Unit
      TargetTrackingConfiguration.CustomizedMetricSpecification.Metrics.member.N.Period
      TargetTrackingConfiguration.CustomizedMetricSpecification.Metrics.member.N.ReturnData
      TargetTrackingConfiguration.CustomizedMetricSpecification.Namespace
      TargetTrackingConfiguration.CustomizedMetricSpecification.Period
      TargetTrackingConfiguration.CustomizedMetricSpecification.Statistic
      TargetTrackingConfiguration.CustomizedMetricSpecification.Unit
      TargetTrackingConfiguration.DisableScaleIn
      TargetTrackingConfiguration.PredefinedMetricSpecification.PredefinedMetricType
      TargetTrackingConfiguration.PredefinedMetricSpecification.ResourceLabel
      TargetTrackingConfiguration.TargetValue
    `),
    untaken: ['MinAdjustmentStep', 'PredictiveScalingConfiguration'],
  },
  DescribePolicies: {
    taken: names(`
      AutoScalingGroupName MaxRecords NextToken PolicyNames.member.N PolicyTypes.member.N
    `),
    untaken: [],
  },
  DeletePolicy: {
    taken: ['AutoScalingGroupName', 'PolicyName'],
    untaken: [],
  },
  PutWarmPool: {
    taken: names(`
      AutoScalingGroupName InstanceReusePolicy.ReuseOnScaleIn MaxGroupPreparedCapacity MinSize PoolState
    `),
    untaken: [],
  },
  DescribeWarmPool: {
    taken: ['AutoScalingGroupName', 'MaxRecords', 'NextToken'],
    untaken: [],
  },
  DeleteWarmPool: {
    taken: ['AutoScalingGroupName', 'ForceDelete'],
    untaken: [],
  },
  EnableMetricsCollection: {
    taken: ['AutoScalingGroupName', 'Granularity', 'Metrics.member.N'],
    untaken: [],
  },
  DisableMetricsCollection: {
    taken: ['AutoScalingGroupName', 'Metrics.member.N'],
    untaken: [],
  },
  PutLifecycleHook: {
    taken: names(`
      AutoScalingGroupName DefaultResult HeartbeatTimeout LifecycleHookName LifecycleTransition
      NotificationMetadata NotificationTargetARN RoleARN
    `),
    untaken: [],
  },
  DescribeLifecycleHooks: {
    taken: ['AutoScalingGroupName', 'LifecycleHookNames.member.N'],
    untaken: [],
  },
  DeleteLifecycleHook: {
    taken: ['AutoScalingGroupName', 'LifecycleHookName'],
    untaken: [],
  },
  CreateOrUpdateTags: {
    taken: names(`
      Tags.member.N.Key Tags.member.N.PropagateAtLaunch Tags.member.N.ResourceId
      Tags.member.N.ResourceType Tags.member.N.Value
    `),
    untaken: [],
  },
  DeleteTags: {
    taken: names(`
      Tags.member.N.Key Tags.member.N.PropagateAtLaunch Tags.member.N.ResourceId
      Tags.member.N.ResourceType Tags.member.N.Value
    `),
    untaken: [],
  },
  DescribeTags: {
    taken: ['Filters.member.N.Name', 'Filters.member.N.Values.member.N', 'MaxRecords', 'NextToken'],
    untaken: [],
  },
};
