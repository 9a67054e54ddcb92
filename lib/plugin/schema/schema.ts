import type { Shape, Type } from './types';

/** Who gives an attribute its value. */
export type AttributeMode =
  | 'required'
  | 'optional'
  | 'default'
  | 'computed'
  | 'optionalComputed'
  | 'writeOnly';

export type NestingMode = 'single' | 'list' | 'set' | 'map';

/** An object, or a collection of objects, whose members are attributes with modes of their own. */
export interface Nested<A extends Attributes = Attributes, N extends NestingMode = NestingMode> {
  readonly kind: 'nested';
  readonly nesting: N;
  readonly attributes: A;
}

export interface AttributeOptions {
  /** Shown in the documentation; Markdown. @default - none */
  readonly description?: string;
  /** Plans show `(sensitive value)`. The state still holds the text. @default false */
  readonly sensitive?: boolean;
  /** A change replaces the resource. In a resource without `update` every attribute does. @default false */
  readonly forceNew?: boolean;
  /** An update keeps this computed value, so the plan shows it instead of `(known after apply)`. @default false */
  readonly stable?: boolean;
  /** Terraform warns whoever sets it. @default false */
  readonly deprecated?: boolean;
  /** Says what is wrong with a known value, as one sentence, or undefined. @default - anything of the type is good */
  check?(value: never): string | undefined;
}

export interface Attribute<T extends Type | Nested = Type | Nested, M extends AttributeMode = AttributeMode>
  extends AttributeOptions {
  readonly type: T;
  readonly mode: M;
  /** For a write-only attribute: whether it must be given. */
  readonly mandatory?: boolean;
  readonly defaultValue?: unknown;
}

export type Attributes = Readonly<Record<string, Attribute>>;

export interface Schema<A extends Attributes = Attributes> {
  /** Raised by one whenever states of the old shape need an `upgradeState`. */
  readonly version: number;
  readonly description?: string;
  readonly attributes: A;
}

export interface SchemaOptions<A extends Attributes> {
  /** @default 0 */
  readonly version?: number;
  readonly description?: string;
  readonly attributes: A;
}

export function schema<const A extends Attributes>(options: SchemaOptions<A>): Schema<A> {
  return { version: 0, ...options };
}

/** The members' shape, as Terraform infers it from a schema. */
export function shapeOf(type: Type | Nested): Shape {
  if (type.kind !== 'nested') return type;
  const object = objectShape(type.attributes);
  return type.nesting === 'single' ? object : { kind: type.nesting, element: object };
}

/** The shape of a whole resource, or of one nested object. Members may be null: modes say which. */
export function objectShape(attributes: Attributes): Shape & { readonly kind: 'object' } {
  const shapes = Object.entries(attributes).map(
    ([name, { type }]) => [name, { ...shapeOf(type), nullable: true }] as const,
  );
  return { kind: 'object', attributes: Object.fromEntries(shapes) };
}
