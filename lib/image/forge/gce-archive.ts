import type { FileHandle } from 'node:fs/promises';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { ImageReader } from '../inspect';
import { writeAll } from './atomic-output';
import { readingImage } from './reading-image';
import { findRegions, type Region } from './sparse-map';
import { sparseHeaders, TAR_BLOCK, TAR_RECORD } from './sparse-tar';
import { writeOutput } from './write-output';

/** What Compute Engine looks for in the archive. */
const MEMBER = 'disk.raw';
/** Its disks are whole GiB. */
const GIB = 1024 ** 3;
const CHUNK = 1024 * 1024;
/** Compressed bytes written at a time. */
const GZIP_CHUNK = 256 * 1024;
/** Where gzip says which system it ran on, and the value for "unknown" (RFC 1952). */
const GZIP_SYSTEM = { offset: 9, unknown: 255 } as const;

export interface GceArchiveOptions {
  /** Called now and then: `done` of `total` bytes are read. A disk is read twice: for its holes, then for its data. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** An archive that was written. */
export interface GceArchive {
  readonly path: string;
  /** Size of the disk inside: a whole number of GiB, in bytes. */
  readonly diskSize: number;
  /** Size of the archive in bytes. */
  readonly size: number;
}

/**
 * Packs a raw disk as Compute Engine imports it: gzip, a tar archive in the old GNU format, in it only `disk.raw`, of
 * whole GiB (cloud.google.com/compute/docs/import/import-existing-image). Holes take no room. Nothing in it depends on
 * the time, the user or the machine, but for the compression, which is that of Node's zlib. It is written as a stream,
 * and appears under its name when it is complete.
 * @throws KilnError `image.changed`, `image.write-failed`, and those of reading: `image.missing`, `image.unreadable`
 */
export async function writeGceArchive(
  disk: string,
  out: string,
  options: GceArchiveOptions = {},
): Promise<GceArchive> {
  const { onProgress = () => undefined } = options;
  return readingImage(disk, async (source, finish) => {
    const diskSize = Math.max(1, Math.ceil(source.size / GIB)) * GIB;
    const total = 2 * diskSize;
    const regions = await findRegions(source, (done) => onProgress(done, total));
    const tar = tarOf(source, regions.map(wholeBlocks), diskSize, (done) =>
      onProgress(diskSize + done, total),
    );
    let size = 0;
    await writeOutput('archive', out, async (file) => {
      const target = toFile(file);
      const gzip = createGzip({ chunkSize: GZIP_CHUNK });
      await pipeline(Readable.from(tar, { objectMode: false }), gzip, target.stream);
      size = target.written();
      await writeAll(file, Buffer.from([GZIP_SYSTEM.unknown]), GZIP_SYSTEM.offset);
      finish();
    });
    return { path: out, diskSize, size };
  });
}

async function* tarOf(
  source: ImageReader,
  regions: readonly Region[],
  diskSize: number,
  onPacked: (bytes: number) => void,
): AsyncGenerator<Buffer> {
  const headers = sparseHeaders({ name: MEMBER, size: diskSize, regions });
  yield headers;
  let total = headers.length;
  for (const { offset, length } of regions) {
    for (let done = 0; done < length; done += CHUNK) {
      yield read(source, offset + done, Math.min(CHUNK, length - done));
      onPacked(Math.min(offset + done + CHUNK, offset + length));
    }
    total += length;
  }
  // Two empty blocks end an archive, and tar fills its last record.
  const end = total + 2 * TAR_BLOCK;
  yield Buffer.alloc(Math.ceil(end / TAR_RECORD) * TAR_RECORD - total);
  onPacked(diskSize);
}

/** Bytes of the disk, which goes on with zeros after the end of its file. */
function read(source: ImageReader, offset: number, length: number): Buffer {
  const bytes = source.read(offset, length);
  return bytes.length === length ? bytes : Buffer.concat([bytes], length);
}

/** The last region of a file that is no multiple of 512 bytes grows into the zeros that follow it in the disk. */
function wholeBlocks({ offset, length }: Region): Region {
  return { offset, length: Math.ceil(length / TAR_BLOCK) * TAR_BLOCK };
}

function toFile(file: FileHandle) {
  let position = 0;
  const stream = new Writable({
    write(bytes: Buffer, _encoding, done) {
      writeAll(file, bytes, position).then(() => {
        position += bytes.length;
        done();
      }, done);
    },
  });
  return { stream, written: () => position };
}
