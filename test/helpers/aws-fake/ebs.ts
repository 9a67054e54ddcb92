import type { IncomingHttpHeaders } from 'node:http';
import { EBS_SHAPES } from './parameters';
import { type Answer, invalid, Refusal } from './refusal';
import { EBS_ACTIONS, type EbsAction } from './settings';
import { completeSnapshot, getBlock, listBlocks, putBlock } from './snapshot-blocks';
import { startSnapshot } from './start-snapshot';
import type { State } from './state';

export interface EbsCall {
  readonly action: EbsAction;
  /** From the path: snapshot, then block. */
  readonly names: readonly string[];
}

/** Headers of every request, which no operation declares. */
const COMMON = ['x-amz-date', 'x-amz-content-sha256', 'x-amz-user-agent', 'x-amz-security-token'];

/** Which operation a method and path are. */
export function findEbsCall(method: string, path: string): EbsCall {
  for (const action of EBS_ACTIONS) {
    const shape = EBS_SHAPES[action];
    const match = new RegExp(`^${shape.path.replace(/\{\w+\}/g, '([^/]+)')}$`).exec(path);
    if (match && shape.method === method) return { action, names: match.slice(1).map(decodeURIComponent) };
  }
  throw new Refusal('UnknownOperationException', `no operation is ${method} ${path}`, 404);
}

export function answerEbs(
  state: State,
  { action, names: [id = '', index = ''] }: EbsCall,
  request: { readonly headers: IncomingHttpHeaders; readonly query: URLSearchParams; readonly body: Buffer },
): Answer {
  checkShape(action, request);
  if (id && !/^snap-[0-9a-f]+$/.test(id)) throw invalid('INVALID_SNAPSHOT_ID', `${id} is not a snapshot id`);
  switch (action) {
    case 'StartSnapshot':
      return json(201, startSnapshot(state, parse(request.body)));
    case 'PutSnapshotBlock':
      return putBlock(state, id, index, request.headers, request.body);
    case 'CompleteSnapshot':
      return completeSnapshot(state, id, request.headers);
    case 'ListSnapshotBlocks':
      return json(200, listBlocks(state, id, request.query));
    case 'GetSnapshotBlock':
      return getBlock(state, id, index, request.query);
  }
}

function checkShape(
  action: EbsAction,
  { headers, query, body }: { headers: IncomingHttpHeaders; query: URLSearchParams; body: Buffer },
): void {
  const shape = EBS_SHAPES[action];
  const declared = shape.header.map((name) => name.toLowerCase());
  const seen = Object.keys(headers).filter((name) => name.startsWith('x-amz-') && !COMMON.includes(name));
  const members = shape.body.length > 0 ? Object.keys(parse(body)) : [];
  const unknown = [
    ...seen.filter((name) => !declared.includes(name)),
    ...[...query.keys()].filter((name) => !shape.query.includes(name)),
    ...members.filter((name) => !shape.body.includes(name)),
  ];
  if (unknown.length > 0)
    throw invalid('INVALID_PARAMETER_VALUE', `${action} does not know ${unknown.join(', ')}`);
}

function parse(body: Buffer): Record<string, unknown> {
  try {
    return JSON.parse(body.toString());
  } catch {
    throw new Refusal('SerializationException', 'the body is not JSON');
  }
}

function json(status: number, value: object): Answer {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) };
}
