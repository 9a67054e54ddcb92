import { execFileSync } from 'node:child_process';
import { createHash, randomFillSync } from 'node:crypto';
import {
  appendFileSync,
  closeSync,
  existsSync,
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
import { readyDisk } from '../../../lib/image';
import * as images from '../../fixtures/images';
import { temporaryFolder, testWith } from '../../helpers/boot-fixture';
import { tryMountTmpfs, unmount } from '../../helpers/mount';

const folder = temporaryFolder();
const withQemuImg = testWith('qemu-img');
const MIB = 1024 * 1024;

const sha256 = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');

let count = 0;
const newPath = (suffix: string) => join(folder, `${count++}${suffix}`);

function write(bytes: Buffer, suffix = '.raw'): string {
  const path = newPath(suffix);
  writeFileSync(path, bytes);
  return path;
}

/** A disk with data at its ends and in between, some of it easy to compress. */
function mixedDisk(): string {
  const path = write(images.mbrDisk([], 512));
  truncateSync(path, 12 * MIB);
  const fd = openSync(path, 'r+');
  const noise = randomFillSync(Buffer.alloc(300_000));
  for (const at of [512, 5 * MIB + 777, 12 * MIB - noise.length]) writeSync(fd, noise, 0, noise.length, at);
  writeSync(fd, Buffer.alloc(2 * MIB, 'compress me '), 0, 2 * MIB, 8 * MIB);
  closeSync(fd);
  return path;
}

function qcow2Of(raw: string, ...options: readonly string[]): string {
  const path = newPath('.qcow2');
  execFileSync('qemu-img', ['convert', '-f', 'raw', '-O', 'qcow2', ...options, raw, path]);
  return path;
}

/** `readyDisk`, with the result's path. */
async function ready(source: string, bootArgs: readonly string[] = []): Promise<string> {
  const { path, size } = await readyDisk(source, { bootArgs }, newPath('.out'));
  expect(statSync(path).size).toBe(size);
  return path;
}

test('a raw disk passes through byte by byte, and stays sparse', async () => {
  const source = write(images.mbrDisk([], 512));
  truncateSync(source, 64 * MIB + 512);
  appendFileSync(source, 'the end');
  const disk = await ready(source);
  expect(sha256(disk)).toBe(sha256(source));
  expect(statSync(disk).blocks * 512).toBeLessThan(MIB);
  expect(statSync(disk).mode & 0o777).toBe(0o444);
});

withQemuImg.each([
  ['as qemu-img makes it', []],
  ['version 2', ['-o', 'compat=0.10']],
  ['compressed', ['-c']],
  ['compressed, version 2, clusters of 4 KiB', ['-c', '-o', 'compat=0.10,cluster_size=4096']],
  ['compressed, clusters of 2 MiB', ['-c', '-o', 'cluster_size=2M']],
  ['clusters of 512 bytes', ['-o', 'cluster_size=512']],
  ['clusters of 2 MiB', ['-o', 'cluster_size=2M']],
  ['lazy reference counts', ['-o', 'lazy_refcounts=on']],
  ['reference counts of 1 bit', ['-o', 'refcount_bits=1']],
  ['reference counts of 64 bit', ['-o', 'refcount_bits=64']],
  ['preallocated', ['-o', 'preallocation=metadata']],
])('a qcow2 gives the disk in it: %s', async (_, options) => {
  const raw = mixedDisk();
  const disk = await ready(qcow2Of(raw, ...options));
  execFileSync('qemu-img', ['compare', '-s', '-f', 'raw', '-F', 'raw', raw, disk]);
  expect(sha256(disk)).toBe(sha256(raw));
  expect(statSync(disk).blocks * 512).toBeLessThan(4 * MIB);
});

withQemuImg('a huge disk that is nearly empty takes neither time nor room', async () => {
  const small = write(images.mbrDisk());
  const qcow2 = qcow2Of(small);
  execFileSync('qemu-img', ['resize', '-q', qcow2, '500G']);
  const disk = await ready(qcow2);
  expect(statSync(disk).size).toBe(500 * 1024 * MIB);
  expect(statSync(disk).blocks * 512).toBeLessThan(MIB);
});

test("OSv's arguments are written where its loader reads them, and nothing else changes", async () => {
  const source = write(images.osvDisk());
  const disk = readFileSync(await ready(source, ['--ip=eth0', '/hello', 'a b']));
  const expected = readFileSync(source);
  expected.write('--ip=eth0 /hello "a b"\0', 512);
  expect(disk.equals(expected)).toBe(true);
});

withQemuImg("OSv's arguments are written into what was a qcow2", async () => {
  const disk = readFileSync(await ready(qcow2Of(write(images.osvDisk())), ['/hello', 'x']));
  expect(disk.toString('latin1', 512, 512 + 9)).toBe('/hello x\0');
});

test('progress ends at the size of the disk', async () => {
  const seen: (readonly [number, number])[] = [];
  const source = write(images.mbrDisk([], 3 * MIB));
  await readyDisk(source, { onProgress: (...step) => seen.push(step) }, newPath('.out'));
  expect(seen).toEqual([MIB, 2 * MIB, 3 * MIB, 3 * MIB].map((done) => [done, 3 * MIB]));
});

test.each([
  [
    'a Nanos disk',
    images.nanosDisk(),
    /has no place for boot arguments: Nanos holds those that it was built with$/,
    "Leave them out, and build the disk again with them; Nanos has them baked: 'arguments' of the manifest that mkfs reads, or 'Args' of ops' configuration.",
  ],
  [
    'a disk of which nothing is known',
    images.mbrDisk(),
    /has no place for boot arguments: it holds those that it was built with$/,
    'Leave them out and build the disk again with them, or give the kernel that is in it.',
  ],
])('refuses arguments for %s', async (_, bytes, message, remedy) => {
  await expect(ready(write(bytes), ['--x'])).rejects.toMatchObject({
    code: 'image.boot-args',
    message: expect.stringMatching(message),
    remedy,
  });
});

test('refuses what is no disk', async () => {
  await expect(ready(write(images.multibootKernel()))).rejects.toMatchObject({ code: 'image.not-bootable' });
  await expect(ready(write(Buffer.from('a text that is no disk')))).rejects.toMatchObject({
    code: 'image.not-bootable',
  });
  await expect(ready(join(folder, 'none'))).rejects.toMatchObject({ code: 'image.missing' });
});

withQemuImg('refuses a qcow2 that needs another file or a key, or that Kiln does not read', async () => {
  const base = qcow2Of(mixedDisk());
  const overlay = newPath('.qcow2');
  execFileSync('qemu-img', ['create', '-q', '-f', 'qcow2', '-F', 'qcow2', '-b', base, overlay]);
  await expect(ready(overlay)).rejects.toMatchObject({
    code: 'image.qcow2-unsupported',
    message: expect.stringContaining('a backing file'),
  });
  // QEMU takes a second to make a real one, and only the header is looked at.
  const encrypted = readFileSync(base);
  encrypted.writeUInt32BE(2, 32);
  await expect(ready(write(encrypted))).rejects.toMatchObject({
    code: 'image.qcow2-unsupported',
    message: expect.stringContaining('encryption (LUKS)'),
  });
  await expect(ready(qcow2Of(mixedDisk(), '-o', 'extended_l2=on'))).rejects.toMatchObject({
    code: 'image.qcow2-unsupported',
    message: expect.stringContaining('extended L2 entries'),
  });
});

withQemuImg('refuses a qcow2 that is damaged or cut off, and leaves nothing', async () => {
  const damaged = readFileSync(qcow2Of(mixedDisk()));
  const l1 = Number(damaged.readBigUInt64BE(40));
  damaged.writeBigUInt64BE(1n << 50n, l1);
  const cut = readFileSync(qcow2Of(mixedDisk())).subarray(0, 2 * MIB);
  mkdirSync(join(folder, 'refused'));
  for (const bytes of [damaged, cut]) {
    const source = write(bytes, '.qcow2');
    await expect(readyDisk(source, {}, join(folder, 'refused', 'disk'))).rejects.toMatchObject({
      code: expect.stringMatching(/^image\.(damaged|truncated)$/),
    });
  }
  expect(readdirSync(join(folder, 'refused'))).toEqual([]);
});

test('refuses a disk that changes while it is copied, and leaves nothing', async () => {
  const source = write(images.mbrDisk([], 3 * MIB));
  const out = newPath('.out');
  const onProgress = () => appendFileSync(source, 'more');
  await expect(readyDisk(source, { onProgress }, out)).rejects.toMatchObject({ code: 'image.changed' });
  expect(existsSync(out)).toBe(false);
});

test('refuses a file system that is full, and leaves nothing', async () => {
  const source = write(randomFillSync(images.mbrDisk([], 2 * MIB), 1024));
  const small = newPath('.small');
  mkdirSync(small);
  if (!tryMountTmpfs(small, 'size=1m')) return;
  try {
    await expect(readyDisk(source, {}, join(small, 'disk'))).rejects.toMatchObject({
      code: 'image.write-failed',
      remedy: 'Free some space on that file system.',
    });
    expect(readdirSync(small)).toEqual([]);
  } finally {
    unmount(small);
  }
});

test('ends when it is told to, and leaves nothing', async () => {
  const source = write(images.mbrDisk([], 3 * MIB));
  const out = newPath('.out');
  const stop = new AbortController();
  const ended = readyDisk(source, { signal: stop.signal, onProgress: () => stop.abort() }, out);
  await expect(ended).rejects.toMatchObject({ name: 'AbortError' });
  expect(existsSync(out)).toBe(false);
});

test('refuses a place that cannot be written', async () => {
  const out = join(folder, 'nowhere', 'disk');
  await expect(readyDisk(write(images.mbrDisk()), {}, out)).rejects.toMatchObject({
    code: 'image.write-failed',
    message: expect.stringContaining(`the disk '${out}' cannot be written: ENOENT`),
  });
});
