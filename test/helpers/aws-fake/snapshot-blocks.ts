import { createHash, randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { type Answer, invalid } from './refusal';
import { snapshotNotFound } from './start-snapshot';
import { BLOCK_SIZE, blockCount, type FakeSnapshot, type State } from './state';

const TOKEN_DAYS = 7;

/** Takes one block. The same block again overwrites. */
export function putBlock(
  state: State,
  id: string,
  index: string,
  headers: IncomingHttpHeaders,
  data: Buffer,
): Answer {
  const snapshot = open(state, id);
  if (snapshot.late.puts > 0) {
    snapshot.late.puts--;
    throw snapshotNotFound(id);
  }
  const position = checkIndex(snapshot, index);
  if (headers['x-amz-data-length'] !== String(BLOCK_SIZE) || data.length !== BLOCK_SIZE) {
    const seen = `x-amz-Data-Length ${headers['x-amz-data-length']}, body ${data.length}`;
    throw invalid('INVALID_BLOCK', `A block must be exactly ${BLOCK_SIZE} bytes, not ${seen}`);
  }
  if (headers['x-amz-checksum-algorithm'] !== 'SHA256') {
    throw invalid('INVALID_PARAMETER_VALUE', 'x-amz-Checksum-Algorithm must be SHA256');
  }
  const checksum = createHash('sha256').update(data).digest('base64');
  if (headers['x-amz-checksum'] !== checksum) {
    throw invalid(
      'INVALID_BLOCK',
      `The checksum of block ${index} is ${checksum}, not ${headers['x-amz-checksum']}`,
    );
  }
  const progress = wholeNumber(headers['x-amz-progress'] ?? '0', 'x-amz-Progress', 100);
  snapshot.progress = Math.max(snapshot.progress, progress);
  snapshot.blocks.set(position, data);
  return {
    status: 201,
    headers: { 'x-amz-Checksum': checksum, 'x-amz-Checksum-Algorithm': 'SHA256' },
    body: '{}',
  };
}

/** Checks the count and the sum of all blocks; the sealing itself is seen by polling. */
export function completeSnapshot(state: State, id: string, headers: IncomingHttpHeaders): Answer {
  const done = { status: 202, body: '{"Status":"pending"}' };
  const known = state.snapshots.get(id);
  if (known?.sealing && state.world.repeatedComplete === 'accept') {
    return { ...done, body: JSON.stringify({ Status: known.state }) };
  }
  const snapshot = open(state, id);
  const count = wholeNumber(
    headers['x-amz-changedblockscount'],
    'x-amz-ChangedBlocksCount',
    Number.MAX_SAFE_INTEGER,
  );
  if (count !== snapshot.blocks.size) {
    throw invalid(
      'INVALID_PARAMETER_VALUE',
      `ChangedBlocksCount is ${count}, but ${snapshot.blocks.size} were written`,
    );
  }
  checkLinearSum(snapshot, headers);
  snapshot.sealing = true;
  return done;
}

/** One page of the blocks that hold data. */
export function listBlocks(state: State, id: string, query: URLSearchParams): object {
  const snapshot = sealed(state, id);
  const most = wholeNumber(query.get('maxResults') ?? '10000', 'maxResults', 10_000);
  if (most < 100) throw invalid('INVALID_PARAMETER_VALUE', `maxResults must be 100 to 10000, not ${most}`);
  const token = query.get('pageToken');
  const from = token
    ? wholeNumber(Buffer.from(token, 'base64').toString(), 'pageToken', blockCount(snapshot))
    : wholeNumber(query.get('startingBlockIndex') ?? '0', 'startingBlockIndex', blockCount(snapshot));
  const rest = state.indexes(snapshot).filter((index) => index >= from);
  return {
    Blocks: rest
      .slice(0, most)
      .map((index) => ({ BlockIndex: index, BlockToken: newToken(state, id, index) })),
    ExpiryTime: Date.now() / 1000 + TOKEN_DAYS * 86_400,
    VolumeSize: snapshot.volumeSizeGib,
    BlockSize: BLOCK_SIZE,
    ...(rest.length > most && { NextToken: Buffer.from(String(rest[most])).toString('base64') }),
  };
}

export function getBlock(state: State, id: string, index: string, query: URLSearchParams): Answer {
  const snapshot = sealed(state, id);
  const position = checkIndex(snapshot, index);
  if (state.blockTokens.get(query.get('blockToken') ?? '') !== `${id} ${position}`) {
    throw invalid('INVALID_BLOCK_TOKEN', `The block token is not one of block ${index} of ${id}`);
  }
  const data = state.block(snapshot, position) as Buffer;
  const headers = {
    'content-type': 'application/octet-stream',
    'x-amz-Data-Length': String(BLOCK_SIZE),
    'x-amz-Checksum': createHash('sha256').update(data).digest('base64'),
    'x-amz-Checksum-Algorithm': 'SHA256',
  };
  return { status: 200, headers, body: data };
}

function open(state: State, id: string): FakeSnapshot {
  const snapshot = state.snapshots.get(id);
  if (!snapshot) throw snapshotNotFound(id);
  if (snapshot.state === 'pending' && !snapshot.sealing) return snapshot;
  const seen = snapshot.sealing ? 'complete' : snapshot.state;
  throw invalid('INVALID_SNAPSHOT_ID', `The snapshot ${id} takes no more blocks: it is ${seen}`);
}

function sealed(state: State, id: string): FakeSnapshot {
  const snapshot = state.snapshots.get(id);
  if (!snapshot) throw snapshotNotFound(id);
  if (snapshot.state === 'completed') return snapshot;
  throw invalid(
    'INVALID_SNAPSHOT_ID',
    `The snapshot ${id} must be completed to be read; it is ${snapshot.state}`,
  );
}

function checkIndex(snapshot: FakeSnapshot, text: string): number {
  const index = Number(text);
  if (/^\d+$/.test(text) && index < blockCount(snapshot)) return index;
  throw invalid('INVALID_BLOCK', `Block index ${text} is not 0 to ${blockCount(snapshot) - 1}`);
}

/** LINEAR: SHA-256 over the raw digests of the blocks in the order of their indexes. */
function checkLinearSum(snapshot: FakeSnapshot, headers: IncomingHttpHeaders): void {
  const sum = headers['x-amz-checksum'];
  const given = [sum, headers['x-amz-checksum-algorithm'], headers['x-amz-checksum-aggregation-method']];
  if (given.every((value) => value === undefined)) return;
  if (given[1] !== 'SHA256' || given[2] !== 'LINEAR') {
    throw invalid(
      'INVALID_PARAMETER_VALUE',
      `A checksum needs the algorithm SHA256 and the method LINEAR, not ${given.slice(1)}`,
    );
  }
  const hash = createHash('sha256');
  for (const [, data] of [...snapshot.blocks].sort(([a], [b]) => a - b)) {
    hash.update(createHash('sha256').update(data).digest());
  }
  const expected = hash.digest('base64');
  if (sum !== expected)
    throw invalid('INVALID_PARAMETER_VALUE', `The checksum of all blocks is ${expected}, not ${sum}`);
}

function wholeNumber(value: string | string[] | undefined, name: string, most: number): number {
  if (typeof value === 'string' && /^\d{1,15}$/.test(value) && Number(value) <= most) return Number(value);
  throw invalid('INVALID_PARAMETER_VALUE', `${name} must be a whole number up to ${most}, not ${value}`);
}

function newToken(state: State, id: string, index: number): string {
  const token = randomBytes(48).toString('base64');
  state.blockTokens.set(token, `${id} ${index}`);
  return token;
}
