import type { Values } from '../definition';
import type { DynamicValue } from '../protocol/messages';
import { objectShape, type Schema } from '../schema/schema';
import { decodeStateJson, decodeValue, encodeValue } from '../values/codec';

/** A configuration: nulls where the user may not write them are refused with their path. */
export function readConfig(schema: Schema, value: DynamicValue | undefined): Values {
  return (decodeValue(objectShape(schema.attributes), value, { strictNulls: true }) ?? {}) as Values;
}

/** A state or plan, or null where there is none. */
export function readState(schema: Schema, value: DynamicValue | undefined): Values | null {
  return decodeValue(objectShape(schema.attributes), value, { strictNulls: false }) as Values | null;
}

/** A state as a state file holds it; members the schema no longer has are dropped. */
export function readStateJson(schema: Schema, json: Uint8Array): Values | null {
  return decodeStateJson(objectShape(schema.attributes), json, { strictNulls: false }) as Values | null;
}

/** Null is written as such: to Terraform an absent value in an answer means `deleted`. */
export function writeState(schema: Schema, value: Values | null): DynamicValue {
  return encodeValue(objectShape(schema.attributes), value);
}

const MSGPACK_NIL = 0xc0;

/** Whether there is no state or plan, told without reading it. */
export function isAbsent(value: DynamicValue | undefined): boolean {
  const { msgpack, json } = value ?? { msgpack: [], json: [] };
  return msgpack.length === 0 ? json.length === 0 : msgpack[0] === MSGPACK_NIL;
}
