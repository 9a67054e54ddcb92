import { setMaxListeners } from 'node:events';
import { PutSnapshotBlockCommand } from '@aws-sdk/client-ebs';
import { BLOCK_SIZE } from './ami';
import { cancelled } from './aws-error';
import { type Block, BlockReader } from './block-reader';
import { callAws } from './call';
import { isGone } from './fault';
import { Pace } from './pace';
import { UploadMeter } from './upload-meter';
import type { Work } from './work';

/** What was sent, as CompleteSnapshot wants to know it. */
export interface SentBlocks {
  readonly count: number;
  readonly linearChecksum: string;
}

/**
 * Sends the blocks that hold data, many at a time. When one fails for good the others are ended, and have ended when this
 * throws: nothing is sent any more to a snapshot that is then removed.
 *
 * @param visibleUntil until when the snapshot may be unknown to a part of EBS, by `performance.now()`
 */
export async function uploadBlocks(
  work: Work,
  snapshotId: string,
  visibleUntil: number,
): Promise<SentBlocks> {
  const { disk, session, signal } = work;
  const reader = new BlockReader(disk);
  const pace = new Pace(session.workers);
  const meter = new UploadMeter(disk.size, session.timing.reportMs, (progress) =>
    work.report({ phase: 'uploading', snapshotId, ...progress }),
  );
  let underWay = 0;
  const send = async (block: Block, stop: AbortSignal) => {
    underWay++;
    const tries = await put(work, snapshotId, block, pace, visibleUntil, stop);
    underWay--;
    if (tries === 1) reader.done(block);
    meter.sentBlock(reader.position, underWay);
  };
  await together(session.workers, signal, async (stop) => {
    // The room first, then the block: who waits for room holds none.
    while (!stop.aborted) {
      const isEnd = await pace.run(async () => {
        const block = await reader.next();
        if (block !== undefined) await send(block, stop);
        return block === undefined;
      }, stop);
      if (isEnd) return;
    }
  });
  meter.finish();
  return { count: reader.count, linearChecksum: reader.linearChecksum() };
}

/** Runs so many workers; the first to fail, or the signal, ends them all. Throws what the first one threw. */
async function together(
  count: number,
  signal: AbortSignal | undefined,
  worker: (stop: AbortSignal) => Promise<void>,
): Promise<void> {
  const controller = new AbortController();
  // Each block under way listens; beyond ten Node takes that for a leak.
  setMaxListeners(0, controller.signal);
  const stop = () => controller.abort();
  let first: { readonly error: unknown } | undefined;
  const fail = (error: unknown) => {
    first ??= { error };
    stop();
  };
  signal?.addEventListener('abort', stop, { once: true });
  if (signal?.aborted) stop();
  try {
    await Promise.all(Array.from({ length: count }, () => worker(controller.signal).catch(fail)));
  } finally {
    signal?.removeEventListener('abort', stop);
  }
  if (first) throw first.error;
  // All may have ended between two blocks.
  if (signal?.aborted) throw cancelled();
}

/** @returns how many tries it took */
async function put(
  { session }: Work,
  snapshotId: string,
  block: Block,
  pace: Pace,
  visibleUntil: number,
  stop: AbortSignal,
): Promise<number> {
  let started = performance.now();
  let tries = 0;
  await callAws(
    session,
    {
      action: 'ebs:PutSnapshotBlock',
      send: (options) => {
        started = performance.now();
        tries++;
        return session.ebs.send(
          new PutSnapshotBlockCommand({
            SnapshotId: snapshotId,
            BlockIndex: block.index,
            BlockData: block.data,
            DataLength: BLOCK_SIZE,
            Checksum: block.checksum,
            ChecksumAlgorithm: 'SHA256',
          }),
          options,
        );
      },
      notYet: { is: isGone, until: visibleUntil },
      onFault: (fault) => {
        if (fault.isThrottling || fault.isTimeout) pace.falter();
      },
    },
    stop,
  );
  pace.succeeded(performance.now() - started);
  return tries;
}
