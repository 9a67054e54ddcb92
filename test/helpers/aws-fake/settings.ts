/** Every action that the fake answers; anything else is refused as unknown. */
export const EBS_ACTIONS = [
  'StartSnapshot',
  'PutSnapshotBlock',
  'CompleteSnapshot',
  'ListSnapshotBlocks',
  'GetSnapshotBlock',
] as const;
export const EC2_ACTIONS = [
  'DescribeSnapshots',
  'DeleteSnapshot',
  'RegisterImage',
  'DescribeImages',
  'DeregisterImage',
  'CopyImage',
  'DescribeImageReferences',
  'DescribeImageAttribute',
  'ModifyImageAttribute',
  'ResetImageAttribute',
  'ModifySnapshotAttribute',
  'CreateTags',
  'DeleteTags',
  'CreateLaunchTemplate',
  'CreateLaunchTemplateVersion',
  'DescribeLaunchTemplates',
  'DescribeLaunchTemplateVersions',
  'ModifyLaunchTemplate',
  'DeleteLaunchTemplate',
  'DeleteLaunchTemplateVersions',
  'DescribeInstances',
  'TerminateInstances',
  'GetConsoleOutput',
] as const;
export const AUTOSCALING_ACTIONS = [
  'CreateAutoScalingGroup',
  'DescribeAutoScalingGroups',
  'UpdateAutoScalingGroup',
  'DeleteAutoScalingGroup',
  'SetDesiredCapacity',
  'TerminateInstanceInAutoScalingGroup',
  'DescribeAutoScalingInstances',
  'SetInstanceProtection',
  'SetInstanceHealth',
  'DescribeScalingActivities',
  'SuspendProcesses',
  'ResumeProcesses',
  'StartInstanceRefresh',
  'DescribeInstanceRefreshes',
  'CancelInstanceRefresh',
  'RollbackInstanceRefresh',
  'AttachLoadBalancerTargetGroups',
  'DetachLoadBalancerTargetGroups',
  'DescribeLoadBalancerTargetGroups',
  'AttachTrafficSources',
  'DetachTrafficSources',
  'DescribeTrafficSources',
  'PutScalingPolicy',
  'DescribePolicies',
  'DeletePolicy',
  'PutWarmPool',
  'DescribeWarmPool',
  'DeleteWarmPool',
  'EnableMetricsCollection',
  'DisableMetricsCollection',
  'PutLifecycleHook',
  'DescribeLifecycleHooks',
  'DeleteLifecycleHook',
  'CreateOrUpdateTags',
  'DeleteTags',
  'DescribeTags',
] as const;
export const ELB_ACTIONS = [
  'RegisterTargets',
  'DeregisterTargets',
  'DescribeTargetHealth',
  'DescribeTargetGroups',
  'DescribeListeners',
  'ModifyListener',
] as const;
export type EbsAction = (typeof EBS_ACTIONS)[number];
export type Ec2Action = (typeof EC2_ACTIONS)[number];
export type AutoscalingAction = (typeof AUTOSCALING_ACTIONS)[number];
export type ElbAction = (typeof ELB_ACTIONS)[number];
export type AwsAction = EbsAction | Ec2Action | AutoscalingAction | ElbAction;

/** Per second over the whole account; left out: no limit. What is above it is throttled. */
export interface Quotas {
  readonly putsPerSecond?: number;
  readonly startsPerSecond?: number;
  readonly completesPerSecond?: number;
  /** Snapshots of the account that are not sealed. @default 100, as Service Quotas L-94D7AB7D */
  readonly pendingSnapshots?: number;
}

/** How late the service shows what was done. */
export interface Lateness {
  /** DescribeSnapshots answers that still say `pending` after CompleteSnapshot. @default 2 */
  readonly sealing?: number;
  /** DescribeImages answers that still say `pending` after RegisterImage. @default 1 */
  readonly image?: number;
  /** Puts that a new snapshot is unknown to (SNAPSHOT_NOT_FOUND, awslabs/coldsnap#43). @default 0 */
  readonly unknownPuts?: number;
  /** DescribeSnapshots by id that a new snapshot is unknown to. @default 0 */
  readonly unknownSnapshot?: number;
  /** DescribeImages that a new image is missing from. @default 0 */
  readonly unknownImage?: number;
}

export interface Settings {
  /** The one region that requests must be signed for. @default 'eu-central-1' */
  readonly region?: string;
  /** The one known access key. @default - any */
  readonly accessKeyId?: string;
  /** What the signature must have been made with. @default - not looked at: only its form and what it covers */
  readonly secretAccessKey?: string;
  readonly quotas?: Quotas;
  readonly lateness?: Lateness;
  /** Milliseconds before an answer, by action. */
  readonly latencyMs?: Partial<Record<AwsAction, number>>;
  /** No request of the action is answered before so many were under way at once. @default - each at once */
  readonly together?: Partial<Record<AwsAction, number>>;
  /** Account-wide encryption by default is on. @default false */
  readonly encryptionByDefault?: boolean;
  /** A second CompleteSnapshot of one snapshot: its documentation does not say. @default 'refuse' */
  readonly repeatedComplete?: 'refuse' | 'accept';
  /**
   * Whether StartSnapshot with the token of a snapshot that was deleted names the deleted one again (`bound`) or starts
   * anew (`freed`): its documentation does not say. @default 'bound'
   */
  readonly tokenOfDeleted?: 'bound' | 'freed';
  /** Regions beside the first one that requests may be signed for; each holds its own things. @default none */
  readonly otherRegions?: readonly string[];
  /** Milliseconds of one step of groups, instances and target health; 0: only `fake.step()` moves them. @default 10 */
  readonly pace?: number;
  /** Milliseconds that what the services count in seconds takes: warm-up, grace, bake time, drain. @default 1 */
  readonly secondMs?: number;
  /**
   * Whether an instance refresh takes a new instance for healthy before its balancer says so while its grace period
   * lasts: the guide says it waits for its health checks, and that they do not count in that period. @default 'balancer'
   */
  readonly healthInGrace?: 'balancer' | 'assumed';
}

export type World = Required<Omit<Settings, 'accessKeyId' | 'secretAccessKey' | 'quotas' | 'lateness'>> & {
  readonly accessKeyId: string | undefined;
  readonly secretAccessKey: string | undefined;
  readonly quotas: Quotas & { readonly pendingSnapshots: number };
  readonly lateness: Required<Lateness>;
};

export const ACCOUNT = '123456789012';

export function worldOf(settings: Settings): World {
  return {
    region: settings.region ?? 'eu-central-1',
    accessKeyId: settings.accessKeyId,
    secretAccessKey: settings.secretAccessKey,
    quotas: { pendingSnapshots: 100, ...settings.quotas },
    lateness: {
      sealing: 2,
      image: 1,
      unknownPuts: 0,
      unknownSnapshot: 0,
      unknownImage: 0,
      ...settings.lateness,
    },
    latencyMs: settings.latencyMs ?? {},
    together: settings.together ?? {},
    encryptionByDefault: settings.encryptionByDefault ?? false,
    repeatedComplete: settings.repeatedComplete ?? 'refuse',
    tokenOfDeleted: settings.tokenOfDeleted ?? 'bound',
    otherRegions: settings.otherRegions ?? [],
    pace: settings.pace ?? 10,
    secondMs: settings.secondMs ?? 1,
    healthInGrace: settings.healthInGrace ?? 'balancer',
  };
}
