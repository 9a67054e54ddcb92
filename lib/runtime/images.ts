import { createHash, randomBytes } from 'node:crypto';
import { chmod, type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf, KilnError, messageOf } from '../errors';
import {
  commandLine,
  forgeDisk,
  imageDigest,
  inspectImage,
  type Loader,
  loadLoader,
  requireBootable,
} from '../image';
import type { ImageSpec } from '../spec';
import { whyUnwritable } from './home';
import type { BootSource } from './qemu-arguments';

/** An image that is ready to boot. */
export interface StoredImage {
  /** Absolute path of the disk or kernel in the store, read-only. */
  readonly path: string;
  /** True when it was there already, so nothing was copied or forged. */
  readonly found: boolean;
  /** How QEMU boots it. */
  readonly source: BootSource;
}

export interface ImageStoreOptions {
  /** Goes in front of a kernel on a disk. @default loadLoader */
  readonly loader?: () => Loader;
}

/** Copied at a time; the daemon serves others in between. */
const CHUNK = 1024 * 1024;
const ZEROS = Buffer.alloc(CHUNK);
/** Never edited: its name says what is in it. */
const MODE = 0o400;
const WORK = 'work-';
const STORED = /^([0-9a-f]{64})\.(disk|kernel|raw)$/;

/**
 * Images by digest. An image is complete or absent: it is made in a folder of its own and then renamed. One process at a
 * time uses a store, so what an earlier one left unfinished is removed at the first use.
 */
export class ImageStore {
  private readonly inProgress = new Map<string, Promise<StoredImage>>();
  private readonly loader: () => Loader;
  private opened: Promise<void> | undefined;

  constructor(
    readonly folder: string,
    options: ImageStoreOptions = {},
  ) {
    this.loader = options.loader ?? loadLoader;
  }

  /**
   * Makes sure that an image is in the store: a kernel is forged into a disk (`boot: disk`) or kept as it is, a disk is
   * copied. Calls for the same image share the work.
   * @param onProgress receives what is being done, one sentence each
   * @throws KilnError `image.changed` when the staged file does not give the digest; `image.unreadable`;
   * `image.write-failed` with the reason, such as a full disk; those of `forgeDisk`
   */
  async ensure(
    spec: ImageSpec,
    onProgress: (message: string) => void = () => undefined,
  ): Promise<StoredImage> {
    const name = nameOf(spec);
    const path = join(this.folder, name);
    const underway = this.inProgress.get(name);
    if (underway) return underway;
    const work = this.findOrMake(spec, path, onProgress);
    this.inProgress.set(name, work);
    try {
      return await work;
    } finally {
      this.inProgress.delete(name);
    }
  }

  /** Deletes the images that are not among `keep`, a list of digests; returns the digests that went. */
  async collect(keep: Iterable<string>): Promise<string[]> {
    const kept = new Set(keep);
    const gone = new Set<string>();
    for (const name of await this.names()) {
      const hex = STORED.exec(name)?.[1];
      if (hex === undefined || kept.has(`sha256:${hex}`) || this.inProgress.has(name)) continue;
      await rm(join(this.folder, name), { force: true });
      gone.add(`sha256:${hex}`);
    }
    return [...gone];
  }

  private async findOrMake(
    spec: ImageSpec,
    path: string,
    onProgress: (message: string) => void,
  ): Promise<StoredImage> {
    try {
      this.opened ??= this.open();
      await this.opened;
    } catch (error) {
      this.opened = undefined;
      throw this.unwritable(error);
    }
    const found = await exists(path);
    if (!found) await this.make(spec, path, onProgress);
    return { path, found, source: sourceOf(spec, path) };
  }

  private async open(): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    for (const name of await readdir(this.folder)) {
      if (name.startsWith(WORK)) await rm(join(this.folder, name), { recursive: true, force: true });
    }
  }

  /** What is hashed, forged and kept is one copy: the staged file may change meanwhile. */
  private async make(spec: ImageSpec, path: string, onProgress: (message: string) => void): Promise<void> {
    const work = join(this.folder, `${WORK}${randomBytes(6).toString('hex')}`);
    try {
      await mkdir(work, { mode: 0o700 });
      const copy = join(work, 'copy');
      onProgress(`copying '${spec.path}'`);
      this.requireDigest(spec, await copyAndHash(spec.path, copy));
      const ready = await this.prepare(spec, copy, join(work, 'disk'), onProgress);
      await chmod(ready, MODE);
      await rename(ready, path);
    } catch (error) {
      throw this.unwritable(error);
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  }

  private async prepare(
    spec: ImageSpec,
    copy: string,
    disk: string,
    onProgress: (message: string) => void,
  ): Promise<string> {
    if (spec.kind === 'kernel' && spec.boot === 'disk') {
      onProgress('forging a disk');
      return (await forgeDisk(copy, { bootArgs: spec.bootArgs }, this.loader(), disk)).path;
    }
    requireBootable(inspectImage(copy), { kind: spec.kind, boot: spec.boot, machine: 'x86-64' });
    return copy;
  }

  private requireDigest(spec: ImageSpec, sha256: string): void {
    const forged = spec.kind === 'kernel' && spec.boot === 'disk';
    const digest = imageDigest({ ...spec, sha256, loaderDigest: forged ? this.loader().digest : '' });
    if (digest === spec.digest) return;
    throw new KilnError(
      `'${spec.path}' is not the image that was planned: it gives ${digest}, and ${spec.digest} is expected`,
      {
        code: 'image.changed',
        remedy: 'Synthesise again: the file, or the version of kiln, has changed since.',
      },
    );
  }

  private async names(): Promise<string[]> {
    return readdir(this.folder).catch((error) => {
      if (errnoOf(error) === 'ENOENT') return [];
      throw error;
    });
  }

  private unwritable(error: unknown): unknown {
    if (KilnError.is(error)) return error;
    return new KilnError(`the image store '${this.folder}' cannot be written: ${whyUnwritable(error)}`, {
      code: 'image.write-failed',
      remedy:
        errnoOf(error) === 'ENOSPC' || errnoOf(error) === 'EDQUOT'
          ? 'Free some space, or set KILN_HOME to a folder on another disk.'
          : 'Make it writable, or set KILN_HOME to a folder of your own.',
      cause: error,
    });
  }
}

function nameOf(spec: ImageSpec): string {
  const kind = spec.kind === 'disk' ? 'raw' : spec.boot === 'direct' ? 'kernel' : 'disk';
  return `${spec.digest.slice('sha256:'.length)}.${kind}`;
}

function sourceOf(spec: ImageSpec, path: string): BootSource {
  // Whoever made the disk may count on writing to it, as on a cloud's volume; what Kiln forges is read once.
  if (spec.kind === 'disk') return { kind: 'scratch-disk', path };
  if (spec.boot === 'disk') return { kind: 'disk', path };
  return { kind: 'kernel', path, commandLine: commandLine(spec.bootArgs), initrd: null };
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** Copies a file, leaving holes where it is zero; returns the SHA-256 of what was copied, 64 hex digits. */
async function copyAndHash(from: string, to: string): Promise<string> {
  const source = await open(from, 'r').catch((error) => {
    throw unreadable(from, error);
  });
  try {
    const target = await open(to, 'wx', 0o600);
    try {
      return await copyBytes(from, source, target);
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

async function copyBytes(name: string, source: FileHandle, target: FileHandle): Promise<string> {
  const hash = createHash('sha256');
  const chunk = Buffer.alloc(CHUNK);
  let size = 0;
  for (;;) {
    const { bytesRead } = await source.read(chunk, 0, CHUNK, size).catch((error) => {
      throw unreadable(name, error);
    });
    if (bytesRead === 0) break;
    const bytes = chunk.subarray(0, bytesRead);
    hash.update(bytes);
    if (!bytes.equals(ZEROS.subarray(0, bytesRead))) await writeAll(target, bytes, size);
    size += bytesRead;
  }
  await target.truncate(size);
  await target.sync();
  return hash.digest('hex');
}

/** One write may take only a part, such as what still fits on the disk. */
async function writeAll(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}

function unreadable(path: string, error: unknown): KilnError {
  return new KilnError(`the image '${path}' cannot be read: ${messageOf(error)}`, {
    code: 'image.unreadable',
    remedy: 'Synthesise again: staged images lie beside the synthesised stack.',
    cause: error,
  });
}
