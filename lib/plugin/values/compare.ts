import type { ValuePath } from '../diagnostics';
import type { Shape } from '../schema/types';
import { Decimal } from './decimal';
import { Dynamic } from './dynamic';
import { isUnknown } from './unknown';

type Entries = Readonly<Record<string, unknown>>;

/** Equal as Terraform sees it: sets have no order, absent members are null, an unknown equals only an unknown. */
export function equalValues(shape: Shape, a: unknown, b: unknown): boolean {
  return a === b || canonical(shape, a) === canonical(shape, b);
}

/** A text that two values share exactly when they are equal. */
function canonical(shape: Shape, value: unknown): string {
  if (isUnknown(value)) return '?';
  if (value === null || value === undefined) return 'null';
  switch (shape.kind) {
    case 'list':
      return `[${(value as unknown[]).map((item) => canonical(shape.element, item)).join()}]`;
    case 'set':
      return `{${[...new Set((value as unknown[]).map((item) => canonical(shape.element, item)))].sort().join()}}`;
    case 'tuple':
      return `[${shape.elements.map((element, i) => canonical(element, (value as unknown[])[i])).join()}]`;
    case 'map':
      return members(value, () => shape.element);
    case 'object':
      return members({ ...nulls(shape.attributes), ...(value as Entries) }, (key) => shape.attributes[key]);
    case 'dynamic':
      return value instanceof Dynamic
        ? `${JSON.stringify(value.type)}:${canonical(value.type, value.value)}`
        : JSON.stringify(value);
    case 'number':
      return (value instanceof Decimal ? value : Decimal.from(value as number)).toString();
    default:
      return JSON.stringify(value);
  }
}

function members(value: unknown, shapeOfKey: (key: string) => Shape | undefined): string {
  const parts = Object.entries(value as Entries)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, item]) => {
      const shape = shapeOfKey(key);
      return `${JSON.stringify(key)}:${shape === undefined ? 'null' : canonical(shape, item)}`;
    });
  return `{${parts.join()}}`;
}

function nulls(attributes: Readonly<Record<string, Shape>>): Entries {
  return Object.fromEntries(Object.keys(attributes).map((key) => [key, null]));
}

/** The parts of a value by their last step; a leaf has none. */
function parts(value: unknown): readonly (readonly [string | number, unknown])[] {
  if (value instanceof Dynamic) return parts(value.value);
  if (value instanceof Decimal || typeof value !== 'object' || value === null || isUnknown(value)) return [];
  return Array.isArray(value) ? value.map((item, i) => [i, item] as const) : Object.entries(value);
}

/** The path of the first unknown in a value, or undefined where all of it is known. */
export function findUnknown(value: unknown, path: ValuePath = []): ValuePath | undefined {
  if (isUnknown(value) || (value instanceof Dynamic && isUnknown(value.value))) return path;
  for (const [step, part] of parts(value)) {
    const found = findUnknown(part, [...path, step]);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The value with null for everything that is unknown. */
export function unknownToNull(value: unknown): unknown {
  if (isUnknown(value)) return null;
  if (findUnknown(value) === undefined) return value;
  if (value instanceof Dynamic) return new Dynamic(value.type, unknownToNull(value.value));
  if (Array.isArray(value)) return value.map(unknownToNull);
  return Object.fromEntries(
    Object.entries(value as Entries).map(([key, part]) => [key, unknownToNull(part)]),
  );
}

/** The path at which `actual` breaks what was `planned`, or undefined; an unknown may become anything. */
export function findBroken(
  shape: Shape,
  planned: unknown,
  actual: unknown,
  path: ValuePath = [],
): ValuePath | undefined {
  if (isUnknown(planned) || equalValues(shape, planned, actual)) return undefined;
  if (findUnknown(planned) === undefined && parts(planned).length === 0) return path;
  if (parts(planned).length !== parts(actual).length && shape.kind !== 'object') return path;
  // Elements of a set cannot be told apart while parts of them are unknown.
  if (shape.kind === 'set' || shape.kind === 'dynamic')
    return findUnknown(planned) === undefined ? path : undefined;
  for (const [step, part] of parts(planned)) {
    const inner = shapeOfPart(shape, step);
    const found = inner && findBroken(inner, part, (actual as Entries | null)?.[step], [...path, step]);
    if (found !== undefined) return found;
  }
  return undefined;
}

function shapeOfPart(shape: Shape, step: string | number): Shape | undefined {
  if (shape.kind === 'object') return shape.attributes[step];
  if (shape.kind === 'tuple') return shape.elements[Number(step)];
  return 'element' in shape ? shape.element : undefined;
}
