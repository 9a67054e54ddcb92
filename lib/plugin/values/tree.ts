import { DiagnosticsError, pathText, type ValuePath } from '../diagnostics';
import { type NumberForm, type Shape, typeFromJson, typeToJson } from '../schema/types';
import { Decimal } from './decimal';
import { Dynamic } from './dynamic';
import { isUnknown } from './unknown';

/**
 * Between values as TypeScript sees them and plain trees as msgpack and JSON hold them. Both ways go by the type,
 * never by what a tree looks like: a dynamic value's type is bytes, a number may be text, an object lists all members.
 */
export interface ReadOptions {
  /** Refuse nulls inside collections and objects that are not declared nullable: for configurations. */
  readonly strictNulls: boolean;
}

/** Reads a tree. Throws {@link DiagnosticsError} for a value that the type does not allow. */
export function fromTree(shape: Shape, tree: unknown, options: ReadOptions, path: ValuePath = []): unknown {
  if (isUnknown(tree)) return tree;
  if (tree === null || tree === undefined) return readNull(shape, options, path);
  switch (shape.kind) {
    case 'string':
      return typeof tree === 'string' ? tree : wrongTree(shape, tree, path);
    case 'bool':
      return typeof tree === 'boolean' ? tree : wrongTree(shape, tree, path);
    case 'number':
      return readNumber(shape.form, tree, path);
    case 'list':
    case 'set':
      return items(shape, tree, path).map((item, i) => fromTree(shape.element, item, options, [...path, i]));
    case 'tuple':
      return items(shape, tree, path).map((item, i) =>
        fromTree(shape.elements[i] ?? wrongTree(shape, tree, path), item, options, [...path, i]),
      );
    case 'map':
      return mapEntries(members(shape, tree, path), (key, item) =>
        fromTree(shape.element, item, options, [...path, key]),
      );
    case 'object': {
      const given = members(shape, tree, path);
      return mapEntries(shape.attributes, (key, member) =>
        fromTree(member, Object.hasOwn(given, key) ? given[key] : null, options, [...path, key]),
      );
    }
    case 'dynamic':
      return readDynamic(tree, options, path);
  }
}

/** Writes a tree that holds every member. Throws for a value that is not of the type: a fault of the provider. */
export function toTree(shape: Shape, value: unknown, path: ValuePath = []): unknown {
  if (isUnknown(value)) return value;
  if (value === null || value === undefined) return null;
  switch (shape.kind) {
    case 'string':
      return typeof value === 'string' ? value : wrongValue(shape, value, path);
    case 'bool':
      return typeof value === 'boolean' ? value : wrongValue(shape, value, path);
    case 'number':
      return writeNumber(shape, value, path);
    case 'list':
    case 'set':
      if (!Array.isArray(value)) return wrongValue(shape, value, path);
      return value.map((item, i) => toTree(shape.element, item, [...path, i]));
    case 'tuple':
      if (!Array.isArray(value)) return wrongValue(shape, value, path);
      return shape.elements.map((element, i) => toTree(element, value[i], [...path, i]));
    case 'map':
      return mapEntries(plainObject(shape, value, path), (key, item) =>
        toTree(shape.element, item, [...path, key]),
      );
    case 'object':
      return writeObject(shape.attributes, plainObject(shape, value, path), path);
    case 'dynamic':
      if (!(value instanceof Dynamic)) return wrongValue(shape, value, path);
      if (value.type.kind === 'dynamic') return toTree(value.type, value.value, path);
      return [
        new TextEncoder().encode(JSON.stringify(typeToJson(value.type))),
        toTree(value.type, value.value, path),
      ];
  }
}

function readNull(shape: Shape, options: ReadOptions, path: ValuePath): null {
  if (options.strictNulls && path.length > 0 && shape.nullable !== true) {
    throw DiagnosticsError.at(path, `'${pathText(path)}' is null`, 'Give it a value, or leave it out.');
  }
  return null;
}

function readNumber(form: NumberForm, tree: unknown, path: ValuePath): number | Decimal {
  if (typeof tree !== 'number' && typeof tree !== 'bigint' && typeof tree !== 'string') {
    return wrongTree({ kind: 'number', form }, tree, path);
  }
  if (typeof tree === 'number' && !Number.isFinite(tree))
    return refuse('is infinite', 'Give a finite number.');
  if (form === 'decimal') return typeof tree === 'number' ? Decimal.fromDouble(tree) : Decimal.from(tree);
  const number = Number(tree);
  if (form === 'integer') {
    if (Number.isSafeInteger(number) && Decimal.from(tree).equals(Decimal.from(number))) return number;
    return refuse('is not a whole number', 'Give a whole number between -(2^53 - 1) and 2^53 - 1.');
  }
  if (typeof tree === 'number' || Decimal.from(tree).equals(Decimal.from(number))) return number;
  return refuse('has more digits than can be kept', 'Give a number of at most 15 significant digits.');

  function refuse(what: string, remedy: string): never {
    throw DiagnosticsError.at(path, `'${pathText(path)}' ${what}: ${tree}`, remedy);
  }
}

const INT64_MAX = 2n ** 63n - 1n;
/** A 64-bit integer has at most this many digits, so longer ones need not be computed to be compared. */
const INT64_DIGITS = 19;

/** As Terraform writes them: 64-bit integers, doubles where they are exact, and decimal text for the rest. */
function writeNumber(shape: Shape, value: unknown, path: ValuePath): number | bigint | string {
  if (typeof value === 'number' && !Number.isFinite(value)) return wrongValue(shape, value, path);
  if (Number.isSafeInteger(value)) return compact(BigInt(value as number));
  if (typeof value !== 'number' && typeof value !== 'bigint' && !(value instanceof Decimal)) {
    return wrongValue(shape, value, path);
  }
  const decimal = value instanceof Decimal ? value : Decimal.from(value);
  if (!decimal.isInteger()) {
    const double = decimal.toNumber();
    return Number.isFinite(double) && Decimal.fromDouble(double).equals(decimal)
      ? double
      : decimal.toString();
  }
  if (decimal.exponent > INT64_DIGITS) return decimal.toString();
  const integer = decimal.toBigInt();
  return integer >= -INT64_MAX - 1n && integer <= INT64_MAX ? compact(integer) : decimal.toString();
}

/** The msgpack library writes a bigint in nine bytes, and a JS number beyond 32 bits as a double. */
function compact(integer: bigint): number | bigint {
  return integer >= -0x8000_0000n && integer <= 0xffff_ffffn ? Number(integer) : integer;
}

/** msgpack has `[type as JSON bytes, value]`, a state file `{"type": ..., "value": ...}`. */
function readDynamic(tree: unknown, options: ReadOptions, path: ValuePath): Dynamic {
  const [typeJson, value] = Array.isArray(tree)
    ? [JSON.parse(new TextDecoder().decode(tree[0] as Uint8Array)) as unknown, tree[1] as unknown]
    : [(tree as { type?: unknown }).type, (tree as { value?: unknown }).value];
  const type = typeFromJson(typeJson);
  return new Dynamic(type, fromTree(type, value, options, path));
}

function writeObject(
  attributes: Readonly<Record<string, Shape>>,
  value: Readonly<Record<string, unknown>>,
  path: ValuePath,
): Record<string, unknown> {
  const stranger = Object.keys(value).find((key) => !Object.hasOwn(attributes, key));
  if (stranger !== undefined) {
    throw new TypeError(
      `'${pathText([...path, stranger])}' is not in the schema; the schema has ${Object.keys(attributes).join(', ')}`,
    );
  }
  return mapEntries(attributes, (key, member) =>
    toTree(member, Object.hasOwn(value, key) ? value[key] : null, [...path, key]),
  );
}

/** `Object.fromEntries` defines members, so that a key such as `__proto__` is one like any other. */
function mapEntries<V, R>(
  object: Readonly<Record<string, V>>,
  map: (key: string, value: V) => R,
): Record<string, R> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(key, value)]));
}

function items(shape: Shape, tree: unknown, path: ValuePath): readonly unknown[] {
  return Array.isArray(tree) ? tree : wrongTree(shape, tree, path);
}

function members(shape: Shape, tree: unknown, path: ValuePath): Readonly<Record<string, unknown>> {
  const isObject = typeof tree === 'object' && tree !== null && !Array.isArray(tree);
  return isObject ? (tree as Record<string, unknown>) : wrongTree(shape, tree, path);
}

function plainObject(shape: Shape, value: unknown, path: ValuePath): Readonly<Record<string, unknown>> {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject && !(value instanceof Decimal)
    ? (value as Record<string, unknown>)
    : wrongValue(shape, value, path);
}

function wrongTree(shape: Shape, tree: unknown, path: ValuePath): never {
  throw new TypeError(`'${pathText(path)}' came as ${describe(tree)} where a ${shape.kind} was expected`);
}

function wrongValue(shape: Shape, value: unknown, path: ValuePath): never {
  throw new TypeError(`'${pathText(path)}' was given ${describe(value)} where a ${shape.kind} is needed`);
}

/** Says what kind of thing it is, and never the thing itself: it may be a secret. */
function describe(value: unknown): string {
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  return typeof value === 'object'
    ? `an object (${value?.constructor?.name ?? 'plain'})`
    : `a ${typeof value}`;
}
