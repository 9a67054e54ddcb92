// Forging a disk of a kernel against copying and hashing as many bytes: `npx tsx bench/forge.ts`.
// Both sync what they write, as a disk that outlives a power cut must; "unsynced" is what the bytes alone cost. Then the
// time from QEMU's start to the kernel's first byte on the serial port, from a forged disk and by direct kernel boot.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  closeSync,
  copyFileSync,
  fsyncSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { forgeDisk, imageDigest, inspectImage, loadLoader } from '../lib/image';
import { commandLineKernel } from '../test/fixtures/command-line-kernel';
import { figure, interleaved, report } from './measure';

const MIB = 1024 * 1024;
const ROUNDS = 15;
const folder = mkdtempSync(join(tmpdir(), 'kiln-bench-forge-'));
const bootArgs = ['--greeting=hello world', '--version=1'];

/** A kernel of a size: headers and code of a real one, then bytes that no file system can leave out. */
function kernelOf(size: number): string {
  const path = join(folder, `kernel-${size}`);
  const start = commandLineKernel();
  writeFileSync(path, Buffer.concat([start, Buffer.alloc(size - start.length, 0xa5)]));
  return path;
}

async function timed(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function copyAndHash(from: string, sync: boolean): void {
  const to = join(folder, 'copy');
  copyFileSync(from, to);
  createHash('sha256').update(readFileSync(to)).digest('hex');
  if (!sync) return;
  const file = openSync(to, 'r+');
  fsyncSync(file);
  closeSync(file);
}

async function forging(): Promise<void> {
  const rows: string[][] = [];
  for (const size of [64 * 1024, MIB, 16 * MIB, 128 * MIB]) {
    const kernel = kernelOf(size);
    const out = join(folder, 'disk');
    const measured = await interleaved(
      {
        forge: () => timed(() => forgeDisk(kernel, { bootArgs }, loadLoader(), out)),
        copy: () => timed(() => copyAndHash(kernel, true)),
        unsynced: () => timed(() => copyAndHash(kernel, false)),
        inspect: () => timed(() => inspectImage(kernel)),
      },
      size > 16 * MIB ? 5 : ROUNDS,
    );
    const name = size < MIB ? `${size / 1024} KiB` : `${size / MIB} MiB`;
    rows.push([
      name,
      ...Object.values(measured).flatMap(({ median, max }) => [`${figure(median)} (${figure(max)})`]),
    ]);
  }
  report(
    'Forge, ms: median (worst)',
    ['kernel', 'forge', 'cp + sha256 + fsync', 'cp + sha256', 'inspect'],
    rows,
  );
}

async function naming(): Promise<void> {
  const inputs = {
    sha256: 'a'.repeat(64),
    kind: 'kernel',
    boot: 'disk',
    bootArgs,
    loaderDigest: loadLoader().digest,
  } as const;
  const { name } = await interleaved({ name: () => timed(() => imageDigest(inputs)) }, 101);
  report('Name of an image, ms', ['', 'median'], [['imageDigest', (name?.median ?? Number.NaN).toFixed(3)]]);
}

/** ms from QEMU's start to the first byte that its guest writes. */
async function firstByte(args: readonly string[]): Promise<number> {
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
  const start = performance.now();
  const qemu = spawn('qemu-system-x86_64', [...common, '-serial', 'stdio', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    return await new Promise((resolve, reject) => {
      qemu.stdout.once('data', () => resolve(performance.now() - start));
      qemu.once('error', reject);
      qemu.once('exit', (code) => reject(new Error(`QEMU ended with ${code} and said nothing`)));
    });
  } finally {
    qemu.kill('SIGKILL');
  }
}

async function booting(): Promise<void> {
  const rows: string[][] = [];
  for (const size of [64 * 1024, MIB]) {
    const kernel = kernelOf(size);
    const disk = join(folder, 'boot.raw');
    await forgeDisk(kernel, { bootArgs }, loadLoader(), disk);
    const drive = ['-drive', `if=none,id=disk0,format=raw,readonly=on,file=${disk}`];
    const { forged, direct } = await interleaved(
      {
        forged: () => firstByte([...drive, '-device', 'virtio-blk-pci,drive=disk0']),
        direct: () => firstByte(['-kernel', kernel, '-append', 'x']),
      },
      ROUNDS,
    );
    const cells = [forged, direct].map((one) => (one ? `${figure(one.median)} (${figure(one.max)})` : ''));
    rows.push([`${size / 1024} KiB`, ...cells]);
  }
  report(
    "QEMU's start to the kernel's first byte, emulated, ms: median (worst)",
    ['kernel', 'forged disk', 'direct'],
    rows,
  );
}

async function main(): Promise<void> {
  try {
    await forging();
    await naming();
    await booting();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

void main();
