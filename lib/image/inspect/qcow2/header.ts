import { KilnError } from '../../../errors';
import { damaged } from '../damaged';
import type { ImageReader } from '../image-reader';
import { truncated } from '../truncated';

// Source of all numbers: QEMU docs/interop/qcow2.txt.
const MAGIC = 0x514649fb;
const HEADER_V2 = 72;
const HEADER_V3 = 104;
/** Bits of the incompatible features: who does not know one must not read the file. */
const DIRTY = 1n << 0n;
const CORRUPT = 1n << 1n;
const EXTERNAL_DATA = 1n << 2n;
const COMPRESSION_TYPE = 1n << 3n;
const EXTENDED_L2 = 1n << 4n;
/** QEMU's own limit for the first table (block/qcow2.h, QCOW_MAX_L1_SIZE), which allows disks of 2 EiB. */
const MAX_L1_BYTES = 32 * 1024 * 1024;
const NOT_READ = 'Kiln does not read that';
const REPAIR = (name: string) => `Repair it with 'qemu-img check -r all ${name}', or build it again.`;

/** How the compressed clusters of an image were made. */
export type Qcow2Compression = 'deflate' | 'zstd';

/** A qcow2 file's header, checked: everything in it can be read. */
export interface Qcow2Header {
  readonly version: 2 | 3;
  /** Size of the disk that the guest sees, in bytes. */
  readonly virtualSize: number;
  /** In bytes, a power of two from 512 to 2 MiB. */
  readonly clusterSize: number;
  readonly compression: Qcow2Compression;
  /** The first table: one entry for each second table. Offset in bytes. */
  readonly l1: { readonly offset: number; readonly entries: number };
  /** The reference counts: where their table is, its size in bytes, and the bits of one count. */
  readonly refcounts: { readonly offset: number; readonly size: number; readonly bits: number };
  /** It was not closed properly: its reference counts may be behind. */
  readonly isDirty: boolean;
}

/** Whether the file begins as every qcow and qcow2 file does. */
export function isQcow(reader: ImageReader): boolean {
  const magic = reader.read(0, 4);
  return magic.length === 4 && magic.readUInt32BE(0) === MAGIC;
}

/**
 * @throws KilnError `image.qcow2-unsupported` for what Kiln does not read (a backing file, encryption, an external data
 * file, features it does not know), `image.damaged`, `image.truncated`
 */
export function readQcow2Header(reader: ImageReader): Qcow2Header {
  const bytes = reader.read(0, 512);
  if (bytes.length < HEADER_V2) throw truncated(reader, 'its qcow2 header', HEADER_V2);
  const version = bytes.readUInt32BE(4);
  if (version !== 2 && version !== 3) {
    throw unsupported(reader, `qcow version ${version}`, 'versions 2 and 3 are read');
  }
  const headerSize = version === 2 ? HEADER_V2 : HEADER_V3;
  if (bytes.length < headerSize) throw truncated(reader, 'its qcow2 header', headerSize);
  const features = version === 3 ? bytes.readBigUInt64BE(72) : 0n;
  refuseUnsupported(reader, bytes, features);
  const clusterBits = bytes.readUInt32BE(20);
  if (clusterBits < 9 || clusterBits > 21) {
    throw damaged(reader, `its clusters have 2^${clusterBits} bytes, and 2^9 to 2^21 are possible`);
  }
  const header: Qcow2Header = {
    version,
    virtualSize: Number(bytes.readBigUInt64BE(24)),
    clusterSize: 2 ** clusterBits,
    compression: compressionOf(reader, bytes, features),
    l1: { offset: Number(bytes.readBigUInt64BE(40)), entries: bytes.readUInt32BE(36) },
    refcounts: {
      offset: Number(bytes.readBigUInt64BE(48)),
      size: bytes.readUInt32BE(56) * 2 ** clusterBits,
      bits: version === 3 ? 2 ** bytes.readUInt32BE(96) : 16,
    },
    isDirty: (features & DIRTY) !== 0n,
  };
  requireTables(reader, header);
  return header;
}

function refuseUnsupported(reader: ImageReader, bytes: Buffer, features: bigint): void {
  if (bytes.readBigUInt64BE(8) !== 0n) {
    throw unsupported(
      reader,
      `a backing file, ${backingName(reader, bytes)}`,
      'one file must hold all of the disk',
    );
  }
  const encryption = bytes.readUInt32BE(32);
  if (encryption !== 0) {
    const method = ['', 'AES', 'LUKS'][encryption] ?? `method ${encryption}`;
    throw unsupported(reader, `encryption (${method})`, 'a machine that boots it could not read it');
  }
  if ((features & CORRUPT) !== 0n) {
    throw damaged(reader, 'QEMU marked it as corrupt', REPAIR(reader.name));
  }
  if ((features & EXTERNAL_DATA) !== 0n) {
    throw unsupported(reader, 'an external data file', 'one file must hold all of the disk');
  }
  if ((features & EXTENDED_L2) !== 0n) throw unsupported(reader, 'extended L2 entries', NOT_READ);
  const unknown = features & ~(DIRTY | COMPRESSION_TYPE);
  if (unknown !== 0n) throw unsupported(reader, `unknown features (0x${unknown.toString(16)})`, NOT_READ);
}

function backingName(reader: ImageReader, bytes: Buffer): string {
  const length = Math.min(bytes.readUInt32BE(16), 1023);
  const name = reader.read(Number(bytes.readBigUInt64BE(8)), length).toString('utf8');
  return JSON.stringify(name.slice(0, 100));
}

function compressionOf(reader: ImageReader, bytes: Buffer, features: bigint): Qcow2Compression {
  if ((features & COMPRESSION_TYPE) === 0n) return 'deflate';
  const type = bytes.readUInt32BE(100) > HEADER_V3 ? bytes[HEADER_V3] : 0;
  if (type === 0) return 'deflate';
  if (type === 1) return 'zstd';
  throw unsupported(reader, `compression type ${type}`, 'deflate and zstd are read');
}

function requireTables(reader: ImageReader, header: Qcow2Header): void {
  const { virtualSize, clusterSize, l1, refcounts } = header;
  const needed = Math.ceil(virtualSize / (clusterSize * (clusterSize / 8)));
  if (l1.entries < needed || l1.entries * 8 > MAX_L1_BYTES) {
    throw damaged(reader, `its L1 table has ${l1.entries} entries, and its virtual size needs ${needed}`);
  }
  requireTable(reader, 'L1 table', l1.offset, l1.entries * 8, clusterSize);
  if (refcounts.size === 0 || refcounts.bits > 64) {
    const what = refcounts.size === 0 ? 'it has no reference counts' : 'its reference counts have no size';
    throw damaged(reader, what, REPAIR(reader.name));
  }
  requireTable(reader, 'reference count table', refcounts.offset, refcounts.size, clusterSize);
}

function requireTable(reader: ImageReader, what: string, offset: number, size: number, cluster: number) {
  if (size === 0) return;
  if (offset % cluster !== 0 || offset === 0) {
    const at = `offset 0x${offset.toString(16)}`;
    throw damaged(reader, `its ${what} begins at ${at}, which is not a cluster's`, REPAIR(reader.name));
  }
  if (offset + size > reader.size) throw truncated(reader, `its ${what}`, offset + size);
}

function unsupported(reader: ImageReader, what: string, why: string): KilnError {
  return new KilnError(`the image '${reader.name}' is a qcow2 with ${what}, and ${why}`, {
    code: 'image.qcow2-unsupported',
    remedy: `Convert it: qemu-img convert -O raw ${reader.name} disk.raw`,
  });
}
