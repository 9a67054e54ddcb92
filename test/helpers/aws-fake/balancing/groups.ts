import { treeOf } from '../autoscaling/common';
import type { Query } from '../query';
import { Refusal } from '../refusal';
import type { State } from '../state';
import type { Members, Xml } from '../xml';
import type { FakeListener, FakeTargetGroup } from './model';
import { findTargetGroup } from './targets';

export function describeTargetGroups(state: State, query: Query): Members {
  const arns = query.texts('TargetGroupArns.member');
  const names = query.texts('Names.member');
  const balancer = query.text('LoadBalancerArn');
  for (const arn of arns) findTargetGroup(state, arn);
  const all = [...state.balancing.groups.values()].filter(
    (group) =>
      (arns.length === 0 || arns.includes(group.arn)) &&
      (names.length === 0 || names.includes(group.name)) &&
      (balancer === undefined || balancersOf(state, group).includes(balancer)),
  );
  if (names.length > 0 && all.length === 0) {
    throw new Refusal('TargetGroupNotFound', 'One or more target groups not found');
  }
  return { TargetGroups: all.map((group) => renderGroup(state, group)) };
}

function balancersOf(state: State, { arn }: FakeTargetGroup): string[] {
  const listeners = [...state.balancing.listeners.values()];
  const using = listeners.filter(({ forwards }) => forwards.some((one) => one.arn === arn));
  return [...new Set(using.map(({ balancerArn }) => balancerArn))];
}

function renderGroup(state: State, group: FakeTargetGroup): Xml {
  const { check } = group;
  return {
    TargetGroupArn: group.arn,
    TargetGroupName: group.name,
    Protocol: group.protocol,
    Port: group.port,
    VpcId: group.vpcId,
    HealthCheckProtocol: check.protocol,
    HealthCheckPort: 'traffic-port',
    HealthCheckEnabled: true,
    HealthCheckIntervalSeconds: check.intervalSeconds,
    HealthCheckTimeoutSeconds: check.timeoutSeconds,
    HealthyThresholdCount: check.healthyCount,
    UnhealthyThresholdCount: check.unhealthyCount,
    HealthCheckPath: check.path,
    Matcher: check.codes === undefined ? undefined : { HttpCode: check.codes },
    LoadBalancerArns: balancersOf(state, group),
    TargetType: 'instance',
  };
}

export function describeListeners(state: State, query: Query): Members {
  const arns = query.texts('ListenerArns.member');
  const balancer = query.text('LoadBalancerArn');
  if (arns.length === 0 && balancer === undefined) {
    throw new Refusal('ValidationError', 'You must specify either listener ARNs or a load balancer ARN');
  }
  for (const arn of arns) findListener(state, arn);
  const all = [...state.balancing.listeners.values()].filter(
    (one) => arns.includes(one.arn) || one.balancerArn === balancer,
  );
  return { Listeners: all.map(renderListener) };
}

/** Its default actions; all else is moto's. */
export function modifyListener(state: State, query: Query): Members {
  const listener = findListener(state, query.required('ListenerArn'));
  const actions = query.members('DefaultActions.member');
  if (actions.length > 0) {
    const forwards = actions.flatMap(forwardsIn);
    for (const { arn } of forwards) findTargetGroup(state, arn);
    checkWeights(forwards);
    listener.forwards = forwards;
    listener.actions = treeOf(query, 'DefaultActions') as Xml;
  }
  return { Listeners: [renderListener(listener)] };
}

function checkWeights(forwards: FakeListener['forwards']): void {
  const odd = forwards.find(({ weight }) => !Number.isInteger(weight) || weight < 0 || weight > 999);
  if (odd)
    throw new Refusal('ValidationError', `The weight ${odd.weight} must be a whole number from 0 to 999`);
  if (forwards.length > 5)
    throw new Refusal('TooManyTargets', 'An action forwards to at most 5 target groups');
}

function forwardsIn(action: Query): { arn: string; weight: number }[] {
  const groups = action.members('ForwardConfig.TargetGroups.member');
  const many = groups.map((one) => ({
    arn: one.required('TargetGroupArn'),
    weight: Number(one.text('Weight') ?? 1),
  }));
  const single = action.text('TargetGroupArn');
  if (action.required('Type') === 'forward' && many.length === 0 && !single) {
    throw new Refusal('ValidationError', 'A target group is required for a forward action');
  }
  return many.length > 0 || !single ? many : [{ arn: single, weight: 1 }];
}

function findListener(state: State, arn: string): FakeListener {
  const listener = state.balancing.listeners.get(arn);
  if (listener) return listener;
  throw new Refusal('ListenerNotFound', 'One or more listeners not found');
}

function renderListener({ arn, balancerArn, port, protocol, actions }: FakeListener): Xml {
  return {
    ListenerArn: arn,
    LoadBalancerArn: balancerArn,
    Port: port,
    Protocol: protocol,
    DefaultActions: actions,
  };
}
