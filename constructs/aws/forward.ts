import type { LbListenerDefaultAction } from '@cdktf/provider-aws/lib/lb-listener';
import type { LbTargetGroup } from '@cdktf/provider-aws/lib/lb-target-group';
import type { TerraformResourceLifecycle } from 'cdktf';

/** What a listener does, and what Terraform leaves alone of it. */
export interface Forward {
  readonly defaultAction: LbListenerDefaultAction[];
  readonly lifecycle?: TerraformResourceLifecycle;
}

/**
 * Leads to the target groups of a service. Of two, blue gets everything at first, and from then on the weights are the
 * rollout's. Both are in the action from the start, as AWS checks no target that no listener leads to.
 */
export function forwardTo(groups: readonly LbTargetGroup[]): Forward {
  const [blue] = groups;
  if (groups.length === 1 && blue) {
    return { defaultAction: [{ type: 'forward', targetGroupArn: blue.arn }] };
  }
  const targetGroup = groups.map(({ arn }, index) => ({ arn, weight: index === 0 ? 100 : 0 }));
  return {
    defaultAction: [{ type: 'forward', forward: { targetGroup } }],
    lifecycle: {
      ignoreChanges: ['default_action'],
      // It would go on leading to groups that are replaced, and they could not go. Only the ARN: a group may well change in place.
      replaceTriggeredBy: groups.map(
        (group) => `${group.terraformResourceType}.${group.friendlyUniqueId}.arn`,
      ),
    },
  };
}
