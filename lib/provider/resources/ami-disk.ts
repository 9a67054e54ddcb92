import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdtemp, open, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { isOutOfSpace, KilnError, messageOf } from '../../errors';
import { type AmiMachine, layoutFor } from './ami-arguments';
import type { AmiImage } from './ami-image';

/** What EBS takes at a time (EBS API, PutSnapshotBlock). */
const BLOCK_SIZE = 512 * 1024;
const ZEROS = Buffer.alloc(BLOCK_SIZE);

/** A disk to be uploaded, held open. Its file has no name any more, so nothing stays of it however the process ends. */
export interface AmiDisk {
  /** In bytes. */
  readonly size: number;
  readonly blockSize: typeof BLOCK_SIZE;
  /** A whole block, filled up with zeros at the end of the disk; undefined where it is all zero. */
  read(index: number): Promise<Buffer | undefined>;
  /** Takes a block back that was sent: few are then enough for any disk. */
  release(block: Buffer): void;
  close(): Promise<void>;
}

export interface AmiDiskOptions {
  readonly signal: AbortSignal;
  /** Where the disk is made, in a folder that only its owner may enter. @default - the system's for temporary files */
  readonly folder?: string;
}

/**
 * Makes the disk of an image: a kernel is forged, a disk copied or unpacked.
 * @throws KilnError `image.changed` when the files do not give the digest, `image.write-failed`; those of `forgeDisk` and
 * `readyDisk`; the signal's reason
 */
export async function makeAmiDisk(
  image: AmiImage,
  machine: AmiMachine,
  options: AmiDiskOptions,
): Promise<AmiDisk> {
  const { signal, folder = tmpdir() } = options;
  const work = await mkdtemp(join(folder, 'kiln-ami-')).catch((error) => {
    throw unwritable(folder, error);
  });
  try {
    const out = join(work, 'disk');
    if (image.kind === 'kernel') await forge(image, machine, out, signal);
    else await ready(image, machine, out, signal);
    signal.throwIfAborted();
    return await holdOpen(out);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/**
 * Refuses files that do not give the digest of their image.
 * @returns the hashes, 64 hexadecimal digits
 * @throws KilnError `image.changed`, `image.unreadable`, `image.missing`
 */
export async function requireDigest(
  image: AmiImage,
  machine: AmiMachine,
  signal: AbortSignal,
): Promise<{ readonly kernel: string; readonly initrd: string | undefined }> {
  const { hashInitrd, imageDigest, loadLoader } = await import('../../image');
  const layout = layoutFor(machine.bootMode);
  const kernel = await hashFile(image.path, signal);
  const initrd = image.initrd === undefined ? undefined : hashInitrd(image.initrd).sha256;
  const digest = imageDigest({
    sha256: kernel,
    kind: image.kind,
    bootArgs: image.bootArgs,
    boot: 'disk',
    loaderDigest: image.kind === 'kernel' ? loadLoader(layout).digest : '',
    initrd,
    layout,
  });
  if (digest === image.digest) return { kernel, initrd };
  throw new KilnError(
    `'${image.path}' is not the image that was planned: it gives ${digest}, and ${image.digest} is expected`,
    {
      code: 'image.changed',
      remedy: 'Synthesise again: the file, its arguments, or the version of kiln, have changed since.',
    },
  );
}

async function forge(image: AmiImage, machine: AmiMachine, out: string, signal: AbortSignal): Promise<void> {
  const { forgeDisk, loadLoader } = await import('../../image');
  const hashes = await requireDigest(image, machine, signal);
  const layout = layoutFor(machine.bootMode);
  const { bootArgs, initrd } = image;
  const { kernel: kernelSha256, initrd: initrdSha256 } = hashes;
  // With the hashes, what is forged is what was hashed.
  const options = { bootArgs, initrd, layout, kernelSha256, initrdSha256 };
  await forgeDisk(image.path, options, loadLoader(layout), out);
}

async function ready(image: AmiImage, machine: AmiMachine, out: string, signal: AbortSignal): Promise<void> {
  const { readyDisk } = await import('../../image');
  const before = await identity(image.path);
  await requireDigest(image, machine, signal);
  await readyDisk(image.path, { bootArgs: image.bootArgs, signal }, out);
  if ((await identity(image.path)) === before) return;
  throw new KilnError(`the image '${image.path}' changed while it was read`, {
    code: 'image.changed',
    remedy: 'Wait for its build to end, then try again.',
  });
}

/** What is different when a file is another, or was written to; empty where there is none, which its reader says better. */
async function identity(path: string): Promise<string> {
  return stat(path, { bigint: true }).then(
    ({ dev, ino, size, mtimeNs }) => [dev, ino, size, mtimeNs].join(' '),
    () => '',
  );
}

async function hashFile(path: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(path, { highWaterMark: BLOCK_SIZE }), hash, { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw new KilnError(`the image '${path}' cannot be read: ${messageOf(error)}`, {
      code: 'image.unreadable',
      remedy: 'Synthesise again: staged images lie beside the synthesised stack.',
      cause: error,
    });
  }
  return hash.digest('hex');
}

async function holdOpen(path: string): Promise<AmiDisk> {
  const file = await open(path, 'r');
  const { size } = await file.stat();
  const free: Buffer[] = [];
  const read = async (index: number) => {
    const block = free.pop() ?? Buffer.allocUnsafe(BLOCK_SIZE);
    const count = await readAll(file, block, index * BLOCK_SIZE);
    block.fill(0, count);
    if (!block.equals(ZEROS)) return block;
    // Most of a disk is empty, and needs no memory.
    free.push(block);
    return undefined;
  };
  const release = (block: Buffer) => {
    free.push(block);
  };
  return { size, blockSize: BLOCK_SIZE, read, release, close: () => file.close() };
}

/** Bytes that are there; fewer than asked for only at the end of the file. */
async function readAll(file: FileHandle, block: Buffer, position: number): Promise<number> {
  for (let done = 0; ; ) {
    const { bytesRead } = await file.read(block, done, block.length - done, position + done);
    done += bytesRead;
    if (bytesRead === 0 || done === block.length) return done;
  }
}

function unwritable(folder: string, error: unknown): KilnError {
  return new KilnError(`no disk can be made in '${folder}': ${messageOf(error)}`, {
    code: 'image.write-failed',
    remedy: isOutOfSpace(error)
      ? 'Free some space, or set TMPDIR to a folder on another disk.'
      : 'Make it writable, or set TMPDIR to a folder of your own.',
    cause: error,
  });
}
