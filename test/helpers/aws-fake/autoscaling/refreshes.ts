import { randomUUID } from 'node:crypto';
import { isoTime } from '../fleet/clock';
import type { FakeGroup, FakeRefresh } from '../fleet/model';
import { rollBack } from '../fleet/step-refresh';
import type { Query } from '../query';
import { Refusal } from '../refusal';
import type { State } from '../state';
import type { Members, Xml } from '../xml';
import { configIn, findGroup, invalidRequest, pageOf, renderConfig } from './common';
import { preferencesIn, renderPreferences } from './preferences';

export function startRefresh(state: State, query: Query): Members {
  const group = findGroup(state, query);
  const strategy = query.text('Strategy') ?? 'Rolling';
  if (strategy !== 'Rolling')
    throw invalidRequest(`The fake only knows the strategy Rolling, not ${strategy}`);
  const desired = configIn(state, query, 'DesiredConfiguration.');
  const preferences = preferencesIn(query, group);
  if (preferences.autoRollback) requireWayBack(group, desired);
  if (group.deleting) throw invalidRequest(`The AutoScalingGroup ${group.name} is being deleted.`);
  if (state.fleet.activeRefresh(group)) {
    throw new Refusal(
      'InstanceRefreshInProgress',
      'An Instance Refresh is already in progress and blocks the execution of this Instance Refresh.',
    );
  }
  const missing = preferences.alarms.find((name) => !state.fleet.alarms.has(name));
  if (missing !== undefined) throw invalidRequest(`The CloudWatch alarm ${missing} does not exist.`);
  const refresh = newRefresh(state, group, desired, preferences);
  group.refreshes.unshift(refresh);
  return { InstanceRefreshId: refresh.id };
}

/** What a rollback needs (RollbackInstanceRefresh): a wanted configuration, and numbers to go back to. */
function requireWayBack(group: FakeGroup, desired: FakeRefresh['desired']): void {
  const why = noWayBack(group.launch, desired);
  if (why) throw invalidRequest(why);
}

function noWayBack(before: FakeRefresh['before'], desired: FakeRefresh['desired']): string | undefined {
  if (!desired) return 'The instance refresh has no desired configuration, so it cannot be rolled back.';
  const moving = [before, desired].find(({ template }) => template.version.startsWith('$'));
  return (
    moving &&
    `The launch template version ${moving.template.version} cannot be rolled back: give the number of a version.`
  );
}

function newRefresh(
  state: State,
  group: FakeGroup,
  desired: FakeRefresh['desired'],
  preferences: FakeRefresh['preferences'],
): FakeRefresh {
  return {
    id: randomUUID(),
    group: group.name,
    preferences,
    desired,
    before: group.launch,
    startedAt: state.clock.now,
    endedAt: undefined,
    status: 'Pending',
    reason: undefined,
    percent: 0,
    toUpdate: group.desired,
    rollback: undefined,
    matched: new Set(),
    made: new Set(),
    madeBack: new Set(),
    checkpointsPassed: new Set(),
    pausedUntil: undefined,
    bakedAt: undefined,
    movedAt: state.clock.now,
  };
}

export function describeRefreshes(state: State, query: Query): Members {
  const group = findGroup(state, query);
  const ids = query.texts('InstanceRefreshIds.member');
  const all = group.refreshes.filter(({ id }) => ids.length === 0 || ids.includes(id));
  const { items, next } = pageOf(all, query);
  return { InstanceRefreshes: items.map(render), NextToken: next };
}

export function cancelRefresh(state: State, query: Query): Members {
  const group = findGroup(state, query);
  const refresh = active(state, group);
  if (refresh.status === 'Cancelling') throw notActive(group);
  refresh.status = 'Cancelling';
  refresh.reason = 'Cancelled due to user request.';
  if (query.flag('WaitForTransitioningInstances') === false) {
    refresh.status = 'Cancelled';
    refresh.endedAt = state.clock.now;
  }
  return { InstanceRefreshId: refresh.id };
}

export function rollbackRefresh(state: State, query: Query): Members {
  const group = findGroup(state, query);
  const refresh = active(state, group);
  if (refresh.status === 'RollbackInProgress' || refresh.status === 'Cancelling') throw notActive(group);
  const why = noWayBack(refresh.before, refresh.desired);
  if (why) throw new Refusal('IrreversibleInstanceRefresh', why);
  rollBack(state, refresh, 'Rollback was initiated by a user request.');
  return { InstanceRefreshId: refresh.id };
}

function active(state: State, group: FakeGroup): FakeRefresh {
  const refresh = state.fleet.activeRefresh(group);
  if (!refresh) throw notActive(group);
  return refresh;
}

function notActive(group: FakeGroup): Refusal {
  return new Refusal(
    'ActiveInstanceRefreshNotFound',
    `No in progress or pending Instance Refresh found for Auto Scaling group ${group.name}`,
  );
}

function render(refresh: FakeRefresh): Xml {
  const { rollback } = refresh;
  return {
    InstanceRefreshId: refresh.id,
    AutoScalingGroupName: refresh.group,
    Status: refresh.status,
    StatusReason: refresh.reason,
    StartTime: refresh.status === 'Pending' ? undefined : isoTime(refresh.startedAt),
    EndTime: refresh.endedAt && isoTime(refresh.endedAt),
    PercentageComplete: refresh.percent,
    InstancesToUpdate: refresh.toUpdate,
    Preferences: renderPreferences(refresh.preferences),
    DesiredConfiguration: refresh.desired && renderConfig(refresh.desired),
    RollbackDetails: rollback && {
      RollbackReason: rollback.reason,
      RollbackStartTime: isoTime(rollback.at),
      PercentageCompleteOnRollback: rollback.percent,
      InstancesToUpdateOnRollback: rollback.toUpdate,
    },
    Strategy: 'Rolling',
  };
}
