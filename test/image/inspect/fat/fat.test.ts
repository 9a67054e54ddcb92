import { execFileSync } from 'node:child_process';
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bufferReader } from '../../../../lib/image/inspect';
import { findFatFile, listFatFolder, openFatFile, tryOpenFat } from '../../../../lib/image/inspect/fat';
import { buildFat, writeEntry } from '../../../fixtures/fat';
import { temporaryFolder, testWith } from '../../../helpers/boot-fixture';

const folder = temporaryFolder();
const KERNEL = Buffer.alloc(5000, 'kernel ');
const FILES = {
  'EFI/BOOT/BOOTX64.EFI': KERNEL,
  'README.TXT': Buffer.from('read me'),
  EMPTY: Buffer.alloc(0),
};

const open = (bytes: Buffer) => {
  const volume = tryOpenFat(bufferReader(bytes, 'disk.img'));
  if (!volume) throw new Error('it is no FAT file system');
  return volume;
};

test.each([12, 16, 32] as const)('files are found and read in FAT%i', (bits) => {
  const volume = open(buildFat({ files: FILES, bits }));
  expect(volume.bits).toBe(bits);
  const file = findFatFile(volume, '/efi/boot/BootX64.efi');
  expect(file).toMatchObject({ name: 'disk.img:/efi/boot/BootX64.efi', size: 5000 });
  expect(file?.read(0, 9000).equals(KERNEL)).toBe(true);
  expect(file?.read(600, 20).equals(KERNEL.subarray(600, 620))).toBe(true);
  expect([file?.read(5000, 1), file?.read(-1, 5)].map((bytes) => bytes?.length)).toEqual([0, 0]);
  expect(findFatFile(volume, 'EMPTY')?.read(0, 10)).toHaveLength(0);
});

test('folders are listed with their files', () => {
  const volume = open(buildFat({ files: FILES }));
  const root = listFatFolder(volume);
  expect(root.map(({ name, isFolder, size }) => [name, isFolder, size])).toEqual([
    ['EFI', true, 0],
    ['README.TXT', false, 7],
    ['EMPTY', false, 0],
  ]);
  expect(openFatFile(volume, root[1]!, 'x').read(0, 10).toString()).toBe('read me');
});

test('what is not there is not found', () => {
  const volume = open(buildFat({ files: FILES }));
  for (const path of ['', '/', 'EFI', 'EFI/BOOT', 'README.TXT/x', 'efi/other', 'a/b/c/d/e/f/g/h/i']) {
    expect(findFatFile(volume, path)).toBeUndefined();
  }
});

test.each([12, 16, 32] as const)('a chain that runs in circles ends with its file in FAT%i', (bits) => {
  const bytes = buildFat({ files: { KERNEL: Buffer.alloc(5000, 1) }, bits });
  for (let cluster = 2; cluster < 20; cluster += 1) writeEntry(bytes, bits, cluster, cluster);
  const volume = open(bytes);
  for (const entry of listFatFolder(volume)) {
    expect(openFatFile(volume, { ...entry, size: 0xffffffff }, 'x').read(0, 2 ** 20)).toHaveLength(2 ** 20);
  }
});

test('a folder that contains itself is not followed for ever', () => {
  const bytes = buildFat({ files: { 'A/B.TXT': Buffer.from('b') } });
  // B.TXT, the file in A, becomes a folder in the place of A.
  const entry = bytes.indexOf('B       TXT');
  bytes[entry + 11] = 0x10;
  const cluster = listFatFolder(open(bytes))[0]!.cluster;
  bytes.writeUInt16LE(cluster, entry + 26);
  expect(findFatFile(open(bytes), 'A/B.TXT/B.TXT/B.TXT')).toBeUndefined();
});

test('a chain that leads out of the file system ends the file', () => {
  const bytes = buildFat({ files: { KERNEL: Buffer.alloc(5000, 1) } });
  const entry = listFatFolder(open(bytes))[0]!;
  for (const next of [0, 1, 0xff7, 0xfff, 0xabc]) {
    writeEntry(bytes, 12, entry.cluster, next);
    expect(findFatFile(open(bytes), 'KERNEL')?.read(0, 5000)).toHaveLength(512);
  }
});

test.each([
  ['without a boot signature', 510, 0, 2],
  ['with sectors of 100 bytes', 11, 100, 2],
  ['with clusters of 3 sectors', 13, 3, 1],
  ['without clusters', 13, 0, 1],
  ['without a reserved sector', 14, 0, 2],
  ['without a table', 16, 0, 1],
  ['with a table of no size', 22, 0, 2],
  ['with no space for data', 19, 33, 2],
  ['that has its data beyond the end', 14, 0xffff, 2],
  ['without a root directory', 17, 0, 2],
])('a sector %s is no FAT file system', (_, offset, value, width) => {
  const bytes = buildFat({ files: FILES });
  bytes.writeUIntLE(value, offset, width);
  expect(tryOpenFat(bufferReader(bytes))).toBeUndefined();
});

test('a sector cut short is no FAT file system', () => {
  expect(tryOpenFat(bufferReader(buildFat({ files: FILES }).subarray(0, 511)))).toBeUndefined();
});

testWith('mkfs.fat', 'mcopy')('what mkfs.fat and mtools make is read, with long names and in pieces', () => {
  for (const [bits, mib] of [
    ['12', 1],
    ['16', 16],
    ['32', 40],
  ] as const) {
    const image = join(folder, `real${bits}.img`);
    writeFileSync(image, '');
    truncateSync(image, mib * 1024 * 1024);
    // A cluster of one sector: the file's chain is long, and 40 MiB are enough for FAT32.
    execFileSync('mkfs.fat', ['-F', bits, '-s', '1', image], { stdio: 'ignore' });
    const source = join(folder, 'A kernel with a long name, ünd more.elf');
    const content = Buffer.alloc(300_000, 'content ');
    writeFileSync(source, content);
    for (const name of ['one', 'two']) execFileSync('mmd', ['-i', image, `::/${name}`]);
    execFileSync('mcopy', ['-i', image, source, '::/one/gap']);
    execFileSync('mcopy', ['-i', image, source, '::/two/first']);
    execFileSync('mdel', ['-i', image, '::/one/gap']);
    execFileSync('mcopy', ['-i', image, source, '::/two/']);
    const volume = open(readFileSync(image));
    const [entry] = listFatFolder(volume).filter(({ name }) => name === 'TWO');
    expect(listFatFolder(volume, entry).map(({ name }) => name)).toEqual([
      'FIRST',
      'A kernel with a long name, ünd more.elf',
    ]);
    const file = findFatFile(volume, 'TWO/a kernel with a long name, ünd more.elf');
    expect(file?.read(0, 400_000).equals(content)).toBe(true);
  }
});
