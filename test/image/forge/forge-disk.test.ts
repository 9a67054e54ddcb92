import { createHash } from 'node:crypto';
import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { forgeDisk, loaderOf, loadLoader } from '../../../lib/image';
import { uefiLoaderOf } from '../../../lib/image/forge/loader';
import { commandLineKernel } from '../../fixtures/command-line-kernel';
import * as images from '../../fixtures/images';
import { SYSTEM_FILES } from '../../fixtures/systems';
import { temporaryFolder } from '../../helpers/boot-fixture';
import { tryMountTmpfs, unmount } from '../../helpers/mount';

const folder = temporaryFolder();
// No GRUB: what the disk's bytes are must not depend on the version of a tool.
const loader = loaderOf(Buffer.alloc(512, 0xb0), Buffer.alloc(150_000, 0xc0));
const MIB = 1024 * 1024;

let count = 0;
async function forge(kernel: Buffer, bootArgs: readonly string[] = []): Promise<Buffer> {
  count += 1;
  const file = join(folder, `kernel-${count}`);
  writeFileSync(file, kernel);
  const { path } = await forgeDisk(file, { bootArgs }, loader, join(folder, `disk-${count}.raw`));
  return readFileSync(path);
}

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

test.each([
  ['a kernel without arguments', images.multibootKernel(), [], '59f39323e8056fe2ce39334329dc3905'],
  [
    'a kernel with arguments',
    images.multibootKernel(),
    ['--greeting=hello world', "it's"],
    '2b840bfd40a59fd4e71bc84402d3241e',
  ],
  ['a multiboot2 kernel', images.multiboot2Kernel(), ['x'], 'd223634eae17f5ac202688792d9ae303'],
  ['a kernel that skips its first word', images.solo5(3), ['x'], 'd4f23b65468b7be9cc7e14d4b91316fc'],
])('%s gives the same disk on every machine', async (_, kernel, bootArgs, golden) => {
  expect(sha256(await forge(kernel, bootArgs)).slice(0, 32)).toBe(golden);
});

test('the disk is the boot sector, the loader, the configuration and the kernel, and nothing else', async () => {
  const kernel = commandLineKernel();
  const disk = await forge(kernel, ['--version=2']);
  expect(disk.length).toBe(2 * MIB);
  const table = Buffer.from('80feffffdafeffff0008000001000000', 'hex');
  const boot = Buffer.concat([Buffer.alloc(446, 0xb0), table, Buffer.alloc(48), Buffer.alloc(2, 0xb0)]);
  expect(disk.subarray(0, 512).equals(boot)).toBe(true);
  expect(disk.subarray(512, 512 + loader.core.length).equals(loader.core)).toBe(true);
  const config = disk.subarray(1024 * 512, 1056 * 512).toString();
  expect(config).toBe("if multiboot 2048+1 '--version=2'; then boot; fi".padEnd(16384, '\n'));
  expect(disk.subarray(MIB, MIB + kernel.length).equals(kernel)).toBe(true);
  for (const [from, to] of [
    [512 + loader.core.length, 1024 * 512],
    [1056 * 512, MIB],
    [MIB + kernel.length, 2 * MIB],
  ]) {
    expect(disk.subarray(from, to).every((byte) => byte === 0)).toBe(true);
  }
});

test('what is beside the kernel lies in an archive of its own, at a whole MiB, which gives it its exact size', async () => {
  const kernel = join(folder, 'beside.elf');
  const initrd = join(folder, 'beside');
  writeFileSync(kernel, images.multibootKernel());
  writeFileSync(initrd, 'the initrd');
  const { path } = await forgeDisk(kernel, { bootArgs: ['x'], initrd }, loader, join(folder, 'beside.raw'));
  const disk = readFileSync(path);
  expect(disk.length).toBe(3 * MIB);
  const table = '80feffffdafeffff0008000001000000' + '00feffffdafeffff0010000009000000';
  expect(disk.toString('hex', 446, 478)).toBe(table);
  const config = disk
    .subarray(1024 * 512, 1056 * 512)
    .toString()
    .trimEnd();
  expect(config).toBe(
    "loopback kiln 4096+9; if multiboot 2048+1 'x'; then if module (kiln)/initrd; then boot; fi; fi",
  );
  // newc: magic and thirteen numbers, the name, from a page on the file; then the entry that ends an archive.
  const text = (at: number, length: number) => disk.toString('latin1', 2 * MIB + at, 2 * MIB + at + length);
  expect([text(0, 6), text(54, 8), text(94, 8)]).toEqual(['070701', '0000000a', '00000f92']);
  expect(text(110, 3986)).toBe('initrd'.padEnd(3986, '\0'));
  expect(text(4096, 12)).toBe('the initrd\0\0');
  expect([text(4108, 6), text(4108 + 110, 11)]).toEqual(['070701', 'TRAILER!!!\0']);
  expect(sha256(disk).slice(0, 32)).toBe('a6cdcce4d2c06cf26dac24e68b5613ab');
});

test('the disk is sparse, read-only, and the only file that is left', async () => {
  const own = join(folder, 'own');
  mkdirSync(own);
  const kernel = join(folder, 'sparse.elf');
  writeFileSync(kernel, images.multibootKernel());
  const { path, size } = await forgeDisk(kernel, { bootArgs: [] }, loader, join(own, 'disk.raw'));
  const stat = statSync(path);
  expect(stat.size).toBe(size);
  expect(stat.blocks * 512).toBeLessThan(MIB / 2);
  expect(stat.mode & 0o777).toBe(0o444);
  expect(readdirSync(own)).toEqual(['disk.raw']);
});

test('a kernel larger than one read is copied whole', async () => {
  const kernel = Buffer.concat([images.multibootKernel(), Buffer.alloc(3 * MIB + 7, 0xab)]);
  const disk = await forge(kernel);
  expect(disk.length).toBe(5 * MIB);
  expect(disk.subarray(MIB, MIB + kernel.length).equals(kernel)).toBe(true);
});

test('an older disk of the same name is replaced', async () => {
  const kernel = join(folder, 'again.elf');
  const out = join(folder, 'again.raw');
  writeFileSync(kernel, images.multibootKernel());
  await forgeDisk(kernel, { bootArgs: ['1'] }, loader, out);
  await forgeDisk(kernel, { bootArgs: ['2'] }, loader, out);
  expect(readFileSync(out).toString('latin1', 1024 * 512, 1024 * 512 + 40)).toContain("2048+1 '2'");
});

test('refuses a folder that is not there, and leaves nothing', async () => {
  const kernel = join(folder, 'nowhere.elf');
  writeFileSync(kernel, images.multibootKernel());
  const out = join(folder, 'nowhere', 'disk.raw');
  await expect(forgeDisk(kernel, { bootArgs: [] }, loader, out)).rejects.toMatchObject({
    code: 'image.write-failed',
    message: expect.stringMatching(/^the disk '.*nowhere\/disk.raw' cannot be written: ENOENT/),
  });
});

// The loader, the configuration and this kernel need 176 KiB; less may take a write in part.
test.each([64, 160, 168, 172])('refuses a file system of %d KiB, and leaves nothing', async (size) => {
  const kernel = join(folder, 'full.elf');
  writeFileSync(kernel, Buffer.concat([images.multibootKernel(), Buffer.alloc(12_000, 0xab)]));
  const small = join(folder, `small-${size}`);
  mkdirSync(small);
  if (!tryMountTmpfs(small, `size=${size}k`)) return;
  try {
    await expect(forgeDisk(kernel, { bootArgs: [] }, loader, join(small, 'disk.raw'))).rejects.toMatchObject({
      code: 'image.write-failed',
      remedy: 'Free some space on that file system.',
    });
    expect(readdirSync(small)).toEqual([]);
  } finally {
    unmount(small);
  }
});

test.each(['bios', 'uefi', 'xen-pv'] as const)(
  'refuses a file system that is full before the file beside the kernel is copied (%s), and leaves nothing',
  async (layout) => {
    const [kernel, initrd, small] = ['filling', 'filling.initrd', `small-${layout}`].map((name) =>
      join(folder, name),
    ) as [string, string, string];
    writeFileSync(kernel, layout === 'xen-pv' ? images.unikraftXen() : images.multibootKernel());
    writeFileSync(initrd, Buffer.alloc(9 * MIB, 0xab));
    mkdirSync(small);
    if (!tryMountTmpfs(small, 'size=6m')) return;
    const use = {
      bios: loader,
      uefi: uefiLoaderOf(loader.core, loader.core),
      'xen-pv': loadLoader('xen-pv'),
    };
    try {
      const options = { bootArgs: [], initrd, layout };
      await expect(forgeDisk(kernel, options, use[layout], join(small, 'disk.raw'))).rejects.toMatchObject({
        code: 'image.write-failed',
        remedy: 'Free some space on that file system.',
      });
      expect(readdirSync(small)).toEqual([]);
    } finally {
      unmount(small);
    }
  },
);

test.each([
  ['grows', (file: string) => appendFileSync(file, 'x')],
  ['shrinks', (file: string) => truncateSync(file, 200)],
])('refuses a kernel that %s while its disk is forged, and leaves nothing', async (name, change) => {
  const own = join(folder, name);
  mkdirSync(own);
  const kernel = join(own, 'kernel.elf');
  writeFileSync(kernel, Buffer.concat([images.multibootKernel(), Buffer.alloc(100)]));
  const forging = forgeDisk(kernel, { bootArgs: [] }, loader, join(own, 'disk.raw'));
  // The kernel has been inspected synchronously, and nothing of it has been copied yet.
  change(kernel);
  await expect(forging).rejects.toMatchObject({ code: 'image.changed' });
  expect(readdirSync(own)).toEqual(['kernel.elf']);
});

const PAST = new Date('2020-01-01');

test('refuses a kernel that is written to while its disk is forged, also when it keeps its size', async () => {
  const kernel = join(folder, 'touched.elf');
  writeFileSync(kernel, images.multibootKernel());
  utimesSync(kernel, PAST, PAST);
  const forging = forgeDisk(kernel, { bootArgs: [] }, loader, join(folder, 'touched.raw'));
  writeFileSync(kernel, images.multibootKernel());
  await expect(forging).rejects.toMatchObject({
    code: 'image.changed',
    message: expect.stringMatching(/touched.elf' changed while its disk was forged: it was written to$/),
  });
});

test('a content that is the expected one is forged, for the kernel and what is beside it', async () => {
  const kernel = join(folder, 'expected.elf');
  const initrd = join(folder, 'expected');
  writeFileSync(kernel, images.multibootKernel());
  writeFileSync(initrd, 'x');
  const expected = { kernelSha256: sha256(images.multibootKernel()), initrdSha256: sha256(Buffer.from('x')) };
  const options = { bootArgs: [], initrd, ...expected };
  expect((await forgeDisk(kernel, options, loader, join(folder, 'expected.raw'))).size).toBe(3 * MIB);
});

test.each([
  [
    'kernel',
    { kernelSha256: 'a'.repeat(64) },
    /^the image '.*' changed .* its content has the SHA-256 [0-9a-f]{64}, and a{64} is expected$/,
  ],
  [
    'initrd',
    { initrdSha256: 'b'.repeat(64) },
    /^the initrd '.*' changed .* its content has the SHA-256 [0-9a-f]{64}, and b{64} is expected$/,
  ],
])('refuses a %s with another content than expected, and leaves nothing', async (name, expected, message) => {
  const own = join(folder, `content-${name}`);
  mkdirSync(own);
  const [kernel, initrd] = [join(own, 'kernel.elf'), join(own, 'initrd')];
  writeFileSync(kernel, images.multibootKernel());
  writeFileSync(initrd, 'x');
  await expect(
    forgeDisk(kernel, { bootArgs: [], initrd, ...expected }, loader, join(own, 'disk.raw')),
  ).rejects.toMatchObject({ code: 'image.changed', message: expect.stringMatching(message) });
  expect(readdirSync(own).sort()).toEqual(['initrd', 'kernel.elf']);
});

test.each([
  ['that is not there', () => undefined, 'image.missing', /^there is no initrd at '.*'$/],
  ['that is empty', (file: string) => writeFileSync(file, ''), 'image.empty', /^the initrd '.*' is empty$/],
  [
    'that is a folder',
    (file: string) => mkdirSync(file),
    'image.not-a-file',
    /^the initrd '.*' is not a file$/,
  ],
])('refuses an initrd %s', async (name, make, code, message) => {
  const kernel = join(folder, 'with.elf');
  const initrd = join(folder, `initrd ${name}`);
  writeFileSync(kernel, images.multibootKernel());
  make(initrd);
  await expect(
    forgeDisk(kernel, { bootArgs: [], initrd }, loader, join(folder, 'with.raw')),
  ).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
});

test('refuses an initrd that its archive has no number for', async () => {
  const kernel = join(folder, 'huge.elf');
  const initrd = join(folder, 'huge');
  writeFileSync(kernel, images.multibootKernel());
  writeFileSync(initrd, '');
  truncateSync(initrd, 2 ** 32);
  await expect(
    forgeDisk(kernel, { bootArgs: [], initrd }, loader, join(folder, 'huge.raw')),
  ).rejects.toMatchObject({
    code: 'image.too-large',
    message: 'the initrd has 4294967296 bytes, and at most 4294967295 are possible',
  });
});

test('refuses a kernel that a boot sector has no number for', async () => {
  const kernel = join(folder, 'endless.elf');
  writeFileSync(kernel, images.multibootKernel());
  truncateSync(kernel, 2 ** 41);
  await expect(
    forgeDisk(kernel, { bootArgs: [] }, loader, join(folder, 'endless.raw')),
  ).rejects.toMatchObject({
    code: 'image.too-large',
    message: '2199023255552 bytes are more than the boot sector of a BIOS disk can name',
  });
});

test('refuses a loader of another layout', async () => {
  const kernel = join(folder, 'layout.elf');
  writeFileSync(kernel, images.multibootKernel());
  const forging = forgeDisk(kernel, { bootArgs: [], layout: 'uefi' }, loader, join(folder, 'layout.raw'));
  await expect(forging).rejects.toMatchObject({
    code: 'image.wrong-loader',
    message: "the layout 'uefi' was asked for, and the loader is for 'bios'",
  });
});

test('refuses what is not a kernel before it writes anything', async () => {
  await expect(forge(Buffer.from('#!/bin/sh\n'))).rejects.toMatchObject({ code: 'image.not-bootable' });
  await expect(forge(images.multibootKernel(), ['a\nb'])).rejects.toMatchObject({ code: 'image.boot-args' });
  await expect(forge(SYSTEM_FILES['rumprun hw']?.() as Buffer, ['{"a":"b"}'])).rejects.toMatchObject({
    code: 'image.boot-args',
    message: expect.stringMatching(/Rumprun knows no quoting$/),
  });
});
