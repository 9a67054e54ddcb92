import { UpdateAutoScalingGroupCommand } from '@aws-sdk/client-auto-scaling';
import { callAws } from '../call';
import type { AwsSession } from '../session';
import type { TemplateVersion } from './rollout-request';

/** How many instances a group may have, and how many it is to have now. */
export interface GroupSize {
  readonly min: number;
  readonly max: number;
  readonly desired: number;
}

export const EMPTY: GroupSize = { min: 0, max: 0, desired: 0 };

/** A group that scales at this moment refuses to be changed, for a moment (Auto Scaling API, UpdateAutoScalingGroup). */
const BUSY = new Set(['ScalingActivityInProgress', 'ScalingActivityInProgressFault', 'ResourceContention']);

/**
 * Sets the size of a group and, where given, the version that it launches. The same once more changes nothing, so a lost answer
 * is no matter.
 *
 * @throws KilnError `aws.*`
 */
export async function setSize(
  session: AwsSession,
  group: string,
  size: GroupSize,
  template?: TemplateVersion,
): Promise<void> {
  const client = await session.autoscaling();
  const input = {
    AutoScalingGroupName: group,
    MinSize: size.min,
    MaxSize: size.max,
    DesiredCapacity: size.desired,
    ...(template
      ? { LaunchTemplate: { LaunchTemplateId: template.id, Version: String(template.version) } }
      : {}),
  };
  await callAws(session, {
    action: 'autoscaling:UpdateAutoScalingGroup',
    send: (options) => client.send(new UpdateAutoScalingGroupCommand(input), options),
    notYet: { is: ({ name }) => BUSY.has(name), until: performance.now() + session.timing.visibleMs },
    isHeardOut: true,
  });
}
