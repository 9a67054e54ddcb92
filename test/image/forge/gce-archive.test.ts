import { execFileSync } from 'node:child_process';
import { createHash, randomFillSync } from 'node:crypto';
import {
  appendFileSync,
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { writeGceArchive } from '../../../lib/image';
import { temporaryFolder, testWith } from '../../helpers/boot-fixture';
import { tryMountTmpfs, unmount } from '../../helpers/mount';

const folder = temporaryFolder();
const withTar = testWith('tar');
const KIB = 1024;
const MIB = 1024 * KIB;
const GIB = 1024 * MIB;

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

let count = 0;
/** A disk that is empty but for what is put at offsets. */
function disk(size: number, parts: Readonly<Record<number, Buffer>> = {}): string {
  const path = join(folder, `disk-${count++}.raw`);
  writeFileSync(path, '');
  truncateSync(path, size);
  const fd = openSync(path, 'r+');
  for (const [offset, bytes] of Object.entries(parts)) writeSync(fd, bytes, 0, bytes.length, Number(offset));
  closeSync(fd);
  return path;
}

async function archive(path: string): Promise<string> {
  return (await writeGceArchive(path, `${path}.tar.gz`)).path;
}

/** What tar finds in an archive, unpacked. */
function unpack(path: string): string {
  const out = join(folder, `out-${count++}`);
  mkdirSync(out);
  execFileSync('tar', ['-xzf', path, '-C', out]);
  expect(readdirSync(out)).toEqual(['disk.raw']);
  return join(out, 'disk.raw');
}

withTar('tar finds the identical disk in it, grown to whole GiB', async () => {
  const random = randomFillSync(Buffer.alloc(3 * MIB));
  const source = disk(20 * MIB + 512, {
    0: random,
    [9 * MIB + 100]: Buffer.from('x'),
    [20 * MIB]: random.subarray(0, 512),
  });
  const unpacked = unpack(await archive(source));
  expect(statSync(unpacked).size).toBe(GIB);
  execFileSync('cmp', ['-n', String(20 * MIB + 512), source, unpacked]);
  // What was added is a hole: nothing of it is stored.
  expect(statSync(unpacked).blocks * 512).toBeLessThan(24 * MIB);
});

withTar('a disk of many holes takes as many headers as it needs', async () => {
  const parts = Object.fromEntries(
    Array.from({ length: 60 }, (_, index) => [index * 128 * KIB + 7, Buffer.from(`part ${index}`)]),
  );
  const source = disk(8 * MIB, parts);
  const unpacked = unpack(await archive(source));
  execFileSync('cmp', ['-n', String(8 * MIB), source, unpacked]);
});

withTar('tar lists one file without a user, a machine or a time of today', async () => {
  const listing = execFileSync('tar', ['--utc', '-tvf', await archive(disk(MIB, { 0: Buffer.from('x') }))]);
  expect(listing.toString()).toBe('-rw-r--r-- root/root 1073741824 1980-01-01 00:00 disk.raw\n');
});

test('the same disk gives the same archive every time, and the same content everywhere', async () => {
  const parts = { 510: Buffer.from([0x55, 0xaa]), [5 * MIB]: Buffer.from('kernel') };
  const [first, second] = [
    readFileSync(await archive(disk(6 * MIB, parts))),
    readFileSync(await archive(disk(6 * MIB, parts))),
  ];
  expect(first.equals(second)).toBe(true);
  // gzip: no time, no name, unknown system.
  expect(first.subarray(0, 10).toString('hex')).toBe('1f8b08000000000000ff');
  expect(sha256(gunzipSync(first))).toBe('224b28b3c224038c75feaad3b8e9d74e54b85bf2f1635ff356cc4bf3fb0c4d9d');
});

test('a disk of whole GiB does not grow, an empty one is a GiB of nothing', async () => {
  expect(
    await writeGceArchive(disk(GIB, { [GIB - 1]: Buffer.from('!') }), join(folder, 'whole.tar.gz')),
  ).toEqual({
    path: join(folder, 'whole.tar.gz'),
    diskSize: GIB,
    size: statSync(join(folder, 'whole.tar.gz')).size,
  });
  const { diskSize, path } = await writeGceArchive(disk(MIB), join(folder, 'empty.tar.gz'));
  expect(diskSize).toBe(GIB);
  expect(gunzipSync(readFileSync(path)).length).toBe(10240);
});

test('progress goes through the disk twice', async () => {
  const seen: (readonly [number, number])[] = [];
  const source = disk(4 * MIB, { 0: randomFillSync(Buffer.alloc(3 * MIB)) });
  await writeGceArchive(source, join(folder, 'seen.tar.gz'), { onProgress: (...step) => seen.push(step) });
  const read = [1, 2, 3, 4].map((mib) => mib * MIB);
  const packed = [MIB, 2 * MIB, 3 * MIB, GIB].map((done) => GIB + done);
  expect(seen).toEqual([...read, ...packed].map((done) => [done, 2 * GIB]));
});

test('refuses a disk that cannot be read, and a place that cannot be written, and leaves nothing', async () => {
  await expect(writeGceArchive(join(folder, 'none'), join(folder, 'a.tar.gz'))).rejects.toMatchObject({
    code: 'image.missing',
    message: `there is no image at '${join(folder, 'none')}'`,
  });
  const nowhere = join(folder, 'nowhere', 'a.tar.gz');
  await expect(writeGceArchive(disk(MIB), nowhere)).rejects.toMatchObject({
    code: 'image.write-failed',
    message: expect.stringContaining(`the archive '${nowhere}' cannot be written: ENOENT`),
    remedy: 'Make its folder writable.',
  });
});

test('refuses a file system that is full, and leaves nothing', async () => {
  const source = disk(3 * MIB, { 0: randomFillSync(Buffer.alloc(2 * MIB)) });
  const small = join(folder, 'small');
  mkdirSync(small);
  if (!tryMountTmpfs(small, 'size=1m')) return;
  try {
    await expect(writeGceArchive(source, join(small, 'a.tar.gz'))).rejects.toMatchObject({
      code: 'image.write-failed',
      remedy: 'Free some space on that file system.',
    });
    expect(readdirSync(small)).toEqual([]);
  } finally {
    unmount(small);
  }
});

test('refuses a disk that changes while it is packed, and leaves nothing', async () => {
  const source = disk(4 * MIB, { 0: randomFillSync(Buffer.alloc(3 * MIB)) });
  const out = join(folder, 'changed', 'a.tar.gz');
  mkdirSync(join(folder, 'changed'));
  const onProgress = () => appendFileSync(source, 'more');
  await expect(writeGceArchive(source, out, { onProgress })).rejects.toMatchObject({
    code: 'image.changed',
    message: `the image '${source}' changed while it was read`,
  });
  expect(readdirSync(join(folder, 'changed'))).toEqual([]);
});
