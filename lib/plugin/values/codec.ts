import { Decoder, Encoder, ExtData } from '@msgpack/msgpack';
import { KilnError, messageOf } from '../../errors';
import type { DynamicValue } from '../protocol/messages';
import type { Shape } from '../schema/types';
import { fromTree, type ReadOptions, toTree } from './tree';
import { isUnknown, UNKNOWN } from './unknown';

/**
 * Terraform writes an unknown as extension 0, and as extension 12 where it knows something about it, such as a
 * prefix. Whatever the number, the value is not known; extension 0 is always accepted back.
 */
const unknownExtension = {
  __brand: undefined,
  tryToEncode: (value: unknown) => (isUnknown(value) ? new ExtData(0, new Uint8Array(1)) : null),
  decode: () => UNKNOWN,
};

const encoder = new Encoder({ extensionCodec: unknownExtension, useBigInt64: true });
const decoder = new Decoder({ extensionCodec: unknownExtension, useBigInt64: true });

export function encodeValue(shape: Shape, value: unknown): DynamicValue {
  return { msgpack: encoder.encode(toTree(shape, value)), json: new Uint8Array() };
}

/**
 * A value that was left out is null.
 * @throws KilnError `plugin.value` for what cannot be held, such as a map with the key `__proto__`
 */
export function decodeValue(shape: Shape, value: DynamicValue | undefined, options: ReadOptions): unknown {
  if (value === undefined) return null;
  if (value.msgpack.length > 0) return fromTree(shape, treeOf(value.msgpack), options);
  return value.json.length > 0 ? decodeStateJson(shape, value.json, options) : null;
}

function treeOf(msgpack: Uint8Array): unknown {
  try {
    return decoder.decode(msgpack);
  } catch (error) {
    throw new KilnError(`a value that Terraform sent cannot be read: ${messageOf(error)}`, {
      code: 'plugin.value',
      remedy: 'Give the member of the map or object another name.',
      cause: error,
    });
  }
}

/** Reads a value as state files hold it. Members that the shape does not have are dropped. */
export function decodeStateJson(shape: Shape, json: Uint8Array, options: ReadOptions): unknown {
  return fromTree(shape, JSON.parse(quoteNumbers(new TextDecoder().decode(json))), options);
}

/** `JSON.parse` would round numbers beyond 2^53; as text they reach the type's own reader whole. */
function quoteNumbers(json: string): string {
  return json.replace(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g, (token) =>
    token[0] === '"' ? token : `"${token}"`,
  );
}
