import type { Decimal } from '../values/decimal';
import type { Dynamic } from '../values/dynamic';
import type { Unknown } from '../values/unknown';
import type { Attribute, AttributeMode, Attributes, Nested, NestingMode, Schema } from './schema';
import type { Type, ValueOf } from './types';

/** The three views of a value: in the configuration, in a plan, and in the state. */
type View = 'config' | 'planned' | 'state';

type Nest<V, N extends NestingMode> = N extends 'single'
  ? V
  : N extends 'map'
    ? Readonly<Record<string, V>>
    : readonly V[];

type Plain<T, W extends View> =
  T extends Nested<infer A, infer N> ? Nest<Members<A, W>, N> : T extends Type ? ValueOf<T> : never;

type Seen<T, M extends AttributeMode, W extends View> = {
  config: {
    required: Plain<T, W>;
    optional: Plain<T, W> | null;
    default: Plain<T, W> | null;
    computed: null;
    optionalComputed: Plain<T, W> | null;
    writeOnly: Plain<T, W> | null;
  };
  planned: {
    required: Plain<T, W>;
    optional: Plain<T, W> | null;
    default: Plain<T, W>;
    computed: Plain<T, W> | Unknown;
    optionalComputed: Plain<T, W> | Unknown;
    writeOnly: null;
  };
  state: {
    required: Plain<T, W>;
    optional: Plain<T, W> | null;
    default: Plain<T, W>;
    computed: Plain<T, W>;
    optionalComputed: Plain<T, W>;
    writeOnly: null;
  };
}[W][M];

type Members<A extends Attributes, W extends View> = {
  readonly [K in keyof A]: A[K] extends Attribute<infer T, infer M> ? Seen<T, M, W> : never;
};

/** A value of this type as a user writes it. */
export type InputOf<T> = Plain<T, 'config'>;

/** What the user wrote. All of it is known when something is created or updated. */
export type ConfigOf<S extends Schema> = Members<S['attributes'], 'config'>;

/** What was planned: known, except for values that the provider will give. */
export type PlannedOf<S extends Schema> = Members<S['attributes'], 'planned'>;

/**
 * What is. A computed value that may be absent is declared with `t.nullable`. Where a state was written before an
 * attribute existed, that attribute is null until the next update, whatever its type says.
 */
export type StateOf<S extends Schema> = Members<S['attributes'], 'state'>;

/** The same value while planning: any part of it may be unknown. */
export type Unknownable<V> =
  | Unknown
  | (V extends string | number | boolean | null | Decimal | Dynamic | Unknown
      ? V
      : V extends readonly (infer E)[]
        ? readonly Unknownable<E>[]
        : { readonly [K in keyof V]: Unknownable<V[K]> });

/** The members of a configuration or plan, each of which may be unknown. */
export type UnknownableMembers<V> = { readonly [K in keyof V]: Unknownable<V[K]> };
