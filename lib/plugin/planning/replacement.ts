import type { WirePath } from '../rpc/path';
import { type Attribute, type Attributes, shapeOf } from '../schema/schema';
import { equalValues } from '../values/compare';
import { isUnknown } from '../values/unknown';

type Entries = Readonly<Record<string, unknown>>;

export interface ReplacementInput {
  readonly attributes: Attributes;
  readonly prior: Entries;
  readonly planned: Entries;
  /** Whether every change replaces, because nothing can be changed in place. */
  readonly everyChange: boolean;
}

/** The paths whose change means that the resource is made anew. */
export function replacementPaths(input: ReplacementInput, path: WirePath = []): readonly WirePath[] {
  return Object.entries(input.attributes).flatMap(([name, attribute]) => {
    const before = input.prior[name] ?? null;
    const after = input.planned[name] ?? null;
    if (!isReason(attribute, before, after)) return [];
    if (input.everyChange || attribute.forceNew === true) return [[...path, name]];
    return nestedPaths(attribute, before, after, [...path, name]);
  });
}

/** A computed value that is merely unknown again is a consequence of some change, never the reason for one. */
function isReason(attribute: Attribute, before: unknown, after: unknown): boolean {
  if (equalValues(shapeOf(attribute.type), before, after)) return false;
  const isOutput = attribute.mode === 'computed' || attribute.mode === 'optionalComputed';
  return !(isOutput && isUnknown(after));
}

/** Members that force replacement, in the objects that were there before and still are. */
function nestedPaths(
  attribute: Attribute,
  before: unknown,
  after: unknown,
  path: WirePath,
): readonly WirePath[] {
  const { type } = attribute;
  if (type.kind !== 'nested' || isUnknown(after) || before === null || after === null) return [];
  const within = (prior: unknown, planned: unknown, steps: WirePath): readonly WirePath[] =>
    isEntries(prior) && isEntries(planned)
      ? replacementPaths({ attributes: type.attributes, prior, planned, everyChange: false }, [
          ...path,
          ...steps,
        ])
      : [];
  switch (type.nesting) {
    case 'single':
      return within(before, after, []);
    case 'list':
      return (after as unknown[]).flatMap((item, index) =>
        within((before as unknown[])[index], item, [index]),
      );
    case 'map':
      return Object.entries(after as Entries).flatMap(([key, item]) =>
        within((before as Entries)[key], item, [{ key }]),
      );
    case 'set':
      return hasForceNew(type.attributes) ? [path] : [];
  }
}

function hasForceNew(attributes: Attributes): boolean {
  return Object.values(attributes).some(
    ({ forceNew, type }) => forceNew === true || (type.kind === 'nested' && hasForceNew(type.attributes)),
  );
}

function isEntries(value: unknown): value is Entries {
  return typeof value === 'object' && value !== null && !isUnknown(value);
}
