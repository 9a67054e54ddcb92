import type { FakeGroup } from '../fleet/model';
import type { Query } from '../query';
import { Refusal } from '../refusal';
import type { State } from '../state';
import type { Members } from '../xml';
import { findGroup, invalidRequest, numberIn, pageOf } from './common';
import { renderMember, renderWarmPool } from './render-group';

type PoolState = NonNullable<FakeGroup['warmPool']>['state'];

export function putWarmPool(state: State, query: Query): Members {
  const group = findGroup(state, query);
  refuseWhileRefreshing(state, group);
  if (group.launch.mixed !== undefined) {
    throw invalidRequest(
      'You cannot add a warm pool to an Auto Scaling group that has a mixed instances policy.',
    );
  }
  const word = query.text('PoolState') ?? 'Stopped';
  if (!['Stopped', 'Running', 'Hibernated'].includes(word))
    throw invalidRequest(`Invalid PoolState: ${word}`);
  group.warmPool = {
    min: numberIn(query, 'MinSize', 0, 1_000_000) ?? 0,
    most: numberIn(query, 'MaxGroupPreparedCapacity', -1, 1_000_000) ?? -1,
    state: word as PoolState,
    reuse: query.flag('InstanceReusePolicy.ReuseOnScaleIn') ?? false,
    deleting: false,
  };
  return {};
}

export function describeWarmPool(state: State, query: Query): Members {
  const group = findGroup(state, query);
  const { items, next } = pageOf(state.fleet.pool(group), query, 50);
  return {
    WarmPoolConfiguration: group.warmPool && renderWarmPool(group.warmPool),
    Instances: items.map(renderMember),
    NextToken: next,
  };
}

export function deleteWarmPool(state: State, query: Query): Members {
  const group = findGroup(state, query);
  refuseWhileRefreshing(state, group);
  if (!group.warmPool) throw invalidRequest(`No warm pool found for group ${group.name}`);
  if (state.fleet.pool(group).length > 0 && !query.flag('ForceDelete')) {
    throw new Refusal(
      'ResourceInUse',
      'The warm pool has instances: terminate them, or delete with ForceDelete.',
    );
  }
  group.warmPool.deleting = true;
  return {};
}

function refuseWhileRefreshing(state: State, group: FakeGroup): void {
  if (!state.fleet.activeRefresh(group)) return;
  throw new Refusal(
    'InstanceRefreshInProgress',
    'An active instance refresh blocks the change of the warm pool.',
  );
}

const METRICS = [
  'GroupMinSize',
  'GroupMaxSize',
  'GroupDesiredCapacity',
  'GroupInServiceInstances',
  'GroupPendingInstances',
  'GroupStandbyInstances',
  'GroupTerminatingInstances',
  'GroupTotalInstances',
  'GroupInServiceCapacity',
  'GroupPendingCapacity',
  'GroupStandbyCapacity',
  'GroupTerminatingCapacity',
  'GroupTotalCapacity',
  'WarmPoolDesiredCapacity',
  'WarmPoolWarmedCapacity',
  'WarmPoolPendingCapacity',
  'WarmPoolTerminatingCapacity',
  'WarmPoolTotalCapacity',
  'GroupAndWarmPoolDesiredCapacity',
  'GroupAndWarmPoolTotalCapacity',
];

export function enableMetrics(state: State, query: Query): Members {
  const group = findGroup(state, query);
  if (query.required('Granularity') !== '1Minute')
    throw invalidRequest('Valid metrics granularity type is: [1Minute].');
  for (const name of metrics(query)) group.metrics.add(name);
  return {};
}

export function disableMetrics(state: State, query: Query): Members {
  const group = findGroup(state, query);
  for (const name of metrics(query)) group.metrics.delete(name);
  return {};
}

function metrics(query: Query): readonly string[] {
  const named = query.texts('Metrics.member');
  const odd = named.find((name) => !METRICS.includes(name));
  if (odd !== undefined) throw invalidRequest(`Invalid metric: ${odd}`);
  return named.length > 0 ? named : METRICS;
}

/** Kept and given back: no lifecycle action is ever waited for. */
export function putHook(state: State, query: Query): Members {
  const group = findGroup(state, query);
  const name = query.required('LifecycleHookName');
  const given = query.keys().filter((key) => !['Action', 'Version', 'AutoScalingGroupName'].includes(key));
  const defaults = { HeartbeatTimeout: 3600, GlobalTimeout: 172_800, DefaultResult: 'ABANDON' };
  group.hooks.set(name, { ...defaults, ...Object.fromEntries(given.map((key) => [key, query.text(key)])) });
  return {};
}

export function describeHooks(state: State, query: Query): Members {
  const group = findGroup(state, query);
  const names = query.texts('LifecycleHookNames.member');
  const all = [...group.hooks].filter(([name]) => names.length === 0 || names.includes(name));
  return {
    LifecycleHooks: all.map(([, hook]) => ({ ...(hook as Members), AutoScalingGroupName: group.name })),
  };
}

export function deleteHook(state: State, query: Query): Members {
  const group = findGroup(state, query);
  const name = query.required('LifecycleHookName');
  if (!group.hooks.delete(name)) throw invalidRequest(`No Lifecycle Hook found with name ${name}`);
  return {};
}
