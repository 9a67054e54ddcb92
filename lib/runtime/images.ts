import { chmod, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf, KilnError } from '../errors';
import {
  commandLine,
  forgeDisk,
  type ImageInspection,
  imageDigest,
  inspectImage,
  type Loader,
  loadLoader,
  readyDisk,
  requireBootable,
  requireTakesInitrd,
} from '../image';
import type { ImageSpec } from '../spec';
import { type Hardware, hardwareOf } from './hardware';
import { copyAndHash } from './hashed-copy';
import { whyUnwritable } from './home';
import type { BootSource } from './qemu-arguments';
import { clearDeadWork, makeWorkFolder } from './work-folder';

/** An image that is ready to boot. */
export interface StoredImage {
  /** Absolute path of the disk or kernel in the store, read-only. */
  readonly path: string;
  /** True when it was there already, so nothing was copied or forged. */
  readonly found: boolean;
  /** How QEMU boots it. */
  readonly source: BootSource;
  /** On what. */
  readonly hardware: Hardware;
}

export interface ImageStoreOptions {
  /** Goes in front of a kernel on a disk. @default loadLoader */
  readonly loader?: () => Loader;
}

/** Never edited: its name says what is in it. */
const MODE = 0o400;
const STORED = /^([0-9a-f]{64})\.(disk|kernel|raw|initrd)$/;

/** The copies that an image is made of. */
interface Copies {
  readonly kernel: string;
  readonly initrd: string | null;
}

/**
 * Images by digest. An image is complete or absent: it is made in a folder of its own and then renamed. What a process that
 * has ended left unfinished is removed at the first use.
 */
export class ImageStore {
  private readonly inProgress = new Map<string, Promise<Omit<StoredImage, 'hardware'>>>();
  private readonly loader: () => Loader;
  private opened: Promise<void> | undefined;

  constructor(
    readonly folder: string,
    options: ImageStoreOptions = {},
  ) {
    this.loader = options.loader ?? loadLoader;
  }

  /**
   * Makes sure that an image is in the store: a kernel is forged into a disk (`boot: disk`) or kept as it is, a disk
   * is copied, unpacked where it is a qcow2, and gets its arguments. Calls for the same image share the work.
   * @param onProgress receives what is being done, one sentence each
   * @throws KilnError `image.changed` when the staged file does not give the digest; `image.unreadable`;
   * `image.write-failed` with the reason, such as a full disk; those of `forgeDisk`
   */
  async ensure(
    spec: ImageSpec,
    onProgress: (message: string) => void = () => undefined,
  ): Promise<StoredImage> {
    const stored = await this.shared(spec, onProgress);
    // Not shared: the same image may be said to drive one thing here and another there.
    return { ...stored, hardware: hardwareOf(spec, stored.path) };
  }

  /** Deletes the images that are not among `keep`, a list of digests; returns the digests that went. */
  async collect(keep: Iterable<string>): Promise<string[]> {
    const kept = new Set(keep);
    const gone = new Set<string>();
    for (const name of await this.names()) {
      const hex = STORED.exec(name)?.[1];
      if (hex === undefined || kept.has(`sha256:${hex}`) || this.isInProgress(hex)) continue;
      await rm(join(this.folder, name), { force: true });
      gone.add(`sha256:${hex}`);
    }
    return [...gone];
  }

  private async shared(spec: ImageSpec, onProgress: (message: string) => void) {
    const name = nameOf(spec);
    const underway = this.inProgress.get(name);
    if (underway) return underway;
    const work = this.findOrMake(spec, onProgress);
    this.inProgress.set(name, work);
    try {
      return await work;
    } finally {
      this.inProgress.delete(name);
    }
  }

  private isInProgress(hex: string): boolean {
    return [...this.inProgress.keys()].some((name) => name.startsWith(hex));
  }

  private async findOrMake(
    spec: ImageSpec,
    onProgress: (message: string) => void,
  ): Promise<Omit<StoredImage, 'hardware'>> {
    try {
      this.opened ??= this.open();
      await this.opened;
    } catch (error) {
      this.opened = undefined;
      throw this.unwritable(error);
    }
    const path = join(this.folder, nameOf(spec));
    const initrd = keepsInitrd(spec) ? join(this.folder, initrdNameOf(spec)) : null;
    const found = (await exists(path)) && (initrd === null || (await exists(initrd)));
    if (!found) await this.make(spec, path, initrd, onProgress);
    return { path, found, source: sourceOf(spec, path, initrd) };
  }

  private async open(): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    await clearDeadWork(this.folder);
  }

  /** What is hashed, forged and kept is one copy: the staged file may change meanwhile. */
  private async make(
    spec: ImageSpec,
    path: string,
    initrd: string | null,
    onProgress: (message: string) => void,
  ): Promise<void> {
    const work = await makeWorkFolder(this.folder).catch((error) => {
      throw this.unwritable(error);
    });
    try {
      const copies: Copies = { kernel: join(work, 'copy'), initrd: spec.initrd && join(work, 'initrd') };
      onProgress(`copying '${spec.path}'`);
      const sha256 = await copyAndHash(spec.path, copies.kernel);
      this.requireDigest(
        spec,
        sha256,
        spec.initrd && copies.initrd ? await copyAndHash(spec.initrd, copies.initrd) : undefined,
      );
      const ready = await this.prepare(spec, copies, join(work, 'disk'), onProgress);
      if (initrd && copies.initrd) await keep(copies.initrd, initrd);
      await keep(ready, path);
    } catch (error) {
      throw this.unwritable(error);
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  }

  private async prepare(
    spec: ImageSpec,
    { kernel, initrd }: Copies,
    disk: string,
    onProgress: (message: string) => void,
  ): Promise<string> {
    if (spec.kind === 'kernel' && spec.boot === 'disk') {
      onProgress('forging a disk');
      const options = { bootArgs: spec.bootArgs, ...(initrd && { initrd }) };
      return (await forgeDisk(kernel, options, this.loader(), disk)).path;
    }
    const image = inspectImage(kernel);
    if (spec.kind === 'disk' && (image.format === 'qcow2' || spec.bootArgs.length > 0)) {
      onProgress('preparing the disk');
      return (await readyDisk(kernel, { bootArgs: spec.bootArgs }, disk)).path;
    }
    requireBootable(image, { kind: spec.kind, boot: spec.boot, machine: 'x86-64' });
    if (initrd) this.requireLoadable(image);
    return kernel;
  }

  /** QEMU takes the path of a multiboot module for a list of paths with arguments (hw/i386/multiboot.c). */
  private requireLoadable(image: ImageInspection): void {
    requireTakesInitrd(image);
    if (!image.bootProtocols.includes('multiboot1') || !/[ ,]/.test(this.folder)) return;
    throw new KilnError(
      `QEMU cannot load the initrd of a multiboot kernel from '${this.folder}', whose name has a space or a comma`,
      {
        code: 'image.no-initrd',
        remedy: "Boot it from its disk (boot: 'disk'), or set KILN_HOME to a folder without them.",
      },
    );
  }

  private requireDigest(spec: ImageSpec, sha256: string, initrd: string | undefined): void {
    const forged = spec.kind === 'kernel' && spec.boot === 'disk';
    const digest = imageDigest({
      ...spec,
      sha256,
      initrd,
      loaderDigest: forged ? this.loader().digest : '',
    });
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

/** On a forged disk the initrd has its place; QEMU takes it from a file of its own. */
function keepsInitrd(spec: ImageSpec): boolean {
  return spec.initrd !== null && spec.kind === 'kernel' && spec.boot === 'direct';
}

function initrdNameOf(spec: ImageSpec): string {
  return `${spec.digest.slice('sha256:'.length)}.initrd`;
}

function sourceOf(spec: ImageSpec, path: string, initrd: string | null): BootSource {
  // Whoever made the disk may count on writing to it, as on a cloud's volume; what Kiln forges is read once.
  if (spec.kind === 'disk') return { kind: 'scratch-disk', path };
  if (spec.boot === 'disk') return { kind: 'disk', path };
  return { kind: 'kernel', path, commandLine: commandLine(spec.bootArgs), initrd };
}

/** Puts a finished file in place. */
async function keep(file: string, path: string): Promise<void> {
  await chmod(file, MODE);
  await rename(file, path);
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
