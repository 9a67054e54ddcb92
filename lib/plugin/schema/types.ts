import type { Decimal } from '../values/decimal';
import type { Dynamic } from '../values/dynamic';

/** How a Terraform number appears in TypeScript. */
export type NumberForm = 'integer' | 'number' | 'decimal';

/** The type of a value, in Terraform's terms, without TypeScript's view of it. */
export type Shape =
  | { readonly kind: 'string' | 'bool' | 'dynamic'; readonly nullable?: boolean }
  | { readonly kind: 'number'; readonly form: NumberForm; readonly nullable?: boolean }
  | { readonly kind: 'list' | 'set' | 'map'; readonly element: Shape; readonly nullable?: boolean }
  | { readonly kind: 'tuple'; readonly elements: readonly Shape[]; readonly nullable?: boolean }
  | {
      readonly kind: 'object';
      readonly attributes: Readonly<Record<string, Shape>>;
      readonly nullable?: boolean;
    };

declare const valueType: unique symbol;

/** A type whose values are `V` in TypeScript. */
export type Type<V = unknown> = Shape & { readonly [valueType]?: V };

export type ValueOf<T> = T extends { readonly [valueType]?: infer V } ? Exclude<V, undefined> : never;

type Types = Readonly<Record<string, Type>>;

const type = <V>(shape: Shape): Type<V> => shape;

/**
 * The types of attributes. Elements and members are never null unless wrapped in `t.nullable`: a null there is
 * refused with its path.
 */
export const t = {
  string: type<string>({ kind: 'string' }),
  bool: type<boolean>({ kind: 'bool' }),
  /** A whole number within ±(2^53 - 1); others are refused with their path. */
  integer: type<number>({ kind: 'number', form: 'integer' }),
  /** A number that a JS number holds to the last digit, such as 0.1; others are refused with their path. */
  number: type<number>({ kind: 'number', form: 'number' }),
  /** A number of any size and precision, exact. */
  decimal: type<Decimal>({ kind: 'number', form: 'decimal' }),
  /** A value that brings its own type. */
  dynamic: type<Dynamic>({ kind: 'dynamic' }),
  list: <T extends Type>(element: T) => type<readonly ValueOf<T>[]>({ kind: 'list', element }),
  /** Unordered and unique; an array in TypeScript, in any order. */
  set: <T extends Type>(element: T) => type<readonly ValueOf<T>[]>({ kind: 'set', element }),
  map: <T extends Type>(element: T) => type<Readonly<Record<string, ValueOf<T>>>>({ kind: 'map', element }),
  object: <T extends Types>(attributes: T) =>
    type<{ readonly [K in keyof T]: ValueOf<T[K]> }>({ kind: 'object', attributes }),
  /** An element or member that may be null. */
  nullable: <T extends Type>(inner: T) => type<ValueOf<T> | null>({ ...inner, nullable: true }),
};

type TypeJson = string | readonly [string, unknown] | readonly [string, unknown, unknown];

/** The type as Terraform writes it: `"string"`, `["list","string"]`, `["object",{...}]`. */
export function typeToJson(shape: Shape): TypeJson {
  switch (shape.kind) {
    case 'list':
    case 'set':
    case 'map':
      return [shape.kind, typeToJson(shape.element)];
    case 'tuple':
      return ['tuple', shape.elements.map(typeToJson)];
    case 'object':
      return [
        'object',
        Object.fromEntries(Object.entries(shape.attributes).map(([k, v]) => [k, typeToJson(v)])),
      ];
    default:
      return shape.kind;
  }
}

/** Reads the type of a dynamic value. Its parts may be null, and its numbers are decimals: nobody declared more. */
export function typeFromJson(json: unknown): Shape {
  if (json === 'string' || json === 'bool' || json === 'dynamic') return { kind: json, nullable: true };
  if (json === 'number') return { kind: 'number', form: 'decimal', nullable: true };
  const [kind, inner] = Array.isArray(json) ? (json as unknown[]) : [];
  if (kind === 'list' || kind === 'set' || kind === 'map') {
    return { kind, element: typeFromJson(inner), nullable: true };
  }
  if (kind === 'tuple' && Array.isArray(inner)) {
    return { kind, elements: inner.map(typeFromJson), nullable: true };
  }
  if (kind === 'object' && typeof inner === 'object' && inner !== null) {
    const attributes = Object.fromEntries(Object.entries(inner).map(([k, v]) => [k, typeFromJson(v)]));
    return { kind, attributes, nullable: true };
  }
  throw new TypeError(`${JSON.stringify(json)} is not a Terraform type`);
}
