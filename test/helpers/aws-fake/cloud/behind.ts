import type { Behind, Claimed } from '../call';
import type { Answer } from '../refusal';
import { EC2_ACTIONS } from '../settings';
import { scopeOf } from '../signature';
import type { SignedRequest } from '../sigv4';
import type { State } from '../state';
import type { Target } from '../target';
import { InStep } from './in-step';
import type { Moto } from './moto';
import { nameOf } from './names';
import { PrivateAddresses } from './private-addresses';

/** Of Elastic Load Balancing, all else is moto's. */
const HEALTH = ['RegisterTargets', 'DeregisterTargets', 'DescribeTargetHealth'];
/** Ids of what the fake holds. */
const OURS = /^(ami|snap|lt|i)-/;

/** moto behind the fake. */
export class MotoBehind implements Behind {
  private readonly inStep: InStep;
  private readonly addresses = new PrivateAddresses();

  constructor(
    private readonly moto: Moto,
    private readonly states: (region: string) => State | undefined,
    region: string,
  ) {
    this.inStep = new InStep(moto.url, region);
  }

  async stop(): Promise<void> {
    this.inStep.close();
    await this.moto.stop();
  }

  claim(request: SignedRequest): Claimed | undefined {
    if (request.url.pathname.startsWith('/snapshots')) return undefined;
    const named = nameOf(request);
    return isOurs(named) ? undefined : named;
  }

  async answer(request: SignedRequest, claimed: Claimed): Promise<Answer> {
    const { service, action } = claimed;
    const answer = this.addresses.complete(claimed, await this.moto.pass(request));
    const state = this.states(scopeOf(request.headers.authorization)?.region ?? '');
    const changed = service === 'elasticloadbalancing' && !action.startsWith('Describe');
    if (changed && state && answer.status < 400) await this.inStep.balancing(state);
    return answer;
  }

  async prepare({ action, query }: Target, state: State): Promise<void> {
    const subnets = query?.text('VPCZoneIdentifier')?.split(',').filter(Boolean) ?? [];
    await this.inStep.subnets(state, subnets);
    if (action === 'StartInstanceRefresh' && query?.has('Preferences.AlarmSpecification')) {
      await this.inStep.alarms(state);
    }
  }
}

function isOurs({ service, action, parameters }: Claimed): boolean {
  if (service === 'autoscaling') return true;
  if (service === 'elasticloadbalancing') return HEALTH.includes(action);
  if (service !== 'ec2' || !(EC2_ACTIONS as readonly string[]).includes(action)) return false;
  if (action !== 'CreateTags' && action !== 'DeleteTags') return true;
  return OURS.test(parameters['ResourceId.1'] ?? '');
}
