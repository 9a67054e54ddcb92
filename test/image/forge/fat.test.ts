import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { type FatFile, type FatVolume, planFat } from '../../../lib/image/forge/fat';
import { temporaryFolder, testWith } from '../../helpers/boot-fixture';
import fc from '../../helpers/property';

const folder = temporaryFolder();
const checks = testWith('fsck.fat', 'mcopy', 'mdir');
const IDENTITY = { serial: 0x12345678, label: 'KILN', hidden: 2048 };
const GIB = 1024 ** 3;

/** A sparse file with the volume, every file filled with its own first letter at its start and its end. */
function write(files: readonly FatFile[]): { readonly file: string; readonly volume: FatVolume } {
  const volume = planFat(files, 'KILN');
  const file = join(folder, `${Math.random().toString(36).slice(2)}.img`);
  const fd = openSync(file, 'w');
  try {
    ftruncateSync(fd, volume.sectors * 512);
    for (const { at, bytes } of [...volume.pieces, ...volume.boot(IDENTITY)]) {
      writeSync(fd, bytes, 0, bytes.length, at);
    }
    for (const { path, size } of files) {
      const mark = Buffer.from(path.slice(-1));
      for (const at of size === 0 ? [] : [0, size - 1]) writeSync(fd, mark, 0, 1, volume.offsetOf(path) + at);
    }
  } finally {
    closeSync(fd);
  }
  return { file, volume };
}

/** Throws with what it found, unless all is well. */
const fsck = (file: string) => execFileSync('fsck.fat', ['-n', '-v', file], { encoding: 'utf8' });
const env = { ...process.env, MTOOLS_SKIP_CHECK: '1' };
const read = (file: string, path: string) =>
  execFileSync('mcopy', ['-i', file, `::${path}`, '-'], { maxBuffer: 2 ** 26, env });

const SMALL: readonly FatFile[] = [
  { path: '/EFI/BOOT/BOOTX64.EFI', size: 589_824 },
  { path: '/EFI/BOOT/web server+1.cmdl', size: 77 },
  { path: '/kiln/boot.cfg', size: 98 },
  { path: '/kiln/kernel', size: 2049 },
  { path: '/empty', size: 0 },
];

checks('a small volume is FAT16 without a fault, and its files are there', () => {
  const { file, volume } = write(SMALL);
  expect(volume.bits).toBe(16);
  expect(fsck(file)).toContain('4096 data clusters');
  for (const { path, size } of SMALL) expect(read(file, path).length).toBe(size);
  expect(read(file, '/kiln/kernel').toString('latin1')).toBe(`l${'\0'.repeat(2047)}l`);
  const listing = execFileSync('mdir', ['-/', '-b', '-i', file, '::/'], { encoding: 'utf8', env });
  expect(listing.trim().split('\n').sort()).toEqual(
    ['::/EFI/', '::/kiln/', ...SMALL.map(({ path }) => `::${path}`), '::/EFI/BOOT/'].sort(),
  );
});

checks.each([
  ['what FAT16 takes with its smallest clusters', 65_500 * 2048 - 4096, 16, 2048],
  ['one cluster more', 65_500 * 2048, 16, 4096],
  ['nearly 2 GiB', 2 * GIB - 4 * 1024 * 1024, 16, 32_768],
  ['3 GiB', 3 * GIB, 32, 32_768],
  ['the largest file', 0xffff8000, 32, 32_768],
])('a volume with %s is without a fault', (_, size, bits, clusterSize) => {
  const files = [
    { path: '/kiln/initrd', size },
    { path: '/kiln/boot.cfg', size: 1 },
  ];
  const { file, volume } = write(files);
  expect(volume.bits).toBe(bits);
  const report = fsck(file);
  expect(report).toContain(`${clusterSize} bytes per cluster`);
  expect(report).toContain('4 files');
  const listing = execFileSync('mdir', ['-i', file, '::/kiln'], { encoding: 'utf8', env });
  expect(listing.replace(/(\d) (?=\d{3})/g, '$1')).toContain(String(size));
});

checks('volumes of any files and folders are without a fault', () => {
  const name = fc
    .stringMatching(/^[A-Za-z0-9_.+ -]{1,30}$/)
    .filter((text) => /^[^. ].*[^. ]$|^\w$/.test(text));
  const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => `/${names.join('/')}`);
  const files = fc
    .uniqueArray(fc.record({ path, size: fc.nat(100_000) }), {
      maxLength: 60,
      selector: ({ path: one }) => one.toLowerCase(),
    })
    .filter((all) => {
      const paths = all.map((one) => one.path.toLowerCase());
      // No file in the place of a folder, and no folder twice in two spellings.
      const folders = all.flatMap((one) => parents(one.path));
      const spellings = new Set(folders.map((one) => one.toLowerCase()));
      return spellings.size === new Set(folders).size && !paths.some((one) => spellings.has(one));
    });
  const property = fc.property(files, (all) => {
    const { file } = write(all);
    fsck(file);
    for (const one of all) expect(read(file, one.path).length).toBe(one.size);
  });
  fc.assert(property, { seed: 7, numRuns: 12 });
});

function parents(path: string): string[] {
  const names = path.split('/').slice(1, -1);
  return names.map((_, index) => names.slice(0, index + 1).join('/'));
}

test('the same files give the same bytes on every machine', () => {
  const { file } = write(SMALL);
  const digest = createHash('sha256').update(readFileSync(file)).digest('hex');
  expect(digest.slice(0, 32)).toBe('b625080600ee0596011e43bf5f1650be');
});

test('every file lies in one piece, from a cluster on', () => {
  const volume = planFat(SMALL, 'KILN');
  const places = SMALL.filter(({ size }) => size > 0)
    .map(({ path, size }) => ({ start: volume.offsetOf(path), end: volume.offsetOf(path) + size }))
    .sort((a, b) => a.start - b.start);
  for (const { start } of places) expect(start % 2048).toBe(0);
  for (const [index, { end }] of places.slice(0, -1).entries()) {
    expect(places[index + 1]?.start).toBeGreaterThanOrEqual(end);
  }
});

test('refuses a file that FAT has no number for', () => {
  expect(() => planFat([{ path: '/kiln/initrd', size: 0xffff8001 }], 'KILN')).toThrow(
    expect.objectContaining({
      code: 'image.too-large',
      message:
        "'/kiln/initrd' has 4294934529 bytes, and a FAT file system holds at most 4294934528 in a file",
    }),
  );
});
