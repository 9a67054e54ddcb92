import {
  CompleteSnapshotCommand,
  StartSnapshotCommand,
  type StartSnapshotResponse,
} from '@aws-sdk/client-ebs';
import { KilnError } from '../../errors';
import { BLOCK_SIZE } from './ami';
import { type Call, callAws } from './call';
import { faultBehind, isGone } from './fault';
import type { Leftovers } from './leftovers';
import type { AwsSession } from './session';
import { findSnapshots, waitForSnapshot } from './snapshots';
import { clientToken, snapshotTags } from './tags';
import { type SentBlocks, uploadBlocks } from './upload-blocks';
import type { Work } from './work';

/** Snapshots that may go while they are filled, or be gone when their token is used again, before that is an error. */
const GENERATIONS = 4;
/** After so many minutes without a block EBS gives a snapshot up: time enough to come back to it. */
const TIMEOUT_MINUTES = 60;

/** AWS tells the time in whole seconds, and its services may differ by as much. */
const CLOCK_MS = 2_000;

interface Started {
  readonly id: string;
  readonly state: string | undefined;
  /** Until when EBS and EC2 may not know it yet, by `performance.now()`. */
  readonly visibleUntil: number;
}

/**
 * The sealed snapshot of a disk: one that an earlier or another run sealed, or began and this one fills, or a new one.
 *
 * @throws KilnError `aws.*`
 */
export async function makeSnapshot(work: Work, leftovers: Leftovers): Promise<string> {
  for (const found of await findUsable(work, leftovers)) {
    const id = await fill(work, found, leftovers);
    if (id !== undefined) return id;
  }
  for (let generation = 0; generation < GENERATIONS; generation++) {
    const started = await start(work, generation, leftovers);
    if (started === undefined || started.state === 'error') continue;
    const id = await fill(work, started, leftovers);
    if (id !== undefined) return id;
  }
  throw new KilnError(`${GENERATIONS} snapshots in a row went away before they were complete`, {
    code: 'aws.snapshot-failed',
    remedy: 'See who deletes them: CloudTrail lists every DeleteSnapshot.',
  });
}

/** Those of the same upload: the sealed first. Of what went wrong there is nothing to use. */
async function findUsable({ session, key, signal }: Work, leftovers: Leftovers): Promise<Started[]> {
  const found = (await findSnapshots(session, key, signal)).map(({ SnapshotId, State, StartTime }) => ({
    id: SnapshotId as string,
    state: State as string | undefined,
    visibleUntil: lateUntil(session, StartTime),
  }));
  for (const { id } of found) leftovers.addSnapshot(id);
  const inState = (wanted: string) => found.filter(({ state }) => state === wanted);
  return [...inState('completed'), ...inState('pending')];
}

/** Undefined where the token was used for something else. */
async function start(work: Work, generation: number, leftovers: Leftovers): Promise<Started | undefined> {
  const { session, signal } = work;
  let answer: StartSnapshotResponse;
  const askedAt = session.clock.now();
  try {
    answer = await leftovers.watching(() => callAws(session, startCall(work, generation), signal));
  } catch (error) {
    if (faultBehind(error).name === 'ConflictException') return undefined;
    throw error;
  }
  const { SnapshotId: id = '', Status: state, StartTime, BlockSize: blockSize } = answer;
  leftovers.addSnapshot(id);
  if (blockSize === BLOCK_SIZE)
    return { id, state, visibleUntil: tokenLateUntil(session, StartTime, askedAt) };
  throw new KilnError(`EBS asks for blocks of ${blockSize} bytes; ${BLOCK_SIZE} is what it documents`, {
    code: 'aws.refused',
    source: 'tool',
  });
}

function startCall(work: Work, generation: number): Call<StartSnapshotResponse> {
  const { session, request, key } = work;
  const { description, encrypted, kmsKeyId, volumeSizeGib } = request;
  const command = new StartSnapshotCommand({
    VolumeSize: volumeSizeGib,
    ClientToken: clientToken(key, generation),
    Timeout: TIMEOUT_MINUTES,
    Tags: snapshotTags(request, key),
    ...(description ? { Description: description } : {}),
    ...(encrypted ? { Encrypted: true } : {}),
    ...(kmsKeyId === undefined ? {} : { KmsKeyArn: kmsKeyId }),
  });
  return {
    action: 'ebs:StartSnapshot',
    isHeardOut: true,
    send: (options) => session.ebs.send(command, options),
  };
}

/** Undefined where the snapshot is gone. */
async function fill(
  work: Work,
  { id, state, visibleUntil }: Started,
  leftovers: Leftovers,
): Promise<string | undefined> {
  try {
    if (state !== 'completed') await send(work, id, visibleUntil);
    work.report({ phase: 'sealing', snapshotId: id });
    await waitForSnapshot(work.session, id, visibleUntil, work.signal);
    return id;
  } catch (error) {
    if (!isGone(faultBehind(error))) throw error;
    leftovers.lostSnapshot(id);
    return undefined;
  }
}

function lateUntil({ clock, timing }: AwsSession, startedAt: Date | undefined): number {
  const age = startedAt === undefined ? 0 : clock.now() - startedAt.getTime();
  return performance.now() + Math.min(timing.visibleMs, Math.max(0, timing.visibleMs - age));
}

/**
 * A snapshot that was started before it was asked for is an earlier run's, whose token AWS remembers; not having been seen a moment
 * ago, it is gone for all we know. Where that is wrong, the next generation is one upload too many, and its snapshot is removed.
 */
function tokenLateUntil(session: AwsSession, startedAt: Date | undefined, askedAt: number): number {
  const isEarlier = startedAt !== undefined && startedAt.getTime() < askedAt - CLOCK_MS;
  return isEarlier ? performance.now() : lateUntil(session, startedAt);
}

/** Sends the blocks and completes; where another run, or an answer that got lost, was first, that is as good. */
async function send(work: Work, id: string, visibleUntil: number): Promise<void> {
  let hadFault = false;
  try {
    const sent = await uploadBlocks(work, id, visibleUntil);
    if (sent.count === 0) throw empty();
    await complete(work, id, sent, visibleUntil, () => {
      hadFault = true;
    });
  } catch (error) {
    const { name, reason } = faultBehind(error);
    const isSealed = reason === 'INVALID_SNAPSHOT_ID' || name === 'ConflictException';
    if (!isSealed && !(hadFault && name === 'ValidationException')) throw error;
  }
}

async function complete(
  { session, signal }: Work,
  id: string,
  { count, linearChecksum }: SentBlocks,
  visibleUntil: number,
  onFault: () => void,
): Promise<void> {
  const command = new CompleteSnapshotCommand({
    SnapshotId: id,
    ChangedBlocksCount: count,
    Checksum: linearChecksum,
    ChecksumAlgorithm: 'SHA256',
    ChecksumAggregationMethod: 'LINEAR',
  });
  const notYet = { is: isGone, until: visibleUntil };
  const call = { action: 'ebs:CompleteSnapshot', notYet, onFault };
  await callAws(session, { ...call, send: (options) => session.ebs.send(command, options) }, signal);
}

function empty(): KilnError {
  return new KilnError('every byte of the disk is zero, so nothing could ever start from it', {
    code: 'aws.request',
  });
}
