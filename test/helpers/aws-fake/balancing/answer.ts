import { checkParameters } from '../parameters';
import type { Query } from '../query';
import { type Answer, Refusal } from '../refusal';
import { ELB_ACTIONS, type ElbAction } from '../settings';
import type { State } from '../state';
import { type Members, xmlAnswer } from '../xml';
import { describeListeners, describeTargetGroups, modifyListener } from './groups';
import { ELB_PARAMETERS } from './parameters';
import { deregisterTargets, describeTargetHealth, registerTargets } from './targets';

const VERSION = '2015-12-01';

const WORK: Readonly<Record<ElbAction, (state: State, query: Query) => Members>> = {
  RegisterTargets: registerTargets,
  DeregisterTargets: deregisterTargets,
  DescribeTargetHealth: describeTargetHealth,
  DescribeTargetGroups: describeTargetGroups,
  DescribeListeners: describeListeners,
  ModifyListener: modifyListener,
};

export function findElbAction(query: Query): ElbAction {
  const name = query.text('Action');
  const action = ELB_ACTIONS.find((one) => one === name);
  if (!action) throw new Refusal('InvalidAction', `Could not find operation ${name} for version ${VERSION}`);
  return action;
}

export function answerElb(state: State, action: ElbAction, query: Query, requestId: string): Answer {
  if (query.text('Version') !== VERSION) {
    throw new Refusal(
      'InvalidAction',
      `Could not find operation ${action} for version ${query.text('Version')}`,
    );
  }
  checkParameters(ELB_PARAMETERS[action], query.keys());
  return xmlAnswer('elasticloadbalancing', action, requestId, WORK[action](state, query));
}
