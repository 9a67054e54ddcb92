import type { ConsoleLog } from './console-log';
import type { Spot } from './spot';
import type { Certificate } from './tls';
import type { UserData } from './user-data';
import type { WarmPool } from './warm-pool';

/** What only AWS needs to know of a service. Given for a stack it holds for every service that does not say otherwise. */
export interface AwsServiceOptions {
  /**
   * EC2 instance type, such as `t3.small`; refused where the image could not boot on it, or drives nothing that it has.
   * @default - `t3.nano`, or `t4g.nano` for an image for arm64
   */
  readonly instanceType?: string;
  /** A family that the type is like, where it is newer than this version of Kiln. @default - the type's own */
  readonly instanceTypeLike?: string;
  /** Zones to run in, of those that the stack's network names. @default - all of them */
  readonly zones?: readonly string[];
  /** Makes the public listener one of TLS, where the service is exposed. @default - none, it is plain TCP or HTTP */
  readonly certificate?: Certificate;
  /** Addresses that may call an exposed service, as ranges. @default ['0.0.0.0/0'] */
  readonly allowedRanges?: readonly string[];
  /** Whether port 80 leads to HTTPS, where an application balancer has a certificate. @default false */
  readonly redirectHttp?: boolean;
  /** What instances read when they boot; only for systems that read it, and no place for secrets. @default - none */
  readonly userData?: UserData;
  /**
   * Whether volumes are encrypted, and the AMI's snapshot. A snapshot is left plain for accounts of `launchPermissions`
   * unless there is a `kmsKey`: AWS does not let them use the account's own key.
   * @default - true, except on families of the first generations, which cannot
   */
  readonly encrypted?: boolean;
  /** ARN of the KMS key that encrypts them. @default - the account's own for EBS */
  readonly kmsKey?: string;
  /** Instances of spare capacity. @default - all are on demand */
  readonly spot?: Spot;
  /** Instances that were started once and wait. Not with `spot`, nor with blue/green. @default - none */
  readonly warmPool?: WarmPool;
  /** Earlier AMIs that stay when newer ones have replaced them: going back to one needs no upload. @default 5 */
  readonly keep?: number;
  /** Regions that get a copy of the AMI, each with the ARN of a KMS key there or with none. @default - none */
  readonly copies?: Readonly<Record<string, { readonly kmsKeyId?: string }>>;
  /** Ids of other accounts that may start instances of the AMI, 12 digits each. @default - none */
  readonly launchPermissions?: readonly string[];
  /** The PV-GRUB that starts a Xen PV kernel, by its `aki-` id, on families that are paravirtual. @default - none */
  readonly kernelId?: string;
  /** Names of CloudWatch alarms that end a rollout when they go off. @default - none */
  readonly alarms?: readonly string[];
  /** CloudWatch metrics of instances each minute, which cost extra, and not every five. @default false */
  readonly detailedMonitoring?: boolean;
  /** Where the consoles of instances are kept. @default - nowhere beyond what EC2 keeps of each */
  readonly consoleLog?: ConsoleLog;
}
