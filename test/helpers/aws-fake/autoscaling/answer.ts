import { checkParameters } from '../parameters';
import type { Query } from '../query';
import { type Answer, Refusal } from '../refusal';
import { AUTOSCALING_ACTIONS, type AutoscalingAction } from '../settings';
import type { State } from '../state';
import { type Members, xmlAnswer } from '../xml';
import * as additions from './additions';
import * as attachments from './attachments';
import * as groups from './groups';
import * as instances from './instances';
import { AUTOSCALING_PARAMETERS } from './parameters';
import * as policies from './policies';
import * as refreshes from './refreshes';
import * as tags from './tags';

const VERSION = '2011-01-01';

const WORK: Readonly<Record<AutoscalingAction, (state: State, query: Query) => Members>> = {
  CreateAutoScalingGroup: groups.createGroup,
  DescribeAutoScalingGroups: groups.describeGroups,
  UpdateAutoScalingGroup: groups.updateGroup,
  DeleteAutoScalingGroup: groups.deleteGroup,
  SetDesiredCapacity: groups.setDesiredCapacity,
  SuspendProcesses: groups.suspendProcesses,
  ResumeProcesses: groups.resumeProcesses,
  TerminateInstanceInAutoScalingGroup: instances.terminateInstance,
  DescribeAutoScalingInstances: instances.describeAutoScalingInstances,
  SetInstanceProtection: instances.setProtection,
  SetInstanceHealth: instances.setHealth,
  DescribeScalingActivities: instances.describeActivities,
  StartInstanceRefresh: refreshes.startRefresh,
  DescribeInstanceRefreshes: refreshes.describeRefreshes,
  CancelInstanceRefresh: refreshes.cancelRefresh,
  RollbackInstanceRefresh: refreshes.rollbackRefresh,
  AttachLoadBalancerTargetGroups: attachments.attachTargetGroups,
  DetachLoadBalancerTargetGroups: attachments.detachTargetGroups,
  DescribeLoadBalancerTargetGroups: attachments.describeTargetGroups,
  AttachTrafficSources: attachments.attachTrafficSources,
  DetachTrafficSources: attachments.detachTrafficSources,
  DescribeTrafficSources: attachments.describeTrafficSources,
  PutScalingPolicy: policies.putPolicy,
  DescribePolicies: policies.describePolicies,
  DeletePolicy: policies.deletePolicy,
  PutWarmPool: additions.putWarmPool,
  DescribeWarmPool: additions.describeWarmPool,
  DeleteWarmPool: additions.deleteWarmPool,
  EnableMetricsCollection: additions.enableMetrics,
  DisableMetricsCollection: additions.disableMetrics,
  PutLifecycleHook: additions.putHook,
  DescribeLifecycleHooks: additions.describeHooks,
  DeleteLifecycleHook: additions.deleteHook,
  CreateOrUpdateTags: tags.createOrUpdateTags,
  DeleteTags: tags.deleteTags,
  DescribeTags: tags.describeTags,
};

export function findAutoscalingAction(query: Query): AutoscalingAction {
  const name = query.text('Action');
  const action = AUTOSCALING_ACTIONS.find((one) => one === name);
  if (!action) throw new Refusal('InvalidAction', `Could not find operation ${name} for version ${VERSION}`);
  return action;
}

export function answerAutoscaling(
  state: State,
  action: AutoscalingAction,
  query: Query,
  requestId: string,
): Answer {
  if (query.text('Version') !== VERSION) {
    throw new Refusal(
      'InvalidAction',
      `Could not find operation ${action} for version ${query.text('Version')}`,
    );
  }
  checkParameters(AUTOSCALING_PARAMETERS[action], query.keys());
  return xmlAnswer('autoscaling', action, requestId, WORK[action](state, query));
}
