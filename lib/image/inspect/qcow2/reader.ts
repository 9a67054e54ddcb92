import { damaged } from '../damaged';
import { type ImageReader, MAX_READ } from '../image-reader';
import { truncated } from '../truncated';
import { decompress } from './decompress';
import { type Qcow2Header, readQcow2Header } from './header';
import { numbersOf } from './pages';
import { requireRefcounts } from './refcounts';

/** Bits 9 to 55 of an entry of either table: an offset in the file. */
const OFFSET = 0x00fffffffffffe00n;
const COMPRESSED = 1n << 62n;
/** Version 3: the cluster reads as zeros, whatever it holds. */
const ZERO = 1n;

/** Random access to the disk inside a qcow2 file; `size` is the virtual size. */
export interface Qcow2Reader extends ImageReader {
  readonly header: Qcow2Header;
  /** Offset of the first byte at or after `offset` that may be other than zero; undefined where only zeros follow. */
  nextData(offset: number): number | undefined;
}

type Cluster =
  | { readonly kind: 'zero' }
  | { readonly kind: 'data'; readonly offset: number }
  | { readonly kind: 'compressed'; readonly offset: number; readonly length: number };
const ZEROS: Cluster = { kind: 'zero' };

/**
 * Opens the disk inside a qcow2 file. Reads its header now and its tables when they are needed, so the size of the disk
 * does not matter.
 * @param reader of the qcow2 file; it must stay open as long as the disk is read
 * @throws KilnError `image.qcow2-unsupported`, `image.damaged`, `image.truncated`; `read` and `nextData` too
 */
export function qcow2Reader(reader: ImageReader): Qcow2Reader {
  const header = readQcow2Header(reader);
  const numberAt = numbersOf(reader);
  requireRefcounts(reader, header, numberAt);
  const tables = new Tables(reader, header, numberAt);
  const { clusterSize, virtualSize } = header;
  let unpacked: { readonly offset: number; readonly bytes: Buffer } | undefined;

  const readCluster = (index: number, from: number, length: number): Buffer | undefined => {
    const cluster = tables.cluster(index);
    if (cluster.kind === 'zero') return undefined;
    if (cluster.kind === 'data') return dataOf(reader, cluster.offset + from, length);
    if (unpacked?.offset !== cluster.offset) {
      const packed = packedOf(reader, cluster.offset, cluster.length);
      const bytes = decompress(packed, clusterSize, header.compression, reader, cluster.offset);
      unpacked = { offset: cluster.offset, bytes };
    }
    return unpacked.bytes.subarray(from, from + length);
  };

  const read = (offset: number, length: number): Buffer => {
    if (!(offset >= 0 && offset < virtualSize && length > 0)) return Buffer.alloc(0);
    const bytes = Buffer.alloc(Math.min(length, virtualSize - offset, MAX_READ));
    for (let done = 0; done < bytes.length; ) {
      const from = (offset + done) % clusterSize;
      const count = Math.min(clusterSize - from, bytes.length - done);
      readCluster(Math.floor((offset + done) / clusterSize), from, count)?.copy(bytes, done);
      done += count;
    }
    return bytes;
  };

  const nextData = (offset: number): number | undefined => {
    let index = Math.floor(Math.max(0, offset) / clusterSize);
    while (index * clusterSize < virtualSize) {
      if (!tables.hasTable(index)) index = tables.firstOfNextTable(index);
      else if (tables.cluster(index).kind === 'zero') index += 1;
      else return Math.max(offset, index * clusterSize);
    }
    return undefined;
  };

  return { name: reader.name, size: virtualSize, header, read, nextData };
}

/** The two levels of tables: from a cluster of the disk to its place in the file. */
class Tables {
  private readonly perTable: number;
  private readonly offsetBits: bigint;

  constructor(
    private readonly reader: ImageReader,
    private readonly header: Qcow2Header,
    private readonly numberAt: (offset: number) => bigint | undefined,
  ) {
    this.perTable = header.clusterSize / 8;
    this.offsetBits = 62n - BigInt(Math.log2(header.clusterSize) - 8);
  }

  hasTable(index: number): boolean {
    return this.table(index) !== 0;
  }

  firstOfNextTable(index: number): number {
    return (Math.floor(index / this.perTable) + 1) * this.perTable;
  }

  cluster(index: number): Cluster {
    const table = this.table(index);
    if (table === 0) return ZEROS;
    const at = table + (index % this.perTable) * 8;
    const entry = this.numberAt(at);
    if (entry === undefined) throw truncated(this.reader, 'one of its L2 tables', at + 8);
    if ((entry & COMPRESSED) !== 0n) return this.compressed(entry);
    const offset = Number(entry & OFFSET);
    if (offset === 0 || (this.header.version === 3 && (entry & ZERO) !== 0n)) return ZEROS;
    return { kind: 'data', offset: this.checked(offset, 'a cluster') };
  }

  private table(index: number): number {
    const at = this.header.l1.offset + Math.floor(index / this.perTable) * 8;
    const entry = this.numberAt(at);
    if (entry === undefined) throw truncated(this.reader, 'its L1 table', at + 8);
    const offset = Number(entry & OFFSET);
    return offset === 0 ? 0 : this.checked(offset, 'an L2 table');
  }

  /** Its length is given in sectors beyond the one that it begins in. */
  private compressed(entry: bigint): Cluster {
    const offset = Number(entry & ((1n << this.offsetBits) - 1n));
    const sectors = Number((entry & (COMPRESSED - 1n)) >> this.offsetBits) + 1;
    if (offset >= this.reader.size) throw truncated(this.reader, 'a compressed cluster', offset + 1);
    return { kind: 'compressed', offset, length: sectors * 512 - (offset % 512) };
  }

  private checked(offset: number, what: string): number {
    if (offset % this.header.clusterSize !== 0) {
      const at = `offset 0x${offset.toString(16)}`;
      throw damaged(this.reader, `${what} is said to be at ${at}, where no cluster begins`);
    }
    if (offset >= this.reader.size) throw truncated(this.reader, what, offset + this.header.clusterSize);
    return offset;
  }
}

function dataOf(reader: ImageReader, offset: number, length: number): Buffer {
  const bytes = reader.read(offset, length);
  if (bytes.length < length) throw truncated(reader, 'a cluster', offset + length);
  return bytes;
}

/** The largest cluster has 2 MiB, and a single read at most 1 MiB. */
function packedOf(reader: ImageReader, offset: number, length: number): Buffer {
  const parts: Buffer[] = [];
  for (let done = 0; done < length; ) {
    const part = reader.read(offset + done, length - done);
    if (part.length === 0) break;
    parts.push(part);
    done += part.length;
  }
  return Buffer.concat(parts);
}
