import type { Shape } from '../schema/types';
import { Decimal } from './decimal';

/** A plain value that Terraform would infer a type for by itself. */
export type Literal =
  | string
  | number
  | bigint
  | boolean
  | null
  | Decimal
  | readonly Literal[]
  | { readonly [key: string]: Literal };

/** A value of an attribute of type `t.dynamic`: it carries its own type. Its numbers are {@link Decimal}s. */
export class Dynamic {
  constructor(
    readonly type: Shape,
    readonly value: unknown,
  ) {}

  /** Gives a plain value the type that Terraform would: arrays are tuples, objects are objects. */
  static of(literal: Literal): Dynamic {
    if (literal === null) return new Dynamic({ kind: 'dynamic', nullable: true }, null);
    if (typeof literal === 'string') return new Dynamic({ kind: 'string', nullable: true }, literal);
    if (typeof literal === 'boolean') return new Dynamic({ kind: 'bool', nullable: true }, literal);
    if (typeof literal === 'number' || typeof literal === 'bigint' || literal instanceof Decimal) {
      const value = literal instanceof Decimal ? literal : Decimal.from(literal);
      return new Dynamic({ kind: 'number', form: 'decimal', nullable: true }, value);
    }
    if (Array.isArray(literal)) {
      const parts = (literal as readonly Literal[]).map((part) => Dynamic.of(part));
      return new Dynamic(
        { kind: 'tuple', elements: parts.map((part) => part.type), nullable: true },
        parts.map((part) => part.value),
      );
    }
    const parts = Object.entries(literal).map(([key, part]) => [key, Dynamic.of(part)] as const);
    return new Dynamic(
      {
        kind: 'object',
        attributes: Object.fromEntries(parts.map(([key, part]) => [key, part.type])),
        nullable: true,
      },
      Object.fromEntries(parts.map(([key, part]) => [key, part.value])),
    );
  }
}
