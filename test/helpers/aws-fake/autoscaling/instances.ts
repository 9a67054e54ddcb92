import { isoTime } from '../fleet/clock';
import type { FakeActivity } from '../fleet/model';
import { terminateInGroup } from '../fleet/terminate';
import type { Query } from '../query';
import type { State } from '../state';
import type { Members, Xml } from '../xml';
import { findGroup, findMember, invalidRequest, pageOf } from './common';
import { renderMember } from './render-group';

export function describeAutoScalingInstances(state: State, query: Query): Members {
  const ids = query.texts('InstanceIds.member');
  const all = [...state.fleet.groups.values()]
    .flatMap((group) => [...state.fleet.members(group), ...state.fleet.pool(group)])
    .filter(({ id }) => ids.length === 0 || ids.includes(id));
  const { items, next } = pageOf(all, query, 50);
  const render = (one: (typeof items)[number]) => ({ ...renderMember(one), AutoScalingGroupName: one.group });
  return { AutoScalingInstances: items.map(render), NextToken: next };
}

/** Its successor comes unless the size goes down with it. */
export function terminateInstance(state: State, query: Query): Members {
  const { group, instance } = findMember(state, query);
  const decrement = query.flag('ShouldDecrementDesiredCapacity');
  if (decrement === undefined) query.required('ShouldDecrementDesiredCapacity');
  if (decrement && group.desired - 1 < group.min) {
    throw invalidRequest(
      `Currently, desiredSize equals minSize (${group.min}). Terminating instance without replacement will violate group's min size constraint. Either set shouldDecrementDesiredCapacity flag to false or lower group's min size.`,
    );
  }
  if (decrement) group.desired--;
  const id =
    instance.lifecycle === 'Terminating'
      ? instance.endActivityId
      : terminateInGroup(
          state,
          group,
          instance,
          'instance was taken out of service in response to a user request.',
        );
  const activity = group.activities.find((one) => one.id === id) as FakeActivity;
  return { Activity: renderActivity(activity) };
}

export function setProtection(state: State, query: Query): Members {
  const group = findGroup(state, query);
  const on = query.flag('ProtectedFromScaleIn') ?? false;
  const ids = query.texts('InstanceIds.member');
  const members = ids.map((id) => state.fleet.live(group).find((one) => one.id === id));
  const odd = ids[members.indexOf(undefined)];
  if (odd !== undefined)
    throw invalidRequest(`The instance ${odd} is not part of Auto Scaling group ${group.name}.`);
  for (const one of members) if (one) one.protected = on;
  return {};
}

export function setHealth(state: State, query: Query): Members {
  const { group, instance } = findMember(state, query);
  const health = query.required('HealthStatus');
  if (health !== 'Healthy' && health !== 'Unhealthy') throw invalidRequest(`Invalid HealthStatus: ${health}`);
  const young =
    state.clock.now - (instance.inServiceAt ?? state.clock.now) < group.graceSeconds * state.world.secondMs;
  if (young && (query.flag('ShouldRespectGracePeriod') ?? true)) return {};
  instance.health = health;
  return {};
}

export function describeActivities(state: State, query: Query): Members {
  const ids = query.texts('ActivityIds.member');
  const named = query.text('AutoScalingGroupName');
  const groups = named ? [findGroup(state, query)] : [...state.fleet.groups.values()];
  const deleted = query.flag('IncludeDeletedGroups') && !named ? state.fleet.deletedActivities : [];
  const all = [...groups.flatMap(({ activities }) => activities), ...deleted].filter(
    ({ id }) => ids.length === 0 || ids.includes(id),
  );
  const { items, next } = pageOf(all, query);
  return { Activities: items.map(renderActivity), NextToken: next };
}

function renderActivity(activity: FakeActivity): Xml {
  return {
    ActivityId: activity.id,
    AutoScalingGroupName: activity.group,
    AutoScalingGroupARN: activity.groupArn,
    Description: activity.description,
    Cause: activity.cause,
    StartTime: isoTime(activity.startedAt),
    EndTime: activity.endedAt && isoTime(activity.endedAt),
    StatusCode: activity.status,
    StatusMessage: activity.message,
    Progress: activity.progress,
    Details: '{}',
  };
}
