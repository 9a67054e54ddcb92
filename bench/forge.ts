// Forging a disk of a kernel against copying and hashing as many bytes: `npx tsx bench/forge.ts`.
// Both sync what they write, as a disk that outlives a power cut must; "unsynced" is what the bytes alone cost. Then each
// layout, an initramfs of 512 MiB against dd and cp, and the time from QEMU's start to the kernel's first byte on the
// serial port, from a forged disk and by direct kernel boot.
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  closeSync,
  copyFileSync,
  fsyncSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DiskLayout, forgeDisk, imageDigest, inspectImage, loadLoader } from '../lib/image';
import { commandLineKernel } from '../test/fixtures/command-line-kernel';
import { commandLineLinux } from '../test/fixtures/command-line-linux';
import { figure, interleaved, report, timeProgram } from './measure';

const MIB = 1024 * 1024;
const ROUNDS = 15;
const LARGE_MIB = 512;
const LARGE_ROUNDS = 3;
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

/** All layouts of a small kernel: what a file system and a partition table with names of their own add. */
async function layouts(): Promise<void> {
  const kernel = kernelOf(MIB);
  const forged = (layout: DiskLayout) => () =>
    timed(() => forgeDisk(kernel, { bootArgs, layout }, loadLoader(layout), join(folder, layout)));
  const measured = await interleaved({ bios: forged('bios'), uefi: forged('uefi') }, ROUNDS);
  const rows = Object.entries(measured).map(([layout, one]) => [layout, figure(one.median), figure(one.max)]);
  report('Forge a kernel of 1 MiB, ms', ['layout', 'median', 'worst'], rows);
}

/** An initramfs of 512 MiB against the system's own copying, all synced to the disk. */
async function beside(): Promise<void> {
  const kernel = join(folder, 'bzImage');
  const initrd = join(folder, 'initrd');
  const out = join(folder, 'disk');
  writeFileSync(kernel, commandLineLinux());
  const file = openSync(initrd, 'w');
  for (let mib = 0; mib < LARGE_MIB; mib += 1) writeSync(file, randomBytes(MIB));
  closeSync(file);
  const forged = (layout: DiskLayout) => () =>
    timed(() => forgeDisk(kernel, { bootArgs: ['x'], initrd, layout }, loadLoader(layout), out));
  const measured = await interleaved(
    {
      'forge, bios': forged('bios'),
      'forge, uefi (hashed)': forged('uefi'),
      'dd bs=1M conv=fsync': () =>
        timeProgram(['dd', `if=${initrd}`, `of=${out}.dd`, 'bs=1M', 'conv=fsync'], { cwd: folder }),
      'cp, sync': () =>
        timeProgram(['sh', '-c', 'cp "$0" "$1" && sync "$1"', initrd, `${out}.cp`], { cwd: folder }),
    },
    LARGE_ROUNDS,
  );
  const rows = Object.entries(measured).map(([name, one]) => {
    const speed = (ms: number) => figure((LARGE_MIB * 1000) / ms);
    return [name, figure(one.median), figure(one.max), speed(one.median)];
  });
  report(`An initramfs of ${LARGE_MIB} MiB, ms`, ['', 'median', 'worst', 'MiB/s'], rows);
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
    await layouts();
    await beside();
    await naming();
    await booting();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

void main();
