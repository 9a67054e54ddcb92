import { createHash } from 'node:crypto';
import { KilnError } from '../../errors';
import { BLOCK_SIZE, type DiskBlocks } from './ami';

/** A block to send. */
export interface Block {
  readonly index: number;
  /** Exactly `BLOCK_SIZE` bytes. */
  readonly data: Buffer;
  /** SHA-256 in base64. */
  readonly checksum: string;
}

const ZEROS = Buffer.alloc(BLOCK_SIZE);

/**
 * Hands a disk's blocks out to many workers, in order and one read at a time, so that only those in their hands are in memory and
 * the checksum of all follows from reading alone.
 */
export class BlockReader {
  private index = 0;
  private found = 0;
  private queue: Promise<unknown> = Promise.resolve();
  private readonly linear = createHash('sha256');

  constructor(private readonly disk: DiskBlocks) {}

  /** The next block that holds data; undefined at the end. */
  next(): Promise<Block | undefined> {
    const turn = this.queue.then(() => this.read());
    this.queue = turn.catch(() => undefined);
    return turn;
  }

  /** Gives a block back that was sent at the first try: of a later one an earlier request may still hold it. */
  done({ data }: Block): void {
    this.disk.release?.(data);
  }

  /** Bytes of the disk read or known to be zero. */
  get position(): number {
    return Math.min(this.disk.size, this.index * BLOCK_SIZE);
  }

  /** Blocks handed out. */
  get count(): number {
    return this.found;
  }

  /** The SHA-256 over the raw digests of all blocks in order, in base64: what CompleteSnapshot calls LINEAR. To be asked once. */
  linearChecksum(): string {
    return this.linear.digest('base64');
  }

  private async read(): Promise<Block | undefined> {
    while (this.index * BLOCK_SIZE < this.disk.size) {
      const index = this.index++;
      const read = await this.disk.read(index);
      if (read === undefined) continue;
      const data = this.whole(read, index);
      if (data.equals(ZEROS)) {
        this.disk.release?.(data);
        continue;
      }
      const digest = createHash('sha256').update(data).digest();
      this.linear.update(digest);
      this.found++;
      return { index, data, checksum: digest.toString('base64') };
    }
    return undefined;
  }

  private whole(read: Buffer, index: number): Buffer {
    const expected = Math.min(BLOCK_SIZE, this.disk.size - index * BLOCK_SIZE);
    if (read.length < expected || read.length > BLOCK_SIZE)
      throw new KilnError(`block ${index} of the disk has ${read.length} bytes instead of ${expected}`, {
        code: 'aws.disk',
        source: 'tool',
      });
    return read.length === BLOCK_SIZE ? read : Buffer.concat([read, ZEROS.subarray(read.length)]);
  }
}
