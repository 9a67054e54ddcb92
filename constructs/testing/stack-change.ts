import type { TerraformStack } from 'cdktf';
import { type TestedService, unknownService } from './tested-service';
import { TestedStack } from './tested-stack';

/** Two versions of one stack: what is deployed, and what is to be. */
export interface StackChange {
  readonly before: TerraformStack | TestedStack;
  readonly after: TerraformStack | TestedStack;
}

/**
 * What a change does to a service: `replaced`: other instances take over; `removed`: all of them go; `kept`: those that run
 * go on, although their number may change; `created`: there were none.
 */
export type InstancesFate = 'replaced' | 'removed' | 'kept' | 'created';

export interface ServiceDifference {
  readonly name: string;
  readonly fate: InstancesFate;
  readonly before: TestedService | undefined;
  readonly after: TestedService | undefined;
  /** `image.digest: 'sha256:..' becomes 'sha256:..'`; empty unless it is replaced. */
  readonly because: readonly string[];
}

/** What a change from one version of a stack to another does to each service, in the order of their names. */
export function compareStacks(change: StackChange): ServiceDifference[] {
  const before = TestedStack.of(change.before);
  const after = TestedStack.of(change.after);
  const names = new Set([...before.services, ...after.services].map(({ name }) => name));
  return [...names]
    .sort((a, b) => a.localeCompare(b))
    .map((name) => compareService(name, before.tryFindService(name), after.tryFindService(name)));
}

/** @throws KilnError `testing.service` for one that neither version has */
export function findDifference(change: StackChange, name: string): ServiceDifference {
  const all = compareStacks(change);
  const found = all.find((one) => one.name === name);
  if (found) return found;
  const known = all.map((one) => one.name);
  throw unknownService(name, known, 'either version of the stack');
}

function compareService(
  name: string,
  before: TestedService | undefined,
  after: TestedService | undefined,
): ServiceDifference {
  if (!before || !after) return { name, before, after, fate: before ? 'removed' : 'created', because: [] };
  const because = [
    ...holdersThatGo(before, after).map((holder) => `${holder} is removed`),
    ...differences(before.launch, after.launch),
  ];
  return { name, before, after, fate: because.length > 0 ? 'replaced' : 'kept', because };
}

/** What is removed with its instances while the service as such stays. */
export function holdersThatGo(before: TestedService, after: TestedService): string[] {
  return before.holders.filter((holder) => !after.holders.includes(holder));
}

function differences(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string[] {
  const paths = [...new Set([...before.keys(), ...after.keys()])];
  return paths
    .filter((path) => before.get(path) !== after.get(path))
    .map((path) => `${path}: ${quoted(before.get(path))} becomes ${quoted(after.get(path))}`);
}

function quoted(value: string | undefined): string {
  return value === undefined ? 'nothing' : `'${value}'`;
}
