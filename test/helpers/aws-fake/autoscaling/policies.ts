import { randomUUID } from 'node:crypto';
import type { Query } from '../query';
import { ACCOUNT } from '../settings';
import type { State } from '../state';
import type { Members, Xml } from '../xml';
import { findGroup, invalidRequest, numberIn, pageOf, treeOf } from './common';

const PREDEFINED = [
  'ASGAverageCPUUtilization',
  'ASGAverageNetworkIn',
  'ASGAverageNetworkOut',
  'ALBRequestCountPerTarget',
];
/** Given back as they came. */
const KEPT = [
  'PolicyType',
  'AdjustmentType',
  'MinAdjustmentMagnitude',
  'ScalingAdjustment',
  'Cooldown',
  'StepAdjustments',
  'MetricAggregationType',
  'EstimatedInstanceWarmup',
  'TargetTrackingConfiguration',
];

export function putPolicy(state: State, query: Query): Members {
  const group = findGroup(state, query);
  const name = query.required('PolicyName');
  const type = query.text('PolicyType') ?? 'SimpleScaling';
  if (!['SimpleScaling', 'StepScaling', 'TargetTrackingScaling'].includes(type)) {
    throw invalidRequest(`The fake knows no policy of type ${type}`);
  }
  const tracks = type === 'TargetTrackingScaling';
  if (tracks) checkTracking(query);
  numberIn(query, 'EstimatedInstanceWarmup', 0, 1_000_000);
  const { region } = state;
  const arn =
    group.policies.get(name)?.arn ??
    `arn:aws:autoscaling:${region}:${ACCOUNT}:scalingPolicy:${randomUUID()}:autoScalingGroupName/${group.name}:policyName/${name}`;
  const alarms = (tracks ? ['AlarmHigh', 'AlarmLow'] : []).map((kind) => {
    const AlarmName = `TargetTracking-${group.name}-${kind}-${arn.split(':')[6]}`;
    return { AlarmName, AlarmARN: `arn:aws:cloudwatch:${region}:${ACCOUNT}:alarm:${AlarmName}` };
  });
  const kept = KEPT.flatMap((key): [string, Xml][] => {
    const value = treeOf(query, key);
    return value === undefined ? [] : [[key, value]];
  });
  group.policies.set(name, {
    arn,
    xml: {
      AutoScalingGroupName: group.name,
      PolicyName: name,
      PolicyARN: arn,
      ...Object.fromEntries(kept),
      PolicyType: type,
      Enabled: query.flag('Enabled') ?? true,
      Alarms: alarms,
    },
  });
  return { PolicyARN: arn, Alarms: alarms };
}

function checkTracking(query: Query): void {
  const at = 'TargetTrackingConfiguration';
  if (!query.has(at))
    throw invalidRequest('TargetTrackingConfiguration is required for TargetTrackingScaling');
  if (!(Number(query.required(`${at}.TargetValue`)) > 0))
    throw invalidRequest('TargetValue must be greater than 0');
  const predefined = query.text(`${at}.PredefinedMetricSpecification.PredefinedMetricType`);
  if (predefined === undefined) {
    if (query.has(`${at}.CustomizedMetricSpecification`)) return;
    throw invalidRequest('A metric specification is required: predefined or customized');
  }
  if (!PREDEFINED.includes(predefined)) throw invalidRequest(`Invalid PredefinedMetricType: ${predefined}`);
  const label = query.text(`${at}.PredefinedMetricSpecification.ResourceLabel`);
  const counted = predefined === 'ALBRequestCountPerTarget';
  if (counted && !/^app\/[^/]+\/[0-9a-f]+\/targetgroup\/[^/]+\/[0-9a-f]+$/.test(label ?? '')) {
    throw invalidRequest(
      `Invalid resource label, ${label}: it must be of the form app/<load-balancer-name>/<load-balancer-id>/targetgroup/<target-group-name>/<target-group-id>`,
    );
  }
}

export function describePolicies(state: State, query: Query): Members {
  const names = query.texts('PolicyNames.member');
  const types = query.texts('PolicyTypes.member');
  const groups = query.text('AutoScalingGroupName')
    ? [findGroup(state, query)]
    : [...state.fleet.groups.values()];
  const all = groups
    .flatMap(({ policies }) => [...policies])
    .filter(([name, { arn }]) => names.length === 0 || names.includes(name) || names.includes(arn))
    .map(([, { xml }]) => xml)
    .filter(({ PolicyType }) => types.length === 0 || types.includes(String(PolicyType)));
  const { items, next } = pageOf(all, query);
  return { ScalingPolicies: items, NextToken: next };
}

export function deletePolicy(state: State, query: Query): Members {
  const group = findGroup(state, query);
  const name = query.required('PolicyName');
  const found = [...group.policies].find(([key, { arn }]) => key === name || arn === name);
  if (!found) throw invalidRequest(`No policy ${name} found for group ${group.name}`);
  group.policies.delete(found[0]);
  return {};
}
