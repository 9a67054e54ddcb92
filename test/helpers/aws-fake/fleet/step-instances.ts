import type { State } from '../state';
import { endActivity } from './activities';
import { consoleNow } from './console';
import type { FakeInstance } from './model';
import { shutDown } from './terminate';

/** Seconds after a boot at which EC2 stores the console for the first time. */
const POSTED_SECONDS = 240;

/** Moves every instance by one step of its life. */
export function stepInstances(state: State): void {
  for (const instance of state.fleet.instances.values()) {
    if (instance.state === 'terminated') continue;
    boot(state, instance);
    crash(state, instance);
    post(state, instance);
    end(state, instance);
  }
}

function boot(state: State, instance: FakeInstance): void {
  if (instance.state === 'pending' && instance.launchedAt < state.clock.now) {
    instance.state = 'running';
    startGuest(state, instance);
  }
  if (instance.state !== 'running' || instance.group === undefined) return;
  const group = state.fleet.groups.get(instance.group);
  if (!group) return;
  if (instance.lifecycle === 'Warmed:Pending') {
    const kind = group.warmPool?.state ?? 'Stopped';
    instance.lifecycle = `Warmed:${kind}`;
    if (kind !== 'Running') instance.state = 'stopped';
    endActivity(state, group, instance.activityId, 'Successful');
  }
  if (instance.lifecycle !== 'Pending') return;
  instance.lifecycle = 'InService';
  instance.inServiceAt = state.clock.now;
  endActivity(state, group, instance.activityId, 'Successful');
  for (const arn of group.targetGroupArns) {
    const targets = state.balancing.groups.get(arn);
    if (targets) state.balancing.register(targets, instance.id);
  }
}

function startGuest(state: State, instance: FakeInstance): void {
  const hook = instance.behaviour.guest;
  const image = state.images.get(instance.imageId);
  if (!hook || !image || instance.guest) return;
  const root = image.blockDevices.find(({ deviceName }) => deviceName === image.rootDeviceName);
  const snapshotId = root?.snapshotId ?? '';
  hook.start(state.diskOf(snapshotId)).then(
    (guest) => {
      instance.guest = guest;
      if (instance.state !== 'running') void guest.stop();
      void guest.ended?.then(() => {
        if (instance.state === 'running') halt(state, instance);
      });
    },
    (error) => {
      process.emitWarning(`the guest of ${instance.id} did not start: ${error}`);
      halt(state, instance);
    },
  );
}

function crash(state: State, instance: FakeInstance): void {
  const { crashesAfterMs } = instance.behaviour;
  if (crashesAfterMs === undefined || instance.state !== 'running') return;
  if (state.clock.now - instance.launchedAt >= crashesAfterMs) halt(state, instance);
}

/** Groups leave InstanceInitiatedShutdownBehavior at `stop`. */
function halt(state: State, instance: FakeInstance): void {
  instance.posted = { text: consoleNow(instance), at: state.clock.now };
  instance.state = 'stopped';
  instance.endedAt = state.clock.now;
  const code = 'Client.InstanceInitiatedShutdown';
  instance.stateReason = { code, message: `${code}: Instance initiated shutdown` };
}

function post(state: State, instance: FakeInstance): void {
  if (instance.posted || instance.state !== 'running') return;
  if (state.clock.now - instance.launchedAt < POSTED_SECONDS * state.world.secondMs) return;
  instance.posted = { text: consoleNow(instance), at: state.clock.now };
}

/** A group's instance is shut down when it has drained, and is gone a step after. */
function end(state: State, instance: FakeInstance): void {
  if (instance.state === 'shutting-down') {
    instance.state = 'terminated';
    for (const { group, target } of state.balancing.registrations(instance.id)) {
      group.targets.delete(`${target.id}:${target.port}`);
    }
    if (instance.lifecycle === 'Terminating') leave(state, instance);
    return;
  }
  if (instance.lifecycle !== 'Terminating') return;
  if (state.balancing.registrations(instance.id).length > 0 && instance.state === 'running') return;
  shutDown(state, instance);
}

/** EC2 ended it already, and the group noticed, or has ended it itself. */
export function leave(state: State, instance: FakeInstance): void {
  instance.lifecycle = 'Terminated';
  const group = state.fleet.groups.get(instance.group ?? '');
  if (group) endActivity(state, group, instance.endActivityId, 'Successful');
}
