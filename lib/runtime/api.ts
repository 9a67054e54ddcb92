import type { IncomingMessage } from 'node:http';
import * as v from 'valibot';
import { KilnError } from '../errors';
import { parseWith, ServiceSpec } from '../spec';

/** Larger than any service's specification. */
const BODY_LIMIT = 1024 * 1024;

const RequestId = v.pipe(v.string(), v.minLength(1), v.maxLength(100));

export const ApplyBody = v.strictObject({
  requestId: RequestId,
  owner: v.pipe(v.string(), v.minLength(1), v.maxLength(4096)),
  intent: v.picklist(['create', 'update']),
  spec: ServiceSpec,
});

export const CancelBody = v.strictObject({ requestId: RequestId });

/**
 * Reads and checks a request's body.
 * @throws KilnError `spec.invalid`, `runtime.bad-request`
 */
export async function readBody<TSchema extends v.GenericSchema>(
  request: IncomingMessage,
  schema: TSchema,
): Promise<v.InferOutput<TSchema>> {
  request.setEncoding('utf8');
  let text = '';
  for await (const chunk of request) {
    text += chunk;
    if (text.length > BODY_LIMIT) throw bad('the body is larger than 1 MiB');
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw bad('the body is not JSON');
  }
  return parseWith(schema, json, 'request');
}

function bad(what: string): KilnError {
  return new KilnError(what, { code: 'runtime.bad-request' });
}

/** HTTP status of an error that ends a request before its answer began. */
export function statusCodeOf(error: unknown): number {
  if (!KilnError.is(error)) return 500;
  if (error.code.startsWith('runtime.unknown-')) return 404;
  if (error.code === 'runtime.busy' || error.code === 'runtime.other-owner') return 409;
  return error.source === 'user' ? 400 : 500;
}
