import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { imageDigest, loadLoader } from '../../lib/image';
import { hashImage } from '../../lib/image/stage-image';
import type { ImageSpec } from '../../lib/spec';

const HELLO = resolve(__dirname, '../../examples/hello-unikernel');
const SHOP = resolve(__dirname, '../../examples/shop/unikernels');
const BUILD_LIMIT_MS = 120_000;

const built = new Map<string, string>();

/** Path of the example's kernel; built first when it is older than its sources. Safe in parallel test files. */
export function helloKernel(): string {
  return kernelOf(HELLO, 'hello');
}

/** Path of a kernel of the shop, in the same way. */
export function shopKernel(name: 'cart' | 'catalog' | 'web'): string {
  return kernelOf(SHOP, name);
}

interface ImageOptions {
  /** @default kernel */
  readonly kind?: ImageSpec['kind'];
  /** @default direct */
  readonly boot?: ImageSpec['boot'];
  readonly bootArgs?: readonly string[];
  /** Path of the file beside the kernel. @default - none */
  readonly initrd?: string;
}

/** The example's kernel as the runtime receives it. */
export function helloImage(bootArgs: readonly string[] = [], boot: ImageSpec['boot'] = 'direct'): ImageSpec {
  return imageSpec(helloKernel(), { bootArgs, boot });
}

/** Any kernel or disk as the runtime receives it. */
export function imageSpec(path: string, options: ImageOptions = {}): ImageSpec {
  const { kind = 'kernel', boot = 'direct' } = options;
  const bootArgs = [...(options.bootArgs ?? [])];
  const forged = kind === 'kernel' && boot === 'disk';
  const { sha256 } = hashImage(path);
  const loaderDigest = forged ? loadLoader().digest : '';
  const initrd = options.initrd ?? null;
  const digest = imageDigest({
    sha256,
    kind,
    boot,
    bootArgs,
    loaderDigest,
    initrd: initrd === null ? undefined : hashImage(initrd).sha256,
  });
  return { path, kind, boot, bootArgs, digest, initrd };
}

function kernelOf(folder: string, name: string): string {
  const path = join(folder, 'build', `${name}.elf`);
  const known = built.get(path);
  if (known !== undefined) return known;
  if (isStale(folder, path)) {
    const unlock = lock(join(folder, '.build-lock'));
    try {
      if (isStale(folder, path)) execFileSync('make', ['-C', folder], { stdio: 'pipe' });
    } finally {
      unlock();
    }
  }
  built.set(path, path);
  return path;
}

function isStale(folder: string, kernel: string): boolean {
  if (!existsSync(kernel)) return true;
  const made = statSync(kernel).mtimeMs;
  const sources = [folder, join(HELLO, 'kernel')].flatMap((sourceFolder) =>
    readdirSync(sourceFolder)
      .filter((name) => /\.(c|h|S|ld|mk)$|^Makefile$/.test(name))
      .map((name) => join(sourceFolder, name)),
  );
  return sources.some((source) => statSync(source).mtimeMs > made);
}

/** A folder that exists is the lock: making one is atomic. One that outlived its maker is taken over. */
export function lock(path: string): () => void {
  for (;;) {
    try {
      mkdirSync(path);
      return () => rmdirSync(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const age = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
      if (age > BUILD_LIMIT_MS) rmdirSync(path);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
    }
  }
}
