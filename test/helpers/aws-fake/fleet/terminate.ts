import type { State } from '../state';
import { beginActivity, endActivity } from './activities';
import { consoleNow } from './console';
import type { FakeGroup, FakeInstance } from './model';

/** The group lets it go: its targets drain first. */
export function terminateInGroup(
  state: State,
  group: FakeGroup,
  instance: FakeInstance,
  cause: string,
): string {
  const description = `Terminating EC2 instance: ${instance.id}`;
  const drains = state.balancing.registrations(instance.id).length > 0;
  const status = drains ? 'WaitingForELBConnectionDraining' : 'InProgress';
  const activity = beginActivity(state, group, description, cause, status);
  endActivity(state, group, instance.activityId, 'Cancelled');
  instance.lifecycle = 'Terminating';
  instance.endActivityId = activity.id;
  for (const registered of state.balancing.registrations(instance.id)) {
    state.balancing.drain(registered.group, registered.target);
  }
  return activity.id;
}

/** EC2 shuts it down; nothing waits for a balancer. */
export function shutDown(
  state: State,
  instance: FakeInstance,
  reason?: { code: string; message: string },
): void {
  if (instance.state === 'terminated' || instance.state === 'shutting-down') return;
  instance.posted = { text: consoleNow(instance), at: state.clock.now };
  instance.state = 'shutting-down';
  instance.endedAt ??= state.clock.now;
  instance.stateReason = reason ?? {
    code: 'Client.UserInitiatedShutdown',
    message: 'Client.UserInitiatedShutdown: User initiated shutdown',
  };
  void instance.guest?.stop();
}
