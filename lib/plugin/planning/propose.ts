import { type Attribute, type Attributes, type Nested, objectShape } from '../schema/schema';
import { equalValues } from '../values/compare';
import { isUnknown, UNKNOWN } from '../values/unknown';

type Entries = Readonly<Record<string, unknown>>;

/**
 * The configuration with defaults filled in, write-only values removed, and each computed value either kept from
 * `prior` or unknown. With `keepComputed` all are kept, which answers: would anything change at all? Without, only
 * the stable ones are.
 */
export function proposeMembers(
  attributes: Attributes,
  config: Entries,
  prior: Entries | null,
  keepComputed: boolean,
): Entries {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, attribute]) => [
      name,
      proposeMember(
        attribute,
        config[name] ?? null,
        prior === null ? undefined : (prior[name] ?? null),
        keepComputed,
      ),
    ]),
  );
}

/** `prior` is undefined where there was none, and null where it was null. */
function proposeMember(
  attribute: Attribute,
  config: unknown,
  prior: unknown,
  keepComputed: boolean,
): unknown {
  if (attribute.mode === 'writeOnly') return null;
  if (isUnknown(config)) return UNKNOWN;
  if (config !== null) {
    return attribute.type.kind === 'nested'
      ? proposeNested(attribute.type, config, prior ?? null, keepComputed)
      : config;
  }
  if (attribute.mode === 'default') return attribute.defaultValue;
  if (attribute.mode !== 'computed' && attribute.mode !== 'optionalComputed') return null;
  const kept = keepComputed || (attribute.stable === true && prior !== null);
  return kept && prior !== undefined ? prior : UNKNOWN;
}

function proposeNested(type: Nested, config: unknown, prior: unknown, keepComputed: boolean): unknown {
  const propose = (item: unknown, before: unknown): unknown =>
    isUnknown(item) || item === null
      ? item
      : proposeMembers(type.attributes, item as Entries, entriesOrNull(before), keepComputed);
  switch (type.nesting) {
    case 'single':
      return propose(config, prior);
    case 'list':
      return (config as unknown[]).map((item, index) => propose(item, (prior as unknown[] | null)?.[index]));
    case 'map':
      return Object.fromEntries(
        Object.entries(config as Entries).map(([key, item]) => [
          key,
          propose(item, entriesOrNull(prior)?.[key]),
        ]),
      );
    case 'set':
      return (config as unknown[]).map((item) => propose(item, findSame(type.attributes, item, prior)));
  }
}

/** An element of a set has no key: the one it was is the one that differs in nothing but computed members. */
function findSame(attributes: Attributes, item: unknown, prior: unknown): unknown {
  if (isUnknown(item) || item === null || !Array.isArray(prior)) return undefined;
  const shape = objectShape(attributes);
  return prior.find((before) =>
    equalValues(shape, proposeMembers(attributes, item as Entries, entriesOrNull(before), true), before),
  );
}

function entriesOrNull(value: unknown): Entries | null {
  return typeof value === 'object' && !isUnknown(value) ? (value as Entries | null) : null;
}
