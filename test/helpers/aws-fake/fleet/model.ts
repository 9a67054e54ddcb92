import type { Members, Xml } from '../xml';

/** What a launch asks for, as `behave` is told. */
export interface Launch {
  readonly instanceId: string;
  readonly imageId: string;
  /** Of the launch template. */
  readonly version: number;
  readonly group: string;
  /** Counts the group's launches, failed ones too, from 1. */
  readonly ordinal: number;
}

/** A real guest in place of what is only told. */
export interface RunningGuest {
  /** `host:port` of the host, on which the guest's own port is reached. */
  readonly address: string;
  /** All that it wrote to its serial port so far. */
  console(): string;
  stop(): Promise<void> | void;
  /** Resolves when it has ended by itself: then its instance stops. @default - never */
  readonly ended?: Promise<void>;
}

export interface GuestHook {
  /** Boots it; `disk` reads the volume that its image's snapshot makes. */
  start(disk: import('../disk').FakeDisk): Promise<RunningGuest>;
}

/** How an instance does. Milliseconds count from its launch, in the fake's own time. */
export interface Behaviour {
  /** @default two steps */
  readonly healthyAfterMs?: number | 'never';
  /** A reason and what is said with it: `Target.Timeout: Request timed out`; without a reason, the description. */
  readonly unhealthyReason?: string;
  /** All that it writes to its serial port. @default '' */
  readonly console?: string | (() => string);
  /** What `Latest` gives, where that differs. @default - the console */
  readonly latestConsole?: string | (() => string);
  /** There is no instance: the message of the failed activity, such as those of `LAUNCH_ERRORS`. */
  readonly launchError?: string;
  /** Then it halts, and with it the instance. */
  readonly crashesAfterMs?: number;
  /** Then its checks fail again, and it runs on. */
  readonly sickensAfterMs?: number;
  /**
   * Health and console are then those of the guest, and the image must be one of the account. A guest takes seconds to
   * boot: with the default `secondMs` the group's grace period is over by then.
   */
  readonly guest?: GuestHook;
}

export type Behave = (launch: Launch) => Behaviour;

/** What EC2 says when it cannot launch. */
export const LAUNCH_ERRORS = {
  vcpuLimit:
    'You have requested more vCPU capacity than your current vCPU limit of 32 allows for the instance bucket that the specified instance type belongs to. Please visit http://aws.amazon.com/contact-us/ec2-request to request an adjustment to this limit.',
  zone: 'Your requested instance type (c7i.large) is not supported in your requested Availability Zone (eu-central-1c). Please retry your request by not specifying an Availability Zone or choosing eu-central-1a, eu-central-1b.',
  capacity:
    'We currently do not have sufficient c7i.large capacity in the Availability Zone you requested (eu-central-1a). Our system will be working on provisioning additional capacity.',
} as const;

export interface TemplateChoice {
  readonly id: string;
  readonly name: string;
  /** As it was given: a number, `$Latest` or `$Default`. */
  readonly version: string;
}

export type Lifecycle =
  | 'Pending'
  | 'InService'
  | 'Terminating'
  | 'Terminated'
  | 'Warmed:Pending'
  | 'Warmed:Stopped'
  | 'Warmed:Running'
  | 'Warmed:Hibernated';

export interface FakeInstance {
  readonly id: string;
  /** Undefined: not launched by a group. */
  readonly group: string | undefined;
  readonly template: { readonly id: string; readonly name: string; readonly version: number };
  readonly imageId: string;
  readonly instanceType: string;
  readonly subnetId: string;
  readonly zone: string;
  readonly privateIp: string;
  readonly tags: Map<string, string>;
  readonly behaviour: Behaviour;
  /** The fake's time; from a warm pool, when it was taken. */
  launchedAt: number;
  activityId: string;
  state: 'pending' | 'running' | 'shutting-down' | 'terminated' | 'stopped';
  stateReason: { readonly code: string; readonly message: string } | undefined;
  lifecycle: Lifecycle;
  health: 'Healthy' | 'Unhealthy';
  protected: boolean;
  inServiceAt: number | undefined;
  /** Of the activity that ends it. */
  endActivityId: string | undefined;
  /** It halted, or was shut down. */
  endedAt: number | undefined;
  /** The buffer of the serial port as EC2 last stored it. */
  posted: { text: string; at: number } | undefined;
  guest: RunningGuest | undefined;
  guestHealthy: boolean | undefined;
}

export interface FakeActivity {
  readonly id: string;
  readonly group: string;
  readonly groupArn: string;
  readonly description: string;
  readonly cause: string;
  readonly startedAt: number;
  endedAt: number | undefined;
  status:
    | 'PreInService'
    | 'InProgress'
    | 'WaitingForELBConnectionDraining'
    | 'Successful'
    | 'Failed'
    | 'Cancelled';
  message: string | undefined;
  progress: number;
}

export type RefreshStatus =
  | 'Pending'
  | 'InProgress'
  | 'Baking'
  | 'Successful'
  | 'Failed'
  | 'Cancelling'
  | 'Cancelled'
  | 'RollbackInProgress'
  | 'RollbackSuccessful'
  | 'RollbackFailed';

export interface RefreshPreferences {
  readonly minHealthy: number;
  /** Undefined: left out, which is not the same as 100. */
  readonly maxHealthy: number | undefined;
  readonly warmupSeconds: number;
  readonly checkpoints: readonly number[];
  readonly checkpointDelaySeconds: number;
  readonly skipMatching: boolean;
  readonly autoRollback: boolean;
  readonly scaleInProtected: 'Refresh' | 'Ignore' | 'Wait';
  readonly standby: 'Terminate' | 'Ignore' | 'Wait';
  readonly alarms: readonly string[];
  readonly bakeSeconds: number;
}

export interface FakeRefresh {
  readonly id: string;
  readonly group: string;
  /** What was asked for. */
  readonly preferences: RefreshPreferences;
  /** Undefined: the group's own configuration. */
  readonly desired: GroupTemplate | undefined;
  /** What the group had when it started: the aim of a rollback. */
  readonly before: GroupTemplate;
  readonly startedAt: number;
  endedAt: number | undefined;
  status: RefreshStatus;
  reason: string | undefined;
  percent: number;
  toUpdate: number;
  rollback: { reason: string; at: number; percent: number; toUpdate: number } | undefined;
  /** Instances that need no replacement: they were there, and match. */
  readonly matched: Set<string>;
  /** Instances that the way forward made. */
  readonly made: Set<string>;
  /** Instances that the way back made. */
  readonly madeBack: Set<string>;
  readonly checkpointsPassed: Set<number>;
  pausedUntil: number | undefined;
  bakedAt: number | undefined;
  /** The last time that anything got further. */
  movedAt: number;
}

/** The template, and all of the policy around it where there is one. */
export interface GroupTemplate {
  readonly template: TemplateChoice;
  /** MixedInstancesPolicy as it was given. */
  readonly mixed: Xml | undefined;
}

export interface FakeGroup {
  readonly name: string;
  readonly arn: string;
  readonly createdAt: number;
  launch: GroupTemplate;
  min: number;
  max: number;
  desired: number;
  cooldown: number;
  zones: string[];
  subnets: string[];
  healthCheckType: string;
  graceSeconds: number;
  warmupSeconds: number | undefined;
  newProtected: boolean;
  readonly targetGroupArns: Set<string>;
  readonly tags: Map<string, { value: string; atLaunch: boolean }>;
  readonly suspended: Map<string, string>;
  readonly metrics: Set<string>;
  readonly hooks: Map<string, Xml>;
  readonly policies: Map<string, { readonly arn: string; readonly xml: Members }>;
  warmPool:
    | {
        min: number;
        most: number;
        state: 'Stopped' | 'Running' | 'Hibernated';
        reuse: boolean;
        deleting: boolean;
      }
    | undefined;
  /** Settings that the fake keeps and gives back, and does not act on. */
  readonly kept: Map<string, Xml>;
  readonly refreshes: FakeRefresh[];
  readonly activities: FakeActivity[];
  launches: number;
  /** No launch before: the last one failed. */
  launchAgainAt: number;
  deleting: boolean;
}
