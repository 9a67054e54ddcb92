import { setImmediate as breathe } from 'node:timers/promises';
import type { ImageReader } from '../inspect';

/** A run of bytes in which something is not zero; a multiple of the block size, but for the end of the file. */
export interface Region {
  readonly offset: number;
  readonly length: number;
}

/** Read at a time. */
const CHUNK = 1024 * 1024;
const ZEROS = Buffer.alloc(CHUNK);
/** Smaller holes are left to compression: each costs an entry of a list. */
const SMALLEST_BLOCK = 64 * 1024;
/** Bounds the list of a huge disk. A block is at most what is read at a time, which is enough for 128 GiB. */
const MAX_BLOCKS = 1 << 17;

/**
 * What of a file is not zero. Node has no SEEK_HOLE; reading holes is as fast as memory.
 * @param onRead receives how many bytes have been read
 */
export async function findRegions(
  reader: ImageReader,
  onRead: (bytes: number) => void = () => undefined,
): Promise<Region[]> {
  const block = blockSize(reader.size);
  const regions: { offset: number; length: number }[] = [];
  for (let at = 0; at < reader.size; ) {
    const bytes = reader.read(at, CHUNK);
    if (bytes.length === 0) break;
    // Most chunks of a disk are empty as a whole.
    if (!isZero(bytes, 0, bytes.length)) {
      for (let from = 0; from < bytes.length; from += block) {
        const length = Math.min(block, bytes.length - from);
        if (!isZero(bytes, from, length)) append(regions, at + from, length);
      }
    }
    at += bytes.length;
    onRead(at);
    // Reading is synchronous; others are served in between.
    await breathe();
  }
  return regions;
}

/** True where `length` bytes from `offset` are all zero. */
export function isZero(bytes: Buffer, offset: number, length: number): boolean {
  for (let done = 0; done < length; done += ZEROS.length) {
    const count = Math.min(ZEROS.length, length - done);
    if (bytes.compare(ZEROS, 0, count, offset + done, offset + done + count) !== 0) return false;
  }
  return true;
}

function blockSize(size: number): number {
  let block = SMALLEST_BLOCK;
  while (size / block > MAX_BLOCKS && block < CHUNK) block *= 2;
  return block;
}

function append(regions: { offset: number; length: number }[], offset: number, length: number): void {
  const last = regions.at(-1);
  if (last && last.offset + last.length === offset) last.length += length;
  else regions.push({ offset, length });
}
