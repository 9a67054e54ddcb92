import type { State } from '../state';
import { launchInto } from './launch';
import type { FakeGroup, FakeInstance, FakeRefresh, GroupTemplate } from './model';
import { boundsOf, isHealthy, type View, viewOf } from './refresh-rule';
import { terminateInGroup } from './terminate';

/** A refresh that gets nowhere for an hour fails (Auto Scaling guide, instance refreshes). */
const STALL_SECONDS = 3600;
const RETIRED = 'an instance was taken out of service in response to an instance refresh.';

/** What new instances of the group are made of now. */
export function configOf(state: State, group: FakeGroup): GroupTemplate {
  const refresh = state.fleet.activeRefresh(group);
  if (refresh?.status === 'InProgress' || refresh?.status === 'Baking')
    return refresh.desired ?? group.launch;
  return refresh?.status === 'RollbackInProgress' ? refresh.before : group.launch;
}

/** Moves the group's refresh by one step. True: the group's size is the refresh's affair in this step. */
export function stepRefresh(state: State, group: FakeGroup, refresh: FakeRefresh): boolean {
  if (refresh.status === 'Pending') return start(state, group, refresh);
  if (refresh.status === 'Cancelling') return cancel(state, group, refresh);
  const alarm = refresh.preferences.alarms.find((name) => state.fleet.alarms.get(name) === 'ALARM');
  if (alarm !== undefined && refresh.status !== 'RollbackInProgress') {
    return fail(state, refresh, `The CloudWatch alarm ${alarm} is in ALARM state.`);
  }
  if (refresh.status === 'Baking') return bake(state, group, refresh);
  if (refresh.pausedUntil !== undefined && state.clock.now < refresh.pausedUntil) return false;
  if (refresh.pausedUntil !== undefined) refresh.reason = undefined;
  refresh.pausedUntil = undefined;
  move(state, group, refresh);
  return true;
}

/** To the configuration that the group had before; the caller has made sure that there is a way. */
export function rollBack(state: State, refresh: FakeRefresh, reason: string): void {
  const { percent, toUpdate } = refresh;
  refresh.rollback = { reason, at: state.clock.now, percent, toUpdate };
  refresh.status = 'RollbackInProgress';
  refresh.reason = reason;
  refresh.pausedUntil = undefined;
  refresh.movedAt = state.clock.now;
}

function start(state: State, group: FakeGroup, refresh: FakeRefresh): boolean {
  refresh.status = 'InProgress';
  refresh.movedAt = state.clock.now;
  if (refresh.preferences.skipMatching) {
    const wanted = configOf(state, group);
    for (const one of state.fleet.live(group)) if (matches(one, wanted)) refresh.matched.add(one.id);
  }
  count(state, group, refresh);
  return false;
}

function matches({ template }: FakeInstance, { template: wanted }: GroupTemplate): boolean {
  return template.id === wanted.id && String(template.version) === wanted.version;
}

/** What is under way ends first. */
function cancel(state: State, group: FakeGroup, refresh: FakeRefresh): boolean {
  const busy = state.fleet.members(group).some(({ lifecycle }) => lifecycle !== 'InService');
  if (!busy) end(state, refresh, 'Cancelled');
  return busy;
}

function bake(state: State, group: FakeGroup, refresh: FakeRefresh): boolean {
  const due = (refresh.bakedAt ?? 0) + refresh.preferences.bakeSeconds * state.world.secondMs;
  if (state.clock.now >= due) succeed(state, group, refresh);
  return false;
}

function move(state: State, group: FakeGroup, refresh: FakeRefresh): void {
  const limit = limitOf(group, refresh);
  const before = viewOf(state, group, refresh);
  if (before.ready.length > readiest(refresh)) refresh.movedAt = state.clock.now;
  mostReady.set(refresh, Math.max(before.ready.length, readiest(refresh)));
  retire(state, group, refresh, before, limit);
  grow(state, group, refresh, limit);
  trim(state, group, refresh);
  count(state, group, refresh);
  conclude(state, group, refresh, limit);
}

const mostReady = new WeakMap<FakeRefresh, number>();
const readiest = (refresh: FakeRefresh) => mostReady.get(refresh) ?? 0;

/** How many may be replaced before the next stop. */
function limitOf({ desired }: FakeGroup, refresh: FakeRefresh): number {
  if (refresh.status === 'RollbackInProgress') return desired;
  const { checkpoints } = refresh.preferences;
  const next =
    checkpoints.find((percent) => !refresh.checkpointsPassed.has(percent)) ?? checkpoints.at(-1) ?? 100;
  return Math.ceil((desired * next) / 100);
}

/** Old ones go as far as the healthy ones that stay allow. */
function retire(state: State, group: FakeGroup, refresh: FakeRefresh, view: View, limit: number): void {
  if (group.suspended.has('Terminate')) return;
  const { least } = boundsOf(group.desired, refresh.preferences);
  const { live, stale, fresh, ready } = view;
  const counted = live.filter((one) => ready.includes(one) || !fresh.includes(one));
  const well = new Set(counted.filter((one) => isHealthy(state, group, one)));
  const { scaleInProtected } = refresh.preferences;
  const free = stale.filter((one) => !one.protected || scaleInProtected === 'Refresh');
  let left = stale.length;
  for (const one of free.sort((a, b) => Number(well.has(a)) - Number(well.has(b)))) {
    if (left <= Math.max(0, group.desired - limit)) return;
    if (well.has(one) && well.size - 1 < least) return;
    terminateInGroup(state, group, one, RETIRED);
    refresh.movedAt = state.clock.now;
    left--;
    well.delete(one);
  }
}

/** New ones come as far as the maximum allows, in place of old ones that are there or gone. */
function grow(state: State, group: FakeGroup, refresh: FakeRefresh, limit: number): void {
  if (group.suspended.has('Launch')) return;
  const { most } = boundsOf(group.desired, refresh.preferences);
  const cause = 'an instance was launched in response to an instance refresh.';
  for (;;) {
    if (state.clock.now < group.launchAgainAt) return;
    const { live, stale, fresh } = viewOf(state, group, refresh);
    const ahead = Math.min(most, group.desired + stale.length);
    if (live.length >= group.desired && (live.length >= ahead || fresh.length >= limit)) return;
    const one = launchInto(state, group, configOf(state, group), cause);
    if (!one) return;
    (refresh.status === 'RollbackInProgress' ? refresh.madeBack : refresh.made).add(one.id);
  }
}

/** After a scale-in there may be too many: old ones go first, then those that are not ready. */
function trim(state: State, group: FakeGroup, refresh: FakeRefresh): void {
  if (group.suspended.has('Terminate')) return;
  const { most } = boundsOf(group.desired, refresh.preferences);
  const { live, stale, fresh, ready } = viewOf(state, group, refresh);
  const unready = fresh.filter((one) => !ready.includes(one));
  const order = [...stale, ...unready, ...ready].filter((one) => !one.protected);
  const over = live.length - Math.min(most, group.desired + stale.length);
  for (const one of order.slice(0, Math.max(0, over))) {
    terminateInGroup(
      state,
      group,
      one,
      'an instance was taken out of service in response to a difference between desired and actual capacity, shrinking the capacity.',
    );
  }
}

function count(state: State, group: FakeGroup, refresh: FakeRefresh): void {
  const { fresh, ready, live } = viewOf(state, group, refresh);
  if (refresh.status === 'RollbackInProgress') {
    const left = live.length - fresh.length;
    refresh.percent =
      group.desired === 0 ? 0 : Math.min(refresh.percent, Math.floor((100 * left) / group.desired));
    return;
  }
  const matched = fresh.filter(({ id }) => refresh.matched.has(id)).length;
  const all = Math.max(0, group.desired - matched);
  const done = Math.min(all, ready.length - ready.filter(({ id }) => refresh.matched.has(id)).length);
  refresh.percent = all === 0 ? 100 : Math.floor((100 * done) / all);
  refresh.toUpdate = all - done;
}

function conclude(state: State, group: FakeGroup, refresh: FakeRefresh, limit: number): void {
  const { live, stale, ready, ignored } = viewOf(state, group, refresh);
  const settled =
    live.length === group.desired &&
    stale.length <= Math.max(0, group.desired - limit) &&
    ready.length >= Math.min(limit, group.desired - ignored.length) &&
    state.fleet.members(group).length === live.length;
  if (settled) {
    reach(state, group, refresh);
  } else if (state.clock.now - refresh.movedAt >= STALL_SECONDS * state.world.secondMs) {
    fail(state, refresh, 'The instance refresh could not replace an instance for an hour.');
  }
}

/** The end, or a checkpoint on the way. */
function reach(state: State, group: FakeGroup, refresh: FakeRefresh): void {
  if (refresh.status === 'RollbackInProgress') {
    refresh.percent = 0;
    end(state, refresh, 'RollbackSuccessful');
    return;
  }
  const { checkpoints, checkpointDelaySeconds, bakeSeconds } = refresh.preferences;
  const next = checkpoints.find((percent) => !refresh.checkpointsPassed.has(percent));
  if (next !== undefined && next !== checkpoints.at(-1)) {
    refresh.checkpointsPassed.add(next);
    refresh.pausedUntil = state.clock.now + checkpointDelaySeconds * state.world.secondMs;
    refresh.movedAt = refresh.pausedUntil;
    refresh.reason = `Waiting at the checkpoint of ${next}% until ${new Date(refresh.pausedUntil).toISOString()}.`;
    return;
  }
  refresh.reason = undefined;
  refresh.bakedAt = state.clock.now;
  if (bakeSeconds === 0) succeed(state, group, refresh);
  else refresh.status = 'Baking';
}

function succeed(state: State, group: FakeGroup, refresh: FakeRefresh): void {
  if (refresh.desired) group.launch = refresh.desired;
  end(state, refresh, 'Successful');
}

function fail(state: State, refresh: FakeRefresh, reason: string): boolean {
  refresh.reason = reason;
  if (refresh.status === 'RollbackInProgress') end(state, refresh, 'RollbackFailed');
  else if (refresh.preferences.autoRollback) rollBack(state, refresh, reason);
  else end(state, refresh, 'Failed');
  return false;
}

function end(state: State, refresh: FakeRefresh, status: FakeRefresh['status']): void {
  refresh.status = status;
  refresh.endedAt = state.clock.now;
}
