import type { State } from '../state';
import { beginActivity } from './activities';
import { launchInto } from './launch';
import type { FakeGroup, FakeInstance } from './model';
import { usesBalancer } from './refresh-rule';
import { leave } from './step-instances';
import { configOf, stepRefresh } from './step-refresh';
import { shutDown, terminateInGroup } from './terminate';

/** A group asks EC2 for its instances from time to time. */
const NOTICED_SECONDS = 30;

/** Moves a group by one step: who is ill, its refresh, its size. */
export function stepGroup(state: State, group: FakeGroup): void {
  if (group.deleting) {
    remove(state, group);
    return;
  }
  replaceIll(state, group);
  const refresh = state.fleet.activeRefresh(group);
  const sized = refresh ? stepRefresh(state, group, refresh) : false;
  if (!sized) resize(state, group);
  fillPool(state, group);
}

function replaceIll(state: State, group: FakeGroup): void {
  for (const instance of state.fleet.live(group)) {
    const why = group.suspended.has('HealthCheck') ? undefined : illness(state, group, instance);
    if (why) instance.health = 'Unhealthy';
    if (instance.health !== 'Unhealthy' || group.suspended.has('ReplaceUnhealthy')) continue;
    const cause = why ?? 'in response to a user health-check.';
    terminateInGroup(state, group, instance, `an instance was taken out of service ${cause}`);
    if (instance.state === 'terminated') leave(state, instance);
  }
}

/** That it does not run counts in the grace period too; what its balancers say, only after it. */
function illness(state: State, group: FakeGroup, instance: FakeInstance): string | undefined {
  if (instance.state !== 'running' && instance.state !== 'pending') {
    const ended = instance.endedAt ?? state.clock.now;
    if (state.clock.now - ended < NOTICED_SECONDS * state.world.secondMs) return undefined;
    return 'in response to an EC2 health check indicating it has been terminated or stopped.';
  }
  if (!usesBalancer(group) || instance.inServiceAt === undefined) return undefined;
  if (state.clock.now - instance.inServiceAt < group.graceSeconds * state.world.secondMs) return undefined;
  const ill = state.balancing
    .registrations(instance.id)
    .some(
      ({ group: { arn }, target }) => group.targetGroupArns.has(arn) && target.health.state === 'unhealthy',
    );
  return ill ? 'in response to an ELB system health check failure.' : undefined;
}

function resize(state: State, group: FakeGroup): void {
  const refresh = state.fleet.activeRefresh(group);
  while (state.fleet.live(group).length < group.desired && !group.suspended.has('Launch')) {
    if (state.clock.now < group.launchAgainAt) break;
    const cause =
      'an instance was started in response to a difference between desired and actual capacity, increasing the capacity.';
    const one = fromPool(state, group, cause) ?? launchInto(state, group, configOf(state, group), cause);
    if (!one) break;
    if (refresh?.status === 'Baking' || refresh?.status === 'InProgress') refresh.made.add(one.id);
  }
  const over = state.fleet.live(group).length - group.desired;
  if (over <= 0 || group.suspended.has('Terminate')) return;
  for (const one of victims(state, group).slice(0, over)) {
    const cause =
      'an instance was taken out of service in response to a difference between desired and actual capacity, shrinking the capacity.';
    terminateInGroup(state, group, one, cause);
  }
}

/** The default policy as far as one zone is: not protected, other than the group's own template, oldest first. */
function victims(state: State, group: FakeGroup): FakeInstance[] {
  const own = group.launch.template;
  const foreign = ({ template }: FakeInstance) =>
    Number(template.id !== own.id || String(template.version) !== own.version);
  return state.fleet
    .live(group)
    .filter((one) => !one.protected)
    .sort(
      (a, b) =>
        foreign(b) - foreign(a) || a.template.version - b.template.version || a.launchedAt - b.launchedAt,
    );
}

function fromPool(state: State, group: FakeGroup, cause: string): FakeInstance | undefined {
  const { template } = configOf(state, group);
  const one = state.fleet
    .pool(group)
    .find(
      ({ lifecycle, template: { version } }) =>
        lifecycle !== 'Warmed:Pending' && String(version) === template.version,
    );
  if (!one) return undefined;
  const description = `Launching a new EC2 instance from warm pool: ${one.id}`;
  const { id } = beginActivity(state, group, description, cause, 'PreInService');
  one.activityId = id;
  one.launchedAt = state.clock.now;
  one.lifecycle = 'Pending';
  one.state = 'pending';
  return one;
}

/** As many as the group could still grow by, or as the pool was told; those of another version are made anew. */
function fillPool(state: State, group: FakeGroup): void {
  const { warmPool } = group;
  const pool = state.fleet.pool(group);
  const config = configOf(state, group);
  const most = warmPool && (warmPool.most < 0 ? group.max : warmPool.most);
  const wanted = warmPool && !warmPool.deleting ? Math.max(warmPool.min, (most ?? 0) - group.desired) : 0;
  const right = pool.filter(({ template: { version } }) => String(version) === config.template.version);
  const excess = [...pool.filter((one) => !right.includes(one)), ...right.slice(wanted)];
  for (const one of excess) {
    terminateInGroup(state, group, one, 'a warm pool instance was terminated.');
    shutDown(state, one);
  }
  for (let count = right.length; count < wanted && state.clock.now >= group.launchAgainAt; count++) {
    launchInto(state, group, config, 'a warm pool instance was launched.', true);
  }
  if (warmPool?.deleting && pool.length === 0) group.warmPool = undefined;
}

function remove(state: State, group: FakeGroup): void {
  for (const one of [...state.fleet.live(group), ...state.fleet.pool(group)]) {
    terminateInGroup(state, group, one, 'the Auto Scaling group is being deleted.');
  }
  if (state.fleet.members(group).length > 0) return;
  state.fleet.groups.delete(group.name);
  state.fleet.deletedActivities.unshift(...group.activities);
}
