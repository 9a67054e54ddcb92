import type { InputOf } from './infer';
import type { Attribute, AttributeOptions, Attributes, Nested } from './schema';
import type { Type } from './types';

/** Options whose `check` sees values of the attribute's own type. */
export type OptionsFor<T extends Type | Nested> = Omit<AttributeOptions, 'check'> & {
  check?(value: InputOf<T>): string | undefined;
};

/** Must be in the configuration. */
export function required<T extends Type | Nested>(type: T, options?: OptionsFor<T>) {
  return { ...(options as AttributeOptions), type, mode: 'required' } as Attribute<T, 'required'>;
}

/** May be in the configuration; null where it is not. */
export function optional<T extends Type | Nested>(type: T, options?: OptionsFor<T>) {
  return { ...(options as AttributeOptions), type, mode: 'optional' } as Attribute<T, 'optional'>;
}

/** May be in the configuration, and is `value` where it is not; the plan shows it. */
export function withDefault<T extends Type>(type: T, value: InputOf<T>, options?: OptionsFor<T>) {
  const attribute = { ...(options as AttributeOptions), type, mode: 'default', defaultValue: value };
  return attribute as Attribute<T, 'default'>;
}

/** Given by the provider only. */
export function computed<T extends Type | Nested>(type: T, options?: OptionsFor<T>) {
  return { ...(options as AttributeOptions), type, mode: 'computed' } as Attribute<T, 'computed'>;
}

/** Given by the configuration, or else by the provider. */
export function optionalComputed<T extends Type | Nested>(type: T, options?: OptionsFor<T>) {
  return { ...(options as AttributeOptions), type, mode: 'optionalComputed' } as Attribute<
    T,
    'optionalComputed'
  >;
}

/** Seen in the configuration, never kept in the plan or the state. Needs Terraform 1.11. */
export function writeOnly<T extends Type>(type: T, options?: OptionsFor<T> & { mandatory?: boolean }) {
  return { ...(options as AttributeOptions), type, mode: 'writeOnly' } as Attribute<T, 'writeOnly'>;
}

/** Attributes within an attribute. Avoid computed members in sets: their elements have no identity. */
export const nested = {
  single: <const A extends Attributes>(attributes: A): Nested<A, 'single'> => ({
    kind: 'nested',
    nesting: 'single',
    attributes,
  }),
  list: <const A extends Attributes>(attributes: A): Nested<A, 'list'> => ({
    kind: 'nested',
    nesting: 'list',
    attributes,
  }),
  set: <const A extends Attributes>(attributes: A): Nested<A, 'set'> => ({
    kind: 'nested',
    nesting: 'set',
    attributes,
  }),
  map: <const A extends Attributes>(attributes: A): Nested<A, 'map'> => ({
    kind: 'nested',
    nesting: 'map',
    attributes,
  }),
};
