import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { lock } from './unikernel';

export const LINUX_MICROVM = join(__dirname, '../../examples/linux-microvm');

export interface LinuxImage {
  readonly kernel: string;
  readonly initrd: string;
}

type Architecture = 'amd64' | 'arm64';

/** The example's kernel and initramfs; the kernel is downloaded once, the rest built when its sources are newer. */
export function linuxMicrovm(arch: Architecture = 'amd64'): LinuxImage {
  const folder = join(LINUX_MICROVM, 'build', arch);
  const image = { kernel: join(folder, 'vmlinuz'), initrd: join(folder, 'initramfs.cpio') };
  const unlock = lock(join(LINUX_MICROVM, '.build-lock'));
  try {
    if (isStale(image)) {
      execFileSync('make', ['-s', '-C', LINUX_MICROVM, `ARCH=${arch}`], { stdio: 'pipe' });
    }
  } finally {
    unlock();
  }
  return image;
}

/**
 * `test` where the image can be made and the tools are there, otherwise a skip that says why. On CI, where setup.sh has
 * installed all of it, what is missing is a failure.
 */
export function testWithLinux(
  arch: Architecture,
  ...tools: readonly string[]
): typeof test | typeof test.skip {
  if (process.env.CI) return test;
  const missing = tools.find((tool) => spawnSync(tool, ['--version']).error !== undefined);
  const reason = missing === undefined ? whyNotMade(arch) : `${missing} cannot be started`;
  if (reason === undefined) return test;
  process.stderr.write(`skipped, because ${reason}\n`);
  return test.skip;
}

function whyNotMade(arch: Architecture): string | undefined {
  try {
    linuxMicrovm(arch);
    return undefined;
  } catch (error) {
    const { stderr } = error as { stderr?: Buffer };
    return `examples/linux-microvm cannot be built for ${arch}: ${String(stderr ?? error).trim()}`;
  }
}

function isStale({ kernel, initrd }: LinuxImage): boolean {
  if (!existsSync(kernel) || !existsSync(initrd)) return true;
  const made = statSync(initrd).mtimeMs;
  const sources = ['init', '.'].flatMap((folder) =>
    readdirSync(join(LINUX_MICROVM, folder))
      .filter((name) => /\.(c|h|mjs)$|^Makefile$/.test(name))
      .map((name) => join(LINUX_MICROVM, folder, name)),
  );
  return sources.some((source) => statSync(source).mtimeMs > made);
}
