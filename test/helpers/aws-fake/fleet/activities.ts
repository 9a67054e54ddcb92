import { randomUUID } from 'node:crypto';
import type { State } from '../state';
import type { FakeActivity, FakeGroup } from './model';

/** Begins one, newest first as the service lists them. */
export function beginActivity(
  state: State,
  group: FakeGroup,
  description: string,
  cause: string,
  status: FakeActivity['status'],
): FakeActivity {
  const activity: FakeActivity = {
    id: randomUUID(),
    group: group.name,
    groupArn: group.arn,
    description,
    cause: `At ${new Date(state.clock.now).toISOString()} ${cause}`.slice(0, 1023),
    startedAt: state.clock.now,
    endedAt: undefined,
    status,
    message: undefined,
    progress: status === 'WaitingForELBConnectionDraining' ? 50 : 30,
  };
  group.activities.unshift(activity);
  return activity;
}

export function endActivity(
  state: State,
  group: FakeGroup,
  id: string | undefined,
  status: 'Successful' | 'Failed' | 'Cancelled',
  message?: string,
): void {
  const activity = group.activities.find((one) => one.id === id);
  if (!activity || activity.endedAt !== undefined) return;
  activity.status = status;
  activity.message = message;
  activity.progress = 100;
  activity.endedAt = state.clock.now;
}
