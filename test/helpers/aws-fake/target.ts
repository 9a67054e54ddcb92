import { findAutoscalingAction } from './autoscaling/answer';
import { findElbAction } from './balancing/answer';
import { type EbsCall, findEbsCall } from './ebs';
import { findEc2Action } from './ec2';
import { Query } from './query';
import { Refusal, type Service } from './refusal';
import type { AwsAction } from './settings';

/** What a request asks for; `refusal` where that cannot be told. */
export interface Target {
  readonly service: Service;
  readonly action?: AwsAction;
  readonly ebs?: EbsCall;
  readonly query?: Query;
  readonly parameters: Readonly<Record<string, string>>;
  readonly refusal?: Refusal;
}

const FINDERS = {
  ec2: findEc2Action,
  autoscaling: findAutoscalingAction,
  elasticloadbalancing: findElbAction,
} as const;

export function findTarget(service: Service, method: string, path: string, body: Buffer): Target {
  try {
    if (service === 'ebs') {
      const ebs = findEbsCall(method, path);
      const [snapshotId, blockIndex] = ebs.names;
      const parameters = { ...(snapshotId && { snapshotId }), ...(blockIndex && { blockIndex }) };
      return { service, action: ebs.action, ebs, parameters };
    }
    if (method !== 'POST' || path !== '/')
      throw new Refusal('InvalidAction', `no action is ${method} ${path}`);
    const query = Query.parse(body.toString());
    const parameters = Object.fromEntries(query.keys().map((key) => [key, query.text(key) ?? '']));
    return {
      service,
      action: (FINDERS[service as keyof typeof FINDERS] ?? findEc2Action)(query),
      query,
      parameters,
    };
  } catch (error) {
    if (error instanceof Refusal) return { service, parameters: {}, refusal: error };
    throw error;
  }
}
