import type { FileHandle } from 'node:fs/promises';
import { setImmediate as breathe } from 'node:timers/promises';
import { KilnError } from '../../errors';
import {
  type ImageInspection,
  type ImageReader,
  inspectImage,
  type Qcow2Reader,
  qcow2Reader,
  requireBootable,
} from '../inspect';
import { isQcow } from '../inspect/qcow2';
import { writeAll } from './atomic-output';
import { diskArguments } from './disk-arguments';
import type { ForgedDisk } from './forge-disk';
import { readingImage } from './reading-image';
import { isZero } from './sparse-map';
import { writeOutput } from './write-output';

export interface ReadyDiskOptions {
  /** Take the place of the arguments in the disk. @default [] which leaves them */
  readonly bootArgs?: readonly string[];
  /** Called now and then: `done` of `total` bytes of the disk are there. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Ends the work, with its reason thrown. @default - nothing does */
  readonly signal?: AbortSignal | undefined;
}

/** Read at a time, which is the most that a reader gives. */
const CHUNK = 1024 * 1024;
/** A hole is left where so many bytes are zero: a page, the block of most file systems. */
const BLOCK = 4096;

/**
 * Makes a raw disk of a disk that boots as it is: a raw one is copied byte by byte, a qcow2 is unpacked; both stay sparse.
 * Arguments are set where its system has a place for them (OSv). The file appears under its name only when it is
 * complete, and is read-only.
 * @param source path of a raw disk or a qcow2
 * @param out path of the disk; its folder must be there; an older file is replaced
 * @throws KilnError `image.not-bootable`, `image.boot-args`, `image.changed`, `image.write-failed`; for a qcow2
 * `image.qcow2-unsupported`, `image.damaged`, `image.truncated`; and those of `inspectImage`
 */
export async function readyDisk(source: string, options: ReadyDiskOptions, out: string): Promise<ForgedDisk> {
  return readingImage(source, async (file, finish) => {
    const disk: Disk = isQcow(file) ? qcow2Reader(file) : file;
    const patch = diskArguments(inspectDisk(disk), options.bootArgs ?? []);
    await writeOutput('disk', out, async (target) => {
      // Growing the file first leaves holes wherever nothing is written.
      await target.truncate(disk.size);
      await copy(disk, target, options);
      if (patch) await writeAll(target, patch.bytes, patch.offset);
      finish();
    });
    return { path: out, size: disk.size };
  });
}

type Disk = ImageReader & Partial<Pick<Qcow2Reader, 'nextData'>>;

function inspectDisk(disk: Disk): ImageInspection {
  const inspection = inspectImage(disk);
  if (inspection.format === 'qcow2') {
    throw new KilnError(`the disk '${disk.name}' is a qcow2 inside of a qcow2`, {
      code: 'image.not-bootable',
      remedy: `Unpack it once: qemu-img convert -O raw ${disk.name} disk.qcow2`,
    });
  }
  requireBootable(inspection, { kind: 'disk', boot: 'disk', machine: inspection.machine ?? 'x86-64' });
  return inspection;
}

async function copy(disk: Disk, target: FileHandle, { onProgress, signal }: ReadyDiskOptions): Promise<void> {
  for (let at: number | undefined = 0; at !== undefined && at < disk.size; ) {
    at = disk.nextData ? disk.nextData(at) : at;
    if (at === undefined) break;
    signal?.throwIfAborted();
    const bytes = disk.read(at, CHUNK);
    if (bytes.length === 0) break;
    await writeSparse(target, bytes, at);
    at += bytes.length;
    onProgress?.(at, disk.size);
    // Reading is synchronous; a daemon serves others in between.
    await breathe();
  }
  onProgress?.(disk.size, disk.size);
}

/** Writes all but the blocks that are zero. */
async function writeSparse(target: FileHandle, bytes: Buffer, position: number): Promise<void> {
  // Most of a disk is empty by the MiB, which is seen at once.
  if (isZero(bytes, 0, bytes.length)) return;
  for (let from = 0; from < bytes.length; ) {
    let to = from;
    while (to < bytes.length && !isZero(bytes, to, Math.min(BLOCK, bytes.length - to))) to += BLOCK;
    const end = Math.min(to, bytes.length);
    if (end > from) await writeAll(target, bytes.subarray(from, end), position + from);
    from = to + BLOCK;
  }
}
