import { createHash, randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { isOutOfSpace, KilnError, messageOf } from '../errors';

const CHUNK = 1024 * 1024;
const ZEROS = Buffer.alloc(CHUNK);
const MODE = 0o444;

/** What a staged file is, and so what its name ends in. */
const ENDINGS = { kernel: 'elf', disk: 'raw', initrd: 'initrd' } as const;
export type StagedKind = keyof typeof ENDINGS;

/** A file under a name that its content gives it. */
export interface StagedImage {
  /** `<folder>/<sha256>.elf` for a kernel; see `stagedName`. */
  readonly path: string;
  /** 64 hex digits. */
  readonly sha256: string;
  /** Size in bytes. */
  readonly size: number;
}

/** `<sha256>.elf` for a kernel, `.raw` for a disk, `.initrd` for what is loaded beside a kernel. */
export function stagedName(sha256: string, kind: StagedKind): string {
  return `${sha256}.${ENDINGS[kind]}`;
}

/**
 * Copies a kernel, disk or initrd into a folder under the hash of its content, atomically; skips the copy when it is there.
 * Makes the folder. Synchronous, because constructs stage while they are constructed.
 * @throws KilnError `image.unreadable`, `image.write-failed`
 */
export function stageImage(source: string, folder: string, kind: StagedKind): StagedImage {
  const target = (sha256: string) => path.join(folder, stagedName(sha256, kind));
  const before = hashImage(source);
  if (fs.existsSync(target(before.sha256))) return { path: target(before.sha256), ...before };
  const temporary = path.join(folder, `.${randomBytes(6).toString('hex')}.tmp`);
  try {
    fs.mkdirSync(folder, { recursive: true });
    // The name is the hash of what was copied, so a file that changes meanwhile cannot get a wrong one.
    const copied = writing(temporary, (write) => readThrough(source, write));
    fs.renameSync(temporary, target(copied.sha256));
    return { path: target(copied.sha256), ...copied };
  } catch (error) {
    removeQuietly(temporary);
    if (KilnError.is(error)) throw error;
    throw new KilnError(`the image '${source}' cannot be copied to '${folder}': ${messageOf(error)}`, {
      code: 'image.write-failed',
      remedy: isOutOfSpace(error) ? 'Free some space on that file system.' : 'Make the folder writable.',
      cause: error,
    });
  }
}

/**
 * Hash and size of a file, read in pieces.
 * @throws KilnError `image.unreadable`
 */
export function hashImage(file: string): { readonly sha256: string; readonly size: number } {
  return readThrough(file, () => undefined);
}

/** One write may take only a part, such as what still fits on the disk. */
function writeAll(fd: number, bytes: Buffer, position: number): void {
  for (let done = 0; done < bytes.length; ) {
    done += fs.writeSync(fd, bytes, done, bytes.length - done, position + done);
  }
}

/** What went wrong first is what is reported. */
function removeQuietly(file: string): void {
  try {
    fs.rmSync(file, { force: true });
  } catch {
    // It was never made, or its folder is as unusable as before.
  }
}

type Sink = (bytes: Buffer, offset: number) => void;

function readThrough(file: string, sink: Sink) {
  const hash = createHash('sha256');
  const chunk = Buffer.alloc(CHUNK);
  let size = 0;
  const fd = reading(file, () => fs.openSync(file, 'r'));
  try {
    for (;;) {
      const count = reading(file, () => fs.readSync(fd, chunk, 0, CHUNK, size));
      if (count === 0) return { sha256: hash.digest('hex'), size };
      const bytes = chunk.subarray(0, count);
      hash.update(bytes);
      sink(bytes, size);
      size += count;
    }
  } finally {
    fs.closeSync(fd);
  }
}

function reading<T>(file: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw new KilnError(`the image '${file}' cannot be read: ${messageOf(error)}`, {
      code: 'image.unreadable',
      cause: error,
    });
  }
}

function writing(file: string, copy: (write: Sink) => { sha256: string; size: number }) {
  const fd = fs.openSync(file, 'wx', MODE);
  try {
    const copied = copy((bytes, offset) => {
      // Zeros stay holes: disks are mostly empty.
      if (!bytes.equals(ZEROS.subarray(0, bytes.length))) writeAll(fd, bytes, offset);
    });
    fs.ftruncateSync(fd, copied.size);
    fs.fsyncSync(fd);
    return copied;
  } finally {
    fs.closeSync(fd);
  }
}
