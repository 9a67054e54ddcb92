import { type TerraformMetaArguments, TerraformResource } from 'cdktf';
import type { Construct } from 'constructs';
import type { UpdatePolicySpec } from '../../lib/spec';
import { renderUpdate } from './render-update';

/** An Auto Scaling group that a rollout moves, and the target groups that say whether its instances are healthy. */
export interface AwsRolloutGroup {
  /** Of the group; may be a token. */
  readonly name: string;
  /** May hold tokens; empty where EC2's own status is all that there is. */
  readonly targetGroupArns: readonly string[];
}

/** The version that instances are to be launched from. */
export interface AwsRolloutTemplate {
  /** May be a token. */
  readonly id: string;
  /** A number, never `$Latest`: what that means changes by itself. May be a token. */
  readonly version: number;
}

/** How many instances the colour that serves has, in a blue/green update. */
export interface AwsRolloutSize {
  readonly min: number;
  readonly max: number;
  /** Of a first deployment; from then on, what scaling made of it, within `min` and `max`. */
  readonly desired: number;
}

/** Arguments of `kiln_aws_rollout`; the resource holds them as fields, to be changed until synth. */
export interface AwsRolloutConfig extends TerraformMetaArguments {
  /** Name in messages, `<stack>-<service>`. */
  readonly service: string;
  /** One; two for blue/green, blue first. Other names make another resource. */
  readonly groups: readonly AwsRolloutGroup[];
  readonly launchTemplate: AwsRolloutTemplate;
  /** Digest of the image of that version, for plans: after a rollout that failed it says what serves. @default - none */
  readonly imageDigest?: string;
  readonly update: UpdatePolicySpec;
  /** For blue/green only, where the rollout owns the sizes. @default - the groups' own */
  readonly size?: AwsRolloutSize;
  /** ARNs of listeners whose weights say which colour serves; blue/green only. @default - none */
  readonly listeners?: readonly string[];
  /** Names of CloudWatch alarms that end a rollout. @default - none */
  readonly alarms?: readonly string[];
  /** @default - the provider's */
  readonly region?: string;
}

/**
 * The Terraform resource `kiln_aws_rollout`: moves an Auto Scaling group to a version of its launch template, waits until it
 * serves, and goes back where it does not.
 */
export class AwsRollout extends TerraformResource {
  static readonly tfResourceType = 'kiln_aws_rollout';

  service: string;
  groups: readonly AwsRolloutGroup[];
  launchTemplate: AwsRolloutTemplate;
  imageDigest: string | undefined;
  update: UpdatePolicySpec;
  size: AwsRolloutSize | undefined;
  listeners: readonly string[];
  alarms: readonly string[];
  region: string | undefined;

  constructor(scope: Construct, id: string, config: AwsRolloutConfig) {
    super(scope, id, {
      ...config,
      terraformResourceType: AwsRollout.tfResourceType,
      terraformGeneratorMetadata: { providerName: 'kiln' },
    });
    this.service = config.service;
    this.groups = config.groups;
    this.launchTemplate = config.launchTemplate;
    this.imageDigest = config.imageDigest;
    this.update = config.update;
    this.size = config.size;
    this.listeners = config.listeners ?? [];
    this.alarms = config.alarms ?? [];
    this.region = config.region;
  }

  /** Token: the names of its groups, with a colon between them. */
  get id(): string {
    return this.getStringAttribute('id');
  }

  /** Token: the name of the group that serves. */
  get activeGroup(): string {
    return this.getStringAttribute('active_group');
  }

  protected override synthesizeAttributes(): Record<string, unknown> {
    return {
      service: this.service,
      groups: this.groups.map(({ name, targetGroupArns }) => ({
        name,
        target_group_arns: targetGroupArns,
      })),
      launch_template: { id: this.launchTemplate.id, version: this.launchTemplate.version },
      image_digest: this.imageDigest,
      update: renderUpdate(this.update),
      size: this.size && { min: this.size.min, max: this.size.max, desired: this.size.desired },
      listeners: this.listeners,
      alarms: this.alarms,
      region: this.region,
    };
  }
}
