import { randomUUID } from 'node:crypto';
import type { FakeGroup } from '../fleet/model';
import type { Query } from '../query';
import { Refusal } from '../refusal';
import { ACCOUNT } from '../settings';
import type { State } from '../state';
import type { Members } from '../xml';
import { configIn, findGroup, invalidRequest, pageOf } from './common';
import { applySettings, checkedTargetGroups } from './group-settings';
import { renderGroup } from './render-group';
import { putTags } from './tags';

export function createGroup(state: State, query: Query): Members {
  const name = query.required('AutoScalingGroupName');
  if (/[:\r\n]/.test(name) || name.length > 255)
    throw invalidRequest(`Invalid AutoScalingGroupName: ${name}`);
  if (state.fleet.groups.has(name)) {
    throw new Refusal(
      'AlreadyExists',
      `AutoScalingGroup by this name already exists - A group with the name ${name} already exists`,
    );
  }
  const launch = configIn(state, query);
  if (!launch) {
    throw invalidRequest(
      'Valid requests must contain either LaunchTemplate, LaunchConfigurationName, InstanceId or MixedInstancesPolicy parameter.',
    );
  }
  for (const size of ['MinSize', 'MaxSize']) query.required(size);
  const group = newGroup(state, name, launch);
  applySettings(state, group, query);
  const sources = query.members('TrafficSources.member').map((one) => one.required('Identifier'));
  for (const arn of checkedTargetGroups(state, [...query.texts('TargetGroupARNs.member'), ...sources])) {
    group.targetGroupArns.add(arn);
  }
  for (const hook of query.members('LifecycleHookSpecificationList.member')) {
    group.hooks.set(
      hook.required('LifecycleHookName'),
      Object.fromEntries(hook.keys().map((key) => [key, hook.text(key)])),
    );
  }
  state.fleet.groups.set(name, group);
  try {
    putTags(state, query.members('Tags.member'), name);
  } catch (error) {
    state.fleet.groups.delete(name);
    throw error;
  }
  return {};
}

export function describeGroups(state: State, query: Query): Members {
  const names = query.texts('AutoScalingGroupNames.member');
  const filters = query.members('Filters.member');
  const all = [...state.fleet.groups.values()]
    .filter(({ name }) => names.length === 0 || names.includes(name))
    .filter((group) => filters.every((filter) => passes(group, filter)));
  const { items, next } = pageOf(all, query);
  const withInstances = query.flag('IncludeInstances') ?? true;
  return {
    AutoScalingGroups: items.map((group) => renderGroup(state, group, withInstances)),
    NextToken: next,
  };
}

function passes({ tags }: FakeGroup, filter: Query): boolean {
  const name = filter.required('Name');
  const values = filter.texts('Values.member');
  if (name === 'tag-key') return values.some((key) => tags.has(key));
  if (name === 'tag-value') return [...tags.values()].some(({ value }) => values.includes(value));
  if (name.startsWith('tag:')) return values.includes(tags.get(name.slice(4))?.value ?? '\0');
  throw invalidRequest(
    `Filter type ${name} is not correct. Allowed Filter types are: tag-key, tag-value, tag:<key>`,
  );
}

export function updateGroup(state: State, query: Query): Members {
  const group = findGroup(state, query);
  requireNotDeleting(group);
  const launch = configIn(state, query);
  if (launch && state.fleet.activeRefresh(group)?.desired) {
    throw invalidRequest(
      'An active instance refresh with a desired configuration exists. All configuration options derived from the desired configuration are not available for update while the instance refresh is active.',
    );
  }
  applySettings(state, group, query);
  if (launch) group.launch = launch;
  return {};
}

/** With `ForceDelete` the instances go too; without, there must be none. */
export function deleteGroup(state: State, query: Query): Members {
  const group = findGroup(state, query);
  const forced = query.flag('ForceDelete') ?? false;
  const protection = group.kept.get('DeletionProtection');
  if (protection === 'prevent-all-deletion' || (forced && protection === 'prevent-force-deletion')) {
    throw invalidRequest(`The Auto Scaling group has deletion protection: ${protection}`);
  }
  if (!forced && state.fleet.live(group).length > 0) {
    throw new Refusal(
      'ResourceInUse',
      'You cannot delete an AutoScalingGroup while there are instances or pending Spot instance request(s) still in the group.',
    );
  }
  if (!forced && state.fleet.members(group).length > 0) {
    throw new Refusal(
      'ScalingActivityInProgress',
      'You cannot delete an AutoScalingGroup while there are scaling activities in progress for that group.',
    );
  }
  if (!forced && group.warmPool) {
    throw new Refusal(
      'ResourceInUse',
      'You cannot delete an AutoScalingGroup while there is a warm pool in the group.',
    );
  }
  group.desired = 0;
  group.deleting = true;
  return {};
}

export function setDesiredCapacity(state: State, query: Query): Members {
  const group = findGroup(state, query);
  requireNotDeleting(group);
  const desired = Number(query.required('DesiredCapacity'));
  if (desired > group.max) {
    throw invalidRequest(
      `New SetDesiredCapacity value ${desired} is above max value ${group.max} for the AutoScalingGroup.`,
    );
  }
  if (desired < group.min) {
    throw invalidRequest(
      `New SetDesiredCapacity value ${desired} is below min value ${group.min} for the AutoScalingGroup.`,
    );
  }
  group.desired = desired;
  return {};
}

/** All, or those that are named. */
export function suspendProcesses(state: State, query: Query): Members {
  const group = findGroup(state, query);
  for (const name of processes(query)) {
    group.suspended.set(name, `User suspended at ${new Date(state.clock.now).toISOString()}`);
  }
  return {};
}

export function resumeProcesses(state: State, query: Query): Members {
  const group = findGroup(state, query);
  for (const name of processes(query)) group.suspended.delete(name);
  return {};
}

const PROCESSES = [
  'Launch',
  'Terminate',
  'AddToLoadBalancer',
  'AlarmNotification',
  'AZRebalance',
  'HealthCheck',
  'InstanceRefresh',
  'ReplaceUnhealthy',
  'ScheduledActions',
];

function processes(query: Query): readonly string[] {
  const named = query.texts('ScalingProcesses.member');
  const odd = named.find((name) => !PROCESSES.includes(name));
  if (odd !== undefined) throw invalidRequest(`Invalid ScalingProcess: ${odd}`);
  return named.length > 0 ? named : PROCESSES;
}

function requireNotDeleting(group: FakeGroup): void {
  if (!group.deleting) return;
  throw new Refusal('ScalingActivityInProgress', `The AutoScalingGroup ${group.name} is being deleted.`);
}

function newGroup(state: State, name: string, launch: FakeGroup['launch']): FakeGroup {
  return {
    name,
    arn: `arn:aws:autoscaling:${state.region}:${ACCOUNT}:autoScalingGroup:${randomUUID()}:autoScalingGroupName/${name}`,
    createdAt: state.clock.now,
    launch,
    min: 0,
    max: 0,
    desired: 0,
    cooldown: 300,
    zones: [],
    subnets: [],
    healthCheckType: 'EC2',
    graceSeconds: 0,
    warmupSeconds: undefined,
    newProtected: false,
    targetGroupArns: new Set(),
    tags: new Map(),
    suspended: new Map(),
    metrics: new Set(),
    hooks: new Map(),
    policies: new Map(),
    warmPool: undefined,
    kept: new Map(),
    refreshes: [],
    activities: [],
    launches: 0,
    launchAgainAt: 0,
    deleting: false,
  };
}
