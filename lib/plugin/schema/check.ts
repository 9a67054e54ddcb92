import type { Diagnostic, ValuePath } from '../diagnostics';
import { pathText } from '../diagnostics';
import { findUnknown } from '../values/compare';
import type { Attribute, Attributes } from './schema';

type Entries = Readonly<Record<string, unknown>>;

/** Runs every attribute's own `check` on the values that are given and known. */
export function checkAttributes(attributes: Attributes, values: Entries, path: ValuePath = []): Diagnostic[] {
  return Object.entries(attributes).flatMap(([name, attribute]) =>
    checkAttribute(attribute, values[name], [...path, name]),
  );
}

function checkAttribute(attribute: Attribute, value: unknown, path: ValuePath): Diagnostic[] {
  if (value === null || value === undefined) return [];
  const inner = nestedObjects(attribute, value).flatMap(([steps, object]) =>
    attribute.type.kind === 'nested'
      ? checkAttributes(attribute.type.attributes, object, [...path, ...steps])
      : [],
  );
  const known = findUnknown(value) === undefined;
  const complaint = known ? attribute.check?.(value as never) : undefined;
  if (complaint === undefined) return inner;
  return [{ severity: 'error', summary: `'${pathText(path)}' ${complaint}`, path }, ...inner];
}

/** The objects of a nested attribute, with the steps that lead to each. */
export function nestedObjects(
  attribute: Attribute,
  value: unknown,
): readonly (readonly [ValuePath, Entries])[] {
  if (attribute.type.kind !== 'nested' || typeof value !== 'object' || value === null) return [];
  const all: readonly (readonly [ValuePath, unknown])[] =
    attribute.type.nesting === 'single'
      ? [[[], value]]
      : Object.entries(value).map(
          ([key, item]) => [[Array.isArray(value) ? Number(key) : key], item] as const,
        );
  return all.filter(
    (entry): entry is readonly [ValuePath, Entries] =>
      typeof entry[1] === 'object' &&
      entry[1] !== null &&
      Object.getPrototypeOf(entry[1]) === Object.prototype,
  );
}
