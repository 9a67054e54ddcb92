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
  /** Undefined while it goes on. */
  readonly endedAt: number | undefined;
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
  const all = await readPages(session, group, ({ startedAt }) => startedAt < since, signal);
  return all.filter(({ startedAt }) => startedAt >= since);
}

/** What a group does from now on, told apart by what it did before and not by clocks. */
export class ActivityLog {
  private before: ReadonlySet<string> = new Set();

  constructor(
    private readonly session: AwsSession,
    private readonly group: string,
  ) {}

  /** All that is over now counts as before. @throws KilnError `aws.*` */
  async begin(signal?: AbortSignal): Promise<void> {
    const page = await readPages(this.session, this.group, () => true, signal);
    this.before = new Set(page.filter(({ endedAt }) => endedAt !== undefined).map(({ id }) => id));
  }

  /** The latest first. @throws KilnError `aws.*` */
  async news(signal?: AbortSignal): Promise<readonly ScalingActivity[]> {
    const all = await readPages(this.session, this.group, ({ id }) => this.before.has(id), signal);
    return all.filter(({ id }) => !this.before.has(id));
  }
}

/** Pages until one ends with what is old enough. Those in progress come first, whenever they began; the others by age. */
async function readPages(
  session: AwsSession,
  group: string,
  isOld: (activity: ScalingActivity) => boolean,
  signal: AbortSignal | undefined,
): Promise<ScalingActivity[]> {
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
    found.push(...(answer.Activities ?? []).map(activityOf));
    token = answer.NextToken || undefined;
    const last = found.at(-1);
    if (token === undefined || (last !== undefined && isOld(last))) break;
  }
  return found;
}

/** By which a group let an instance go because it failed its checks, as far as the group says why. */
export function findGivingUp(
  activities: readonly ScalingActivity[],
  id: string,
): ScalingActivity | undefined {
  return activities.find(
    ({ description, cause }) =>
      /^terminating/i.test(description) &&
      /\bi-[0-9a-f]+\b/.exec(description)?.[0] === id &&
      /health[- ]?check/i.test(cause),
  );
}

function activityOf(activity: Activity): ScalingActivity {
  return {
    id: activity.ActivityId ?? '',
    description: activity.Description ?? '',
    cause: activity.Cause ?? '',
    status: activity.StatusCode ?? '',
    message: activity.StatusMessage || undefined,
    startedAt: activity.StartTime?.getTime() ?? 0,
    endedAt: activity.EndTime?.getTime(),
  };
}
