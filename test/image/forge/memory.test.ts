import { execFileSync } from 'node:child_process';
import { randomFillSync } from 'node:crypto';
import { existsSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { commandLineLinux } from '../../fixtures/command-line-linux';
import * as images from '../../fixtures/images';
import { buildQcow2 } from '../../fixtures/qcow2';
import { temporaryFolder } from '../../helpers/boot-fixture';

const MIB = 1024 * 1024;
const ROOT = join(__dirname, '..', '..', '..');
const folder = temporaryFolder();
/** Only Linux says how much a process has had at most. */
const measures = existsSync('/proc/self/status') ? test : test.skip;

const PROGRAM = `
import { readFileSync } from 'node:fs';
import { forgeDisk, readyDisk, writeGceArchive } from './lib/image';
import { loaderOf, uefiLoaderOf } from './lib/image/forge/loader';
const [work, out, source, initrd] = process.argv.slice(2);
const bios = loaderOf(Buffer.alloc(512), Buffer.alloc(1e5));
const uefi = uefiLoaderOf(Buffer.alloc(6e5), Buffer.alloc(6e5));
const works = {
  bios: () => forgeDisk(source, { bootArgs: ['x'], initrd }, bios, out),
  uefi: () => forgeDisk(source, { bootArgs: ['x'], initrd, layout: 'uefi' }, uefi, out),
  ready: () => readyDisk(source, {}, out),
  archive: () => writeGceArchive(source, out),
};
const mib = (field) => Number(new RegExp(field + ':\\\\s+(\\\\d+)').exec(readFileSync('/proc/self/status', 'utf8'))[1]) / 1024;
const before = mib('VmRSS');
works[work]().then(() => process.stdout.write(String(mib('VmHWM') - before)));
`;

let program: string | undefined;

/** By how many MiB a process of its own grows with this work. */
function growthOf(work: string, ...files: readonly string[]): number {
  if (program === undefined) {
    program = join(folder, 'work.cjs');
    const stdin = { contents: PROGRAM, resolveDir: ROOT, loader: 'ts' } as const;
    buildSync({ stdin, bundle: true, platform: 'node', outfile: program });
  }
  return Number(execFileSync(process.execPath, [program, work, ...files]));
}

/** 40 MiB of data with holes behind it. */
function fileOf(name: string, begin: Buffer): string {
  const file = join(folder, name);
  writeFileSync(file, Buffer.concat([begin, Buffer.alloc(40 * MIB, 0xa5)]));
  truncateSync(file, 512 * MIB);
  return file;
}

measures.each(['bios', 'uefi'])(
  'an initramfs of 512 MiB goes onto a disk (%s) in less than 64 MiB of memory, and its holes stay holes',
  (layout) => {
    const kernel = join(folder, 'kernel');
    const out = join(folder, `${layout}.raw`);
    writeFileSync(kernel, commandLineLinux());
    const grown = growthOf(layout, out, kernel, fileOf('initrd', Buffer.alloc(0)));
    expect(grown).toBeGreaterThan(0);
    expect(grown).toBeLessThan(64);
    const stat = statSync(out);
    expect(stat.size).toBeGreaterThan(512 * MIB);
    expect(stat.blocks * 512).toBeLessThan(48 * MIB);
  },
);

measures.each([
  ['ready', 'a disk of 512 MiB is copied'],
  ['archive', 'a disk of 512 MiB is packed for Compute Engine'],
])('%s: %s in less than 64 MiB of memory', (work) => {
  const disk = fileOf('disk.raw', images.mbrDisk([], 512));
  expect(growthOf(work, join(folder, `${work}.out`), disk)).toBeLessThan(64);
});

measures('a qcow2 is unpacked in less than 64 MiB of memory', () => {
  const source = join(folder, 'disk.qcow2');
  const content = Buffer.concat([images.mbrDisk([], 512), randomFillSync(Buffer.alloc(48 * MIB))]);
  writeFileSync(source, buildQcow2({ content, virtualSize: 512 * MIB, compressed: true }));
  const out = join(folder, 'unpacked.raw');
  expect(growthOf('ready', out, source)).toBeLessThan(64);
  expect(statSync(out).size).toBe(512 * MIB);
});
