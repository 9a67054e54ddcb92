import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type SparseMember, sparseHeaders, TAR_BLOCK } from '../../../lib/image/forge/sparse-tar';
import { temporaryFolder, testWith } from '../../helpers/boot-fixture';

const folder = temporaryFolder();
const withTar = testWith('tar');
const GIB = 1024 ** 3;

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
const member = (size: number, offsets: readonly number[]): SparseMember => ({
  name: 'disk.raw',
  size,
  regions: offsets.map((offset) => ({ offset, length: TAR_BLOCK })),
});

test('the header of a file is the same on every machine', () => {
  expect(sha256(sparseHeaders(member(GIB, [0, 4096])))).toBe(
    '556d97fb0d67f9b9a598f9789c074195425f79af071231f56699040158c219e4',
  );
});

test('four regions fit in the header, 21 more in each block that follows', () => {
  const blocks = (regions: number, end = 0) => {
    const offsets = Array.from({ length: regions }, (_, index) => index * 2 * TAR_BLOCK);
    const size = end || (regions * 2 - 1) * TAR_BLOCK;
    return sparseHeaders(member(size, offsets)).length / TAR_BLOCK;
  };
  expect([1, 4, 5, 25, 26].map((regions) => blocks(regions))).toEqual([1, 1, 2, 2, 3]);
  // A hole at the end takes an entry as well.
  expect([3, 4, 24, 25].map((regions) => blocks(regions, GIB))).toEqual([1, 2, 2, 3]);
});

withTar('tar puts regions where they belong, also beyond the reach of octal numbers', () => {
  const size = 20 * GIB;
  const offsets = [0, 8 * GIB - 4096, 8 * GIB, 9 * GIB + 512, 19 * GIB, 20 * GIB - 512];
  const data = offsets.map((_, index) => Buffer.alloc(TAR_BLOCK, index + 1));
  const archive = join(folder, 'big.tar');
  writeFileSync(archive, Buffer.concat([sparseHeaders(member(size, offsets)), ...data, Buffer.alloc(1024)]));
  const out = join(folder, 'big');
  mkdirSync(out);
  execFileSync('tar', ['-xf', archive, '-C', out]);
  const disk = join(out, 'disk.raw');
  expect(statSync(disk).size).toBe(size);
  const fd = openSync(disk, 'r');
  const found = offsets.map((offset) => {
    const bytes = Buffer.alloc(TAR_BLOCK);
    readSync(fd, bytes, 0, TAR_BLOCK, offset);
    return bytes;
  });
  closeSync(fd);
  expect(found).toEqual(data);
});
