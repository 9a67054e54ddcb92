import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ForgeOptions, forgeDisk } from '../../../lib/image';
import { uefiLoaderOf } from '../../../lib/image/forge/loader';
import { bootableUefiApp } from '../../fixtures/bootable-uefi-app';
import { commandLineKernel } from '../../fixtures/command-line-kernel';
import { commandLineLinux } from '../../fixtures/command-line-linux';
import { PT_LOAD } from '../../fixtures/elf-builder';
import * as images from '../../fixtures/images';
import { temporaryFolder, testWith } from '../../helpers/boot-fixture';

const folder = temporaryFolder();
const reads = testWith('fsck.fat', 'mcopy', 'mdir');
// No GRUB: what the disk's bytes are must not depend on the version of a tool.
const loader = uefiLoaderOf(Buffer.alloc(300_000, 0xd0), Buffer.alloc(200_000, 0xe0));
const MIB = 1024 * 1024;
const unikraft = (name: string) =>
  Buffer.concat([images.unikraftEfi(), Buffer.from(`\\EFI\\BOOT\\${name}\0\\EFI\\BOOT\\app.initrd\0`)]);

let count = 0;
async function forge(
  kernel: Buffer,
  options: ForgeOptions = { bootArgs: [] },
  use = loader,
): Promise<string> {
  count += 1;
  const file = join(folder, `kernel-${count}`);
  writeFileSync(file, kernel);
  return (await forgeDisk(file, { ...options, layout: 'uefi' }, use, join(folder, `disk-${count}.raw`))).path;
}

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
const fileOf = (disk: string, path: string) =>
  execFileSync('mcopy', ['-i', `${disk}@@1M`, `::${path}`, '-'], { maxBuffer: 2 ** 26 });
const namesIn = (disk: string) =>
  execFileSync('mdir', ['-/', '-b', '-i', `${disk}@@1M`, '::/'], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .filter((line) => !line.endsWith('/'))
    .map((line) => line.slice(2));

test.each([
  ['a multiboot kernel', images.multibootKernel(), ['a b'], 'bab429048ce5bbcf295dfb977ab4b84e'],
  ['a Linux kernel', commandLineLinux(), ['x'], 'f0b3fc9b661b7bd53cc29fd91752a4ea'],
  ['an application', bootableUefiApp('x86-64', 'x'), [], 'e4e5bf921015afff97f7a8a46be0dcb3'],
  ['an application for arm64', bootableUefiApp('arm64', 'x'), [], '4a5c372a8dbb734bbd1cab548d358669'],
  ['an arm64 Linux kernel', images.arm64Image(), ['x'], '62225884f5382c2d602e4df0ebfc3918'],
])('%s gives the same disk on every machine', async (_, kernel, bootArgs, golden) => {
  expect(sha256(readFileSync(await forge(kernel, { bootArgs }))).slice(0, 32)).toBe(golden);
});

test('disks of different kernels, arguments and loaders have different names, those of the same have the same', async () => {
  const guid = async (kernel: Buffer, bootArgs: string[], use = loader) =>
    readFileSync(await forge(kernel, { bootArgs }, use)).toString('hex', 512 + 56, 512 + 72);
  const other = uefiLoaderOf(Buffer.alloc(300_000, 0xd1), Buffer.alloc(200_000, 0xe0));
  const changed = images.multibootKernel();
  changed[changed.length - 1] = 0x77;
  const guids = await Promise.all([
    guid(images.multibootKernel(), ['1']),
    guid(images.multibootKernel(), ['2']),
    guid(changed, ['1']),
    guid(images.multibootKernel(), ['1'], other),
  ]);
  expect(new Set(guids).size).toBe(4);
  expect(await guid(images.multibootKernel(), ['1'])).toBe(guids[0]);
});

reads('GRUB, its configuration, the kernel and what is beside it lie in the system partition', async () => {
  const initrd = join(folder, 'initrd');
  writeFileSync(initrd, 'beside');
  const disk = await forge(images.multibootKernel(), { bootArgs: ['a b', "it's"], initrd });
  const volume = join(folder, 'volume.img');
  writeFileSync(volume, readFileSync(disk).subarray(MIB));
  execFileSync('fsck.fat', ['-n', volume]);
  expect(namesIn(disk).sort()).toEqual([
    '/EFI/BOOT/BOOTX64.EFI',
    '/kiln/boot.cfg',
    '/kiln/initrd',
    '/kiln/kernel',
  ]);
  expect(fileOf(disk, '/EFI/BOOT/BOOTX64.EFI').equals(loader.x64)).toBe(true);
  expect(fileOf(disk, '/kiln/boot.cfg').toString()).toBe(
    "if multiboot /kiln/kernel 'a b' 'it'\\''s'; then if module /kiln/initrd; then boot; fi; fi\n",
  );
  expect(fileOf(disk, '/kiln/kernel').equals(images.multibootKernel())).toBe(true);
  expect(fileOf(disk, '/kiln/initrd').toString()).toBe('beside');
});

reads('what GRUB would trip over is mended here as well', async () => {
  const empty = { type: PT_LOAD, bytes: Buffer.alloc(0), memorySize: 0, address: 0x100000 };
  const kernel = commandLineKernel({ segments: [empty] });
  const disk = await forge(kernel, { bootArgs: [] });
  const copy = fileOf(disk, '/kiln/kernel');
  expect(copy.readUInt32LE(52 + 32)).toBe(0);
  copy.writeUInt32LE(PT_LOAD, 52 + 32);
  expect(copy.equals(kernel)).toBe(true);
  const solo5 = await forge(images.solo5(3), { bootArgs: ['x'] });
  expect(fileOf(solo5, '/kiln/boot.cfg').toString()).toContain("multiboot /kiln/kernel 'kernel' 'x'");
});

reads('an arm64 kernel gets the loader and the name of its machine', async () => {
  const disk = await forge(images.arm64Image(), { bootArgs: ['x'] });
  expect(fileOf(disk, '/EFI/BOOT/BOOTAA64.EFI').equals(loader.arm64)).toBe(true);
  expect(fileOf(disk, '/kiln/boot.cfg').toString()).toBe("if linux /kiln/kernel 'x'; then boot; fi\n");
});

reads('an application lies there as it is, and alone', async () => {
  const app = bootableUefiApp('arm64', 'x');
  const disk = await forge(app);
  expect(namesIn(disk)).toEqual(['/EFI/BOOT/BOOTAA64.EFI']);
  expect(fileOf(disk, '/EFI/BOOT/BOOTAA64.EFI').equals(app)).toBe(true);
});

reads('Unikraft gets its arguments in the file that it was built to read', async () => {
  const disk = await forge(unikraft('web server.cmdl'), { bootArgs: ['netdev.ip=10.0.0.2/24', '--', 'a b'] });
  expect(namesIn(disk)).toEqual(['/EFI/BOOT/BOOTX64.EFI', '/EFI/BOOT/web server.cmdl']);
  expect(fileOf(disk, '/EFI/BOOT/web server.cmdl').toString()).toBe('kernel netdev.ip=10.0.0.2/24 -- "a b"');
});

reads('Unikraft finds its file also when there is nothing to say', async () => {
  expect(fileOf(await forge(unikraft('app.cmdl')), '/EFI/BOOT/app.cmdl').toString()).toBe('kernel');
});

test.each([
  [
    'an application',
    bootableUefiApp('x86-64', 'x'),
    "Leave 'bootArgs' out, and build them into the application.",
  ],
  [
    'a Unikraft application that reads no file',
    images.unikraftEfi(),
    "Build it with CONFIG_KVM_BOOT_PROTO_EFI_STUB_CMDLINE_FNAME set to a name that ends in '.cmdl'.",
  ],
  [
    'a Unikraft application that reads a file of another folder',
    unikraft('../app.cmdl'),
    "Build it with CONFIG_KVM_BOOT_PROTO_EFI_STUB_CMDLINE_FNAME set to a name that ends in '.cmdl'.",
  ],
])('refuses arguments for %s', async (_, kernel, remedy) => {
  await expect(forge(kernel, { bootArgs: ['a', 'b'] })).rejects.toMatchObject({
    code: 'image.boot-args',
    message: expect.stringMatching(
      /^the image '.*' is a UEFI application, which its firmware starts without arguments, and 2 are given$/,
    ),
    remedy,
  });
});

test('refuses a file beside an application', async () => {
  const initrd = join(folder, 'none');
  writeFileSync(initrd, 'x');
  await expect(forge(bootableUefiApp('x86-64', 'x'), { bootArgs: [], initrd })).rejects.toMatchObject({
    code: 'image.no-initrd',
    message: expect.stringContaining('which its firmware starts without anything beside it'),
  });
});

test('refuses an application for 32 bit firmware', async () => {
  await expect(forge(images.uefiApp(0x14c))).rejects.toMatchObject({
    code: 'image.wrong-machine',
    message: expect.stringContaining('is a UEFI application for 32 bit firmware'),
  });
});

test('refuses an arm64 kernel where no loader was built for it, and says how to build it', async () => {
  const without = uefiLoaderOf(loader.x64, Buffer.alloc(0));
  await expect(forge(images.arm64Image(), { bootArgs: [] }, without)).rejects.toMatchObject({
    code: 'image.loader-missing',
    message: 'this build of Kiln has no boot loader for UEFI on arm64',
  });
  expect(
    readFileSync(await forge(images.multibootKernel(), { bootArgs: [] }, without)).length,
  ).toBeGreaterThan(0);
});
