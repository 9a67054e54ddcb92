import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { BLOCK_SIZE, blockCount, type FakeSnapshot, type State } from './state';

/** What a volume made of a snapshot holds; blocks that were never written read as zero. */
export class FakeDisk {
  /** Bytes. */
  readonly size: number;
  /** The indexes of the blocks that hold data, ascending. */
  readonly indexes: readonly number[];

  constructor(
    private readonly state: State,
    private readonly snapshot: FakeSnapshot,
  ) {
    this.size = blockCount(snapshot) * BLOCK_SIZE;
    this.indexes = state.indexes(snapshot);
  }

  /** Undefined: all zero. */
  read(index: number): Buffer | undefined {
    return this.state.block(this.snapshot, index);
  }

  /** Writes the whole disk, with holes. */
  async writeTo(path: string): Promise<void> {
    const file = await open(path, 'w');
    try {
      await file.truncate(this.size);
      for (const index of this.indexes) {
        await file.write(this.read(index) as Buffer, 0, BLOCK_SIZE, index * BLOCK_SIZE);
      }
    } finally {
      await file.close();
    }
  }

  /** Hexadecimal SHA-256 of the first bytes, by default of all. */
  sha256(length = this.size): string {
    const hash = createHash('sha256');
    const zeroes = Buffer.alloc(BLOCK_SIZE);
    for (let start = 0; start < length; start += BLOCK_SIZE) {
      const block = this.read(start / BLOCK_SIZE) ?? zeroes;
      hash.update(block.subarray(0, length - start));
    }
    return hash.digest('hex');
  }
}
