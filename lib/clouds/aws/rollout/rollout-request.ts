import type { ServiceEvent, UpdatePolicySpec } from '../../../spec';

/** An Auto Scaling group, and the target groups that say whether its instances are healthy. */
export interface RolloutGroup {
  readonly name: string;
  /** Empty where EC2's own status is all that there is. */
  readonly targetGroupArns: readonly string[];
}

/** A version of a launch template: a number, never `$Latest`, which AWS cannot go back from. */
export interface TemplateVersion {
  readonly id: string;
  readonly version: number;
}

/** What is to serve, and how it gets there. */
export interface RolloutRequest {
  /** Name in events and messages. */
  readonly service: string;
  /** One; two for `blue-green`, blue first. */
  readonly groups: readonly RolloutGroup[];
  readonly launchTemplate: TemplateVersion;
  readonly update: UpdatePolicySpec;
  /** How many instances the colour that serves has; `blue-green` only, elsewhere the group's own size counts. */
  readonly size?: { readonly min: number; readonly max: number; readonly desired: number } | undefined;
  /** Whose weights say which colour serves; `blue-green` only. */
  readonly listeners?: readonly { readonly arn: string }[] | undefined;
  /** Names of CloudWatch alarms that end the rollout, 10 at most. */
  readonly alarms: readonly string[];
}

/** What serves when a rollout has succeeded. */
export interface RolloutResult {
  /** The name of the group that serves. */
  readonly activeGroup: string;
  /** Ids of the instances that serve. */
  readonly instances: readonly string[];
  /** False where everything was in place already. */
  readonly changed: boolean;
}

export interface RolloutOptions {
  /** Ends the rollout: it goes back, and the error says what AWS goes on doing. */
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: ((event: ServiceEvent) => void) | undefined;
}
