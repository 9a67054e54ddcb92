import { limitsOf } from '../../lib/rollout';
import type { UpdatePolicySpec } from '../../lib/spec';
import { holdersThatGo, type ServiceDifference } from './stack-change';
import type { TestedService } from './tested-service';

/** How many instances serve at the worst moment of a rollout in which nothing fails, and why. */
export interface InService {
  /** Undefined where only Terraform knows the number of instances. */
  readonly least: number | undefined;
  readonly why: string;
}

/** A rollout of any other image by the service's own policy. */
export function leastInService(service: TestedService): InService {
  return during('replaced', service, service);
}

/** The change from one version of a service to another; one that is created had nothing to keep, so it counts as it will be. */
export function leastDuring({ fate, before, after }: ServiceDifference): InService {
  if (!after) return { least: 0, why: 'it is removed' };
  return before ? during(fate, before, after) : leastInService(after);
}

function during(fate: ServiceDifference['fate'], before: TestedService, after: TestedService): InService {
  const gone = holdersThatGo(before, after);
  if (gone.length > 0) return { least: 0, why: `${gone.join(' and ')} is removed` };
  if (!before.instances || !after.instances) {
    return { least: undefined, why: `only Terraform knows its number of instances (${after.address})` };
  }
  const [from, to] = [before.instances.min, after.instances.min];
  const counts = from === to ? `${from}` : `from ${from} to ${to}`;
  const size = `${counts} instance${from === 1 && to === 1 ? '' : 's'}`;
  if (fate === 'kept') return { least: Math.min(from, to), why: `it has ${size}, which are not replaced` };
  return {
    least: Math.min(from, floorOf(after.update, to)),
    why: `it has ${size} and ${describe(after.update)} (${after.address})`,
  };
}

/** The rule's own floor: no step takes a healthy instance out when fewer would remain. */
function floorOf(policy: UpdatePolicySpec, instances: number): number {
  if (policy.strategy === 'replace') return 0;
  return policy.strategy === 'blue-green' ? instances : limitsOf(policy, instances).floor;
}

function describe({ strategy, maxUnavailable }: UpdatePolicySpec): string {
  if (strategy === 'replace') return "replaces all at once ('replace')";
  return strategy === 'blue-green'
    ? 'is switched at once (blue/green)'
    : `'maxUnavailable' ${maxUnavailable}`;
}
