import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { loadLoader } from '../../lib/image';
import type { BiosLoader } from '../../lib/image/forge/loader';

const ROOT = join(__dirname, '..', '..');
/** Only the outer fence: such a guest ends by itself in less than a second. */
const FENCE_MS = 30_000;

/** `test` where the tools are there, otherwise a skip that says why; on CI a missing tool is a failure. */
export function testWith(...tools: readonly string[]): typeof test | typeof test.skip {
  const missing = tools.filter((tool) => spawnSync(tool, ['--version']).error !== undefined);
  if (missing.length === 0 || process.env.CI) return test;
  process.stderr.write(`skipped, because ${missing.join(' and ')} cannot be started\n`);
  return test.skip;
}

/** A folder that is deleted when the file's tests are done. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'kiln-image-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The real boot loader, built by the real script. */
export function buildRealLoader(folder: string): BiosLoader {
  execFileSync(process.execPath, [join(ROOT, 'scripts', 'build-loader.mjs'), folder]);
  return loadLoader('bios', folder);
}

/** Everything a guest wrote to its serial port until it ended by itself. */
export async function bootAndRead(folder: string, args: readonly string[]): Promise<string> {
  const serial = join(folder, `serial-${Math.random().toString(36).slice(2)}`);
  const common = [
    '-machine',
    'pc',
    '-accel',
    'tcg',
    '-nodefaults',
    '-display',
    'none',
    '-m',
    '32',
    '-no-reboot',
  ];
  const exit = ['-device', 'isa-debug-exit,iobase=0xf4,iosize=4'];
  const run = promisify(execFile);
  try {
    await run('qemu-system-x86_64', [...common, '-serial', `file:${serial}`, ...exit, ...args], {
      timeout: FENCE_MS,
    });
  } catch (error) {
    // isa-debug-exit turns 0 into exit code 1.
    if ((error as { code?: unknown }).code !== 1 || (error as { stderr?: string }).stderr) throw error;
  }
  return readFileSync(serial, 'utf8');
}

/** A read-only disk on a virtio-blk device. */
export function virtioDisk(file: string, id = 'disk0'): string[] {
  return [
    '-drive',
    `if=none,id=${id},format=raw,readonly=on,file=${file}`,
    '-device',
    `virtio-blk-pci,drive=${id}`,
  ];
}
