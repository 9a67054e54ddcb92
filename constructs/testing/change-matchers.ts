import { type InService, leastDuring, leastInService } from './in-service';
import { compareStacks, findDifference, type ServiceDifference } from './stack-change';
import { changeOf, isChange, judge, type Subject, stackOf, type Verdict } from './verdict';

const CHANGE = 'the change';

/** Would the instances of a service be replaced, or removed? Of a change `{ before, after }`. */
export function toReplaceInstancesOf(subject: Subject, service: string): Verdict {
  const difference = findDifference(changeOf(subject), service);
  return judge(goes(difference), {
    about: CHANGE,
    expectation: `replace the instances of '${service}'`,
    found: describe(difference),
  });
}

/** Would any instance be replaced, or removed? Of a change `{ before, after }`. */
export function toReplaceAnything(subject: Subject): Verdict {
  const all = compareStacks(changeOf(subject));
  const going = all.filter(goes);
  return judge(going.length > 0, {
    about: CHANGE,
    expectation: 'replace any instance',
    found: (going.length > 0 ? going : all).flatMap(describe),
  });
}

/**
 * Do at least so many instances serve at every moment of a rollout in which nothing fails? Of a change: this one; of a stack:
 * any rollout of another image.
 * @param service only this one. @default - each service
 */
export function toKeepInService(subject: Subject, instances: number, service?: string): Verdict {
  const all = inService(subject, service);
  return judge(all.length > 0 && all.every(([, { least }]) => least !== undefined && least >= instances), {
    about: isChange(subject) ? CHANGE : `stack '${stackOf(subject).name}'`,
    expectation: `keep at least ${instances} ${instances === 1 ? 'instance' : 'instances'} of ${service ? `'${service}'` : 'each service'} in service`,
    found: all.map(([name, { least, why }]) => `'${name}' keeps ${least ?? 'an unknown number'}: ${why}`),
  });
}

function inService(subject: Subject, service: string | undefined): [name: string, kept: InService][] {
  if (isChange(subject)) {
    const differences = service === undefined ? compareStacks(subject) : [findDifference(subject, service)];
    return differences.map((difference) => [difference.name, leastDuring(difference)]);
  }
  const stack = stackOf(subject);
  const services = service === undefined ? stack.services : [stack.findService(service)];
  return services.map((one) => [one.name, leastInService(one)]);
}

function goes({ fate }: ServiceDifference): boolean {
  return fate === 'replaced' || fate === 'removed';
}

function describe({ name, fate, because, before, after }: ServiceDifference): string[] {
  const where = (after ?? before)?.address;
  const line = `'${name}' is ${fate} (${where})`;
  return because.length === 0 ? [line] : [`${line}, because of`, ...because.map((one) => `  ${one}`)];
}
