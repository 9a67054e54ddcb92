import { type Activity, DescribeScalingActivitiesCommand } from '@aws-sdk/client-auto-scaling';
import { callAws } from '../call';
import type { AwsSession } from '../session';

/** Something that a group did. */
export interface ScalingActivity {
  readonly id: string;
  /** `Launching a new EC2 instance: i-1`, `Terminating EC2 instance: i-1`. */
  readonly description: string;
  /** Why the group did it. */
  readonly cause: string;
  /** `Successful`, `Failed`, `InProgress` and others. */
  readonly status: string;
  /** What went wrong. */
  readonly message: string | undefined;
  /** ms since 1970, by AWS' clock. */
  readonly startedAt: number;
}

/** Enough for a rollout of a group of hundreds. */
const PAGES = 5;

/**
 * What the group did since then, the latest first.
 *
 * @param since ms since 1970, by AWS' clock
 * @throws KilnError `aws.*`
 */
export async function readActivities(
  session: AwsSession,
  group: string,
  since: number,
  signal?: AbortSignal,
): Promise<readonly ScalingActivity[]> {
  const client = await session.autoscaling();
  const found: ScalingActivity[] = [];
  let token: string | undefined;
  for (let page = 0; page < PAGES; page++) {
    const input = { AutoScalingGroupName: group, ...(token === undefined ? {} : { NextToken: token }) };
    const answer = await callAws(
      session,
      {
        action: 'autoscaling:DescribeScalingActivities',
        send: (options) => client.send(new DescribeScalingActivitiesCommand(input), options),
      },
      signal,
    );
    const activities = (answer.Activities ?? []).map(activityOf);
    found.push(...activities.filter(({ startedAt }) => startedAt >= since));
    token = answer.NextToken || undefined;
    // Those in progress come first, whenever they began; the others by their age.
    const last = activities.at(-1);
    if (token === undefined || (last !== undefined && last.startedAt < since)) break;
  }
  return found;
}

/** The instance that an activity is about. */
export function instanceOfActivity({ description }: ScalingActivity): string | undefined {
  return /\bi-[0-9a-f]+\b/.exec(description)?.[0];
}

function activityOf(activity: Activity): ScalingActivity {
  return {
    id: activity.ActivityId ?? '',
    description: activity.Description ?? '',
    cause: activity.Cause ?? '',
    status: activity.StatusCode ?? '',
    message: activity.StatusMessage || undefined,
    startedAt: activity.StartTime?.getTime() ?? 0,
  };
}
