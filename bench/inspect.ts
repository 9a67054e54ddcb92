// Inspecting one image of every kind, a kernel of 1 MiB and disks of 10 GiB, in this process, against reading the first
// 64 KiB of the same file and against file(1): `npx tsx bench/inspect.ts`. A whole `kiln inspect` is measured last.
import { spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ImageReader, inspectImage, openImageFile } from '../lib/image/inspect';
import { corpus } from '../test/fixtures/corpus';
import * as images from '../test/fixtures/images';
import { figure, interleaved, report, timeProgram } from './measure';

const MIB = 1024 * 1024;
const GIB = 1024 * MIB;
const ROUNDS = 31;
const folder = mkdtempSync(join(tmpdir(), 'kiln-bench-inspect-'));

function file(name: string, bytes: Buffer, size = bytes.length): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  truncateSync(path, size);
  return path;
}

function readStart(path: string): void {
  const fd = openSync(path, 'r');
  readSync(fd, Buffer.alloc(64 * 1024), 0, 64 * 1024, 0);
  closeSync(fd);
}

/** Bytes that an inspection asks for. */
function bytesRead(path: string): number {
  const image = openImageFile(path);
  let total = 0;
  const read: ImageReader['read'] = (offset, length) => {
    const bytes = image.read(offset, length);
    total += bytes.length;
    return bytes;
  };
  inspectImage({ ...image, read });
  image.close();
  return total;
}

const timed = (work: () => unknown): number => {
  const start = performance.now();
  work();
  return performance.now() - start;
};

const hasFile = spawnSync('file', ['--version']).status === 0;

async function measure(name: string, path: string): Promise<string[]> {
  const { inspect, start, program } = await interleaved(
    {
      inspect: () => timed(() => inspectImage(path)),
      start: () => timed(() => readStart(path)),
      program: () => (hasFile ? timeProgram(['file', path], { cwd: folder }) : Number.NaN),
    },
    ROUNDS,
  );
  return [
    name,
    `${inspect?.median.toFixed(2)} (${inspect?.max.toFixed(2)})`,
    start?.median.toFixed(2) ?? '',
    hasFile ? figure(program?.median ?? Number.NaN) : 'not here',
    figure(bytesRead(path) / 1024),
  ];
}

async function main(): Promise<void> {
  const kernel = Buffer.concat([images.multibootKernel(), Buffer.alloc(MIB, 0xa5)]);
  const kinds: readonly (readonly [string, string])[] = [
    ...Object.entries(corpus).map(([name, bytes]) => [name, file(name, bytes)] as const),
    ['kernel of 1 MiB', file('kernel', kernel)],
    ['Nanos, 10 GiB', file('nanos', images.nanosDisk(), 10 * GIB)],
    ['OSv, 10 GiB', file('osv', images.osvDisk(), 10 * GIB)],
    ['forged, 10 GiB', file('forged', images.forgedDisk(), 10 * GIB)],
    ['UEFI, 10 GiB', file('uefi', images.uefiDisk(), 10 * GIB)],
    ['zeros, 10 GiB', file('zeros', Buffer.alloc(0), 10 * GIB)],
  ];
  const rows: string[][] = [];
  for (const [name, path] of kinds) rows.push(await measure(name, path));
  report(
    'Inspect, ms: median (worst)',
    ['image', 'inspectImage', 'open, read 64 KiB', 'file(1), a process', 'KiB read'],
    rows,
  );
  const kiln = join(__dirname, '../dist/bin/kiln.js');
  if (!existsSync(kiln)) return console.log("\nno 'kiln inspect': 'npm run build' makes dist/bin/kiln.js");
  const command = (...words: string[]) => timeProgram([process.execPath, kiln, ...words], { cwd: folder });
  const { version, inspect } = await interleaved(
    { version: () => command('--version'), inspect: () => command('inspect', join(folder, 'kernel')) },
    11,
  );
  report(
    'The whole command, ms: median',
    ['', 'ms'],
    [
      ['kiln --version', figure(version?.median ?? Number.NaN)],
      ['kiln inspect, 1 MiB', figure(inspect?.median ?? Number.NaN)],
    ],
  );
}

main().finally(() => rmSync(folder, { recursive: true, force: true }));
