// A module of its own: it brings the SDK's code for groups, which few that ask for images need.
import { type AutoScalingGroup, DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling';
import { callAws } from './call';
import { pages } from './pages';
import type { AwsSession } from './session';

/** Which versions of launch templates Auto Scaling groups would start instances of. */
export interface GroupUse {
  readonly group: string;
  /** By id or by name. */
  readonly template: string;
  /** A number, `$Latest` or `$Default`. */
  readonly version: string;
}

/** @throws KilnError `aws.*` of a call that failed */
export async function findGroupUses(
  session: AwsSession,
  signal: AbortSignal | undefined,
): Promise<GroupUse[]> {
  const client = await session.autoscaling();
  const groups = await pages<AutoScalingGroup>(async (token) => {
    const send = (options: { readonly abortSignal: AbortSignal }) =>
      client.send(new DescribeAutoScalingGroupsCommand(token), options);
    const answer = await callAws(session, { action: 'autoscaling:DescribeAutoScalingGroups', send }, signal);
    return { items: answer.AutoScalingGroups, next: answer.NextToken };
  });
  return groups.flatMap((group) => {
    const mixed = group.MixedInstancesPolicy?.LaunchTemplate;
    const specifications = [
      group.LaunchTemplate,
      mixed?.LaunchTemplateSpecification,
      ...(mixed?.Overrides ?? []).map(({ LaunchTemplateSpecification }) => LaunchTemplateSpecification),
    ];
    return specifications.flatMap((one) =>
      one === undefined
        ? []
        : [one.LaunchTemplateId, one.LaunchTemplateName].flatMap((template) =>
            template === undefined
              ? []
              : [{ group: group.AutoScalingGroupName ?? '', template, version: one.Version ?? '$Default' }],
          ),
    );
  });
}
