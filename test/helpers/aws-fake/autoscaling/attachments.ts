import type { FakeGroup } from '../fleet/model';
import type { Query } from '../query';
import { Refusal } from '../refusal';
import type { State } from '../state';
import type { Members } from '../xml';
import { findGroup, pageOf } from './common';
import { checkedTargetGroups } from './group-settings';

export function attachTargetGroups(state: State, query: Query): Members {
  attach(state, findGroup(state, query), query.texts('TargetGroupARNs.member'));
  return {};
}

export function detachTargetGroups(state: State, query: Query): Members {
  detach(state, findGroup(state, query), query.texts('TargetGroupARNs.member'));
  return {};
}

export function describeTargetGroups(state: State, query: Query): Members {
  const group = findGroup(state, query);
  const { items, next } = pageOf([...group.targetGroupArns], query);
  return {
    LoadBalancerTargetGroups: items.map((arn) => ({
      LoadBalancerTargetGroupARN: arn,
      State: attachmentState(state, group, arn),
    })),
    NextToken: next,
  };
}

export function attachTrafficSources(state: State, query: Query): Members {
  attach(state, findGroup(state, query), identifiers(query));
  return {};
}

export function detachTrafficSources(state: State, query: Query): Members {
  detach(state, findGroup(state, query), identifiers(query));
  return {};
}

export function describeTrafficSources(state: State, query: Query): Members {
  const group = findGroup(state, query);
  const { items, next } = pageOf([...group.targetGroupArns], query);
  return {
    TrafficSources: items.map((arn) => ({
      TrafficSource: arn,
      Identifier: arn,
      Type: 'elbv2',
      State: attachmentState(state, group, arn),
    })),
    NextToken: next,
  };
}

function identifiers(query: Query): string[] {
  return query.members('TrafficSources.member').map((one) => one.required('Identifier'));
}

function attach(state: State, group: FakeGroup, arns: readonly string[]): void {
  if (state.fleet.activeRefresh(group)) {
    throw new Refusal(
      'InstanceRefreshInProgress',
      'An active instance refresh blocks the change of traffic sources.',
    );
  }
  for (const arn of checkedTargetGroups(state, arns)) {
    group.targetGroupArns.add(arn);
    const targets = state.balancing.groups.get(arn);
    for (const { id, lifecycle } of state.fleet.live(group)) {
      if (targets && lifecycle === 'InService') state.balancing.register(targets, id);
    }
  }
}

function detach(state: State, group: FakeGroup, arns: readonly string[]): void {
  for (const arn of arns) {
    group.targetGroupArns.delete(arn);
    for (const { id } of state.fleet.members(group)) {
      for (const { group: from, target } of state.balancing.registrations(id)) {
        if (from.arn === arn) state.balancing.drain(from, target);
      }
    }
  }
}

/** `InService`: health checks count for the group, and one target passes them. */
function attachmentState(state: State, group: FakeGroup, arn: string): string {
  const targets = [...(state.balancing.groups.get(arn)?.targets.values() ?? [])];
  const waiting = state.fleet
    .live(group)
    .some(({ id }) => !targets.some((target) => target.id === id && target.drainingSince === undefined));
  if (waiting) return 'Adding';
  const healthy = targets.some(({ health }) => health.state === 'healthy');
  return group.healthCheckType.includes('ELB') && healthy ? 'InService' : 'Added';
}
