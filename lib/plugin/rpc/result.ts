import type { Values } from '../definition';
import { pathText } from '../diagnostics';
import { type Attributes, objectShape, type Schema } from '../schema/schema';
import { findBroken, findUnknown } from '../values/compare';

type Entries = Readonly<Record<string, unknown>>;

/** A result that breaks the provider's own promises; `state` is still what is there. */
export class BrokenPromise extends TypeError {
  constructor(
    message: string,
    readonly state: Values,
  ) {
    super(message);
  }
}

/** Takes write-only values out of a result, so that a provider may simply spread its configuration. */
export function withoutWriteOnly(attributes: Attributes, value: Entries): Entries {
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => {
      const attribute = attributes[name];
      if (attribute?.mode === 'writeOnly') return [name, null];
      return [
        name,
        attribute?.type.kind === 'nested' ? cleanNested(attribute.type.attributes, member) : member,
      ];
    }),
  );
}

function cleanNested(attributes: Attributes, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => cleanNested(attributes, item));
  if (typeof value !== 'object' || value === null) return value;
  const isObject = Object.keys(value).some((key) => Object.hasOwn(attributes, key));
  if (isObject) return withoutWriteOnly(attributes, value as Entries);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, cleanNested(attributes, item)]));
}

/**
 * Checks what Terraform will check, and says it better: after an apply nothing is unknown, and everything that was
 * planned came true. `planned` is null where there was no plan.
 */
export function assertResult(schema: Schema, what: string, planned: Values | null, result: Values): Values {
  const state = withoutWriteOnly(schema.attributes, result);
  const unknown = findUnknown(state);
  if (unknown !== undefined) {
    throw new BrokenPromise(
      `the result of ${what} leaves '${pathText(unknown)}' unknown; every value must be known by then`,
      state,
    );
  }
  const broken = planned && findBroken(objectShape(schema.attributes), planned, state);
  if (broken) {
    throw new BrokenPromise(
      `the result of ${what} has another '${pathText(broken)}' than was planned; a planned value must come true`,
      state,
    );
  }
  return state;
}
