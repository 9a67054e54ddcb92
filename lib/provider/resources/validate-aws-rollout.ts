import { KilnError } from '../../errors';
import { type ConfigOf, type Diagnostic, isUnknown, type UnknownableMembers } from '../../plugin';
import { parseWith, UpdatePolicySpec } from '../../spec';
import { hasUnknown } from '../has-unknown';
import type { AwsRolloutPlan, awsRolloutSchema } from './aws-rollout-schema';
import { policyArguments } from './update-attribute';

type Config = UnknownableMembers<ConfigOf<typeof awsRolloutSchema>>;

/** What is wrong between attributes; what is wrong with one alone, its own check says. */
export function validateAwsRollout(config: Config): readonly Diagnostic[] {
  const { update } = config;
  const found: Diagnostic[] = [];
  const tell = (attribute: string, summary: string) =>
    found.push({ severity: 'error', summary, path: [attribute] });
  if (!isUnknown(update) && !hasUnknown(update)) {
    const fault = policyFault(update as AwsRolloutPlan['update']);
    if (fault !== undefined) tell('update', fault);
  }
  const strategy = isUnknown(update) ? update : update.strategy;
  if (!isUnknown(strategy)) checkFor(strategy, config, tell);
  checkSize(config.size, tell);
  return found;
}

/** @throws KilnError `spec.invalid` */
export function policyOf(update: AwsRolloutPlan['update']): UpdatePolicySpec {
  return parseWith(UpdatePolicySpec, policyArguments(update), 'update');
}

function policyFault(update: AwsRolloutPlan['update']): string | undefined {
  try {
    policyOf(update);
    return undefined;
  } catch (error) {
    if (!KilnError.is(error)) throw error;
    return error.message;
  }
}

type Tell = (attribute: string, summary: string) => void;

function checkFor(strategy: string, { groups, size, listeners, alarms }: Config, tell: Tell): void {
  const isBlueGreen = strategy === 'blue-green';
  const wanted = isBlueGreen ? 2 : 1;
  if (!isUnknown(groups) && groups.length !== wanted)
    tell('groups', `'groups' has ${groups.length}, and '${strategy}' takes ${isBlueGreen ? 'two' : 'one'}`);
  const names = isUnknown(groups) ? [] : groups.map((group) => (isUnknown(group) ? group : group.name));
  if (names.length === 2 && !names.some(isUnknown) && names[0] === names[1])
    tell('groups', `'groups' has '${String(names[0])}' twice, and blue and green are two groups`);
  if (isBlueGreen) {
    if (size === null)
      tell('size', "'size' is missing, and 'blue-green' moves it from one group to the other");
    if (!isUnknown(alarms) && alarms !== null && alarms.length > 0)
      tell('alarms', "'alarms' are watched by instance refreshes, and 'blue-green' is none; leave them out");
    return;
  }
  if (!isUnknown(size) && size !== null)
    tell('size', `'size' is for 'blue-green' only; with '${strategy}' the group has its own`);
  if (!isUnknown(listeners) && listeners !== null && listeners.length > 0)
    tell('listeners', `'listeners' are for 'blue-green' only; '${strategy}' switches none`);
}

function checkSize(size: Config['size'], tell: Tell): void {
  if (size === null || isUnknown(size)) return;
  const { min, max, desired } = size;
  if (isUnknown(min) || isUnknown(max) || isUnknown(desired)) return;
  if (min > max) tell('size', `'size.min' is ${min}, and 'size.max' is ${max}; it must be at least as much`);
  else if (desired < min || desired > max)
    tell('size', `'size.desired' is ${desired}, and must be from ${min} to ${max}`);
}
