import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { imageDigest, loadLoader } from '../../lib/image';
import { hashImage } from '../../lib/image/stage-image';
import type { ImageSpec } from '../../lib/spec';

const FOLDER = resolve(__dirname, '../../examples/hello-unikernel');
const LOCK = join(FOLDER, '.build-lock');
const BUILD_LIMIT_MS = 120_000;

let built: string | undefined;

/** Path of the example's kernel; built first when it is older than its sources. Safe in parallel test files. */
export function helloKernel(): string {
  built ??= build(join(FOLDER, 'build', 'hello.elf'));
  return built;
}

interface ImageOptions {
  /** @default kernel */
  readonly kind?: ImageSpec['kind'];
  /** @default direct */
  readonly boot?: ImageSpec['boot'];
  readonly bootArgs?: readonly string[];
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
  return { path, kind, boot, bootArgs, digest: imageDigest({ sha256, kind, boot, bootArgs, loaderDigest }) };
}

function build(kernel: string): string {
  if (!isStale(kernel)) return kernel;
  lock();
  try {
    if (isStale(kernel)) execFileSync('make', ['-C', FOLDER], { stdio: 'pipe' });
  } finally {
    rmdirSync(LOCK);
  }
  return kernel;
}

function isStale(kernel: string): boolean {
  if (!existsSync(kernel)) return true;
  const made = statSync(kernel).mtimeMs;
  const sources = [FOLDER, join(FOLDER, 'kernel')].flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => /\.(c|h|S|ld|mk)$|^Makefile$/.test(name))
      .map((name) => join(folder, name)),
  );
  return sources.some((source) => statSync(source).mtimeMs > made);
}

/** A folder that exists is the lock: making one is atomic. One that outlived its maker is taken over. */
function lock(): void {
  for (;;) {
    try {
      mkdirSync(LOCK);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const age = Date.now() - (statSync(LOCK, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
      if (age > BUILD_LIMIT_MS) rmdirSync(LOCK);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
    }
  }
}
