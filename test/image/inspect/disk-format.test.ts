import { bufferReader, type ImageReader, inspectImage } from '../../../lib/image/inspect';
import { buildFat } from '../../fixtures/fat';
import * as images from '../../fixtures/images';
import { buildQcow2 } from '../../fixtures/qcow2';

const inspect = (bytes: Buffer) => inspectImage(bufferReader(bytes, 'web.img'));
const GRUB = Buffer.from("multiboot /BOOT/WEB.ELF 'a b' c\n");
const SYSLINUX = Buffer.from('KERNEL mboot.c32\nAPPEND web.elf --port=80\n');

test('a disk that Kiln forged is of the system of its kernel, with its arguments', () => {
  const image = inspect(images.forgedDisk());
  expect(image).toMatchObject({
    format: 'mbr-disk',
    machine: 'x86-64',
    bootProtocols: ['bios-disk'],
    system: { id: 'solo5', variant: 'virtio', argumentStyle: 'fixed' },
    // Solo5 drops its first word, in whose place the forge puts one.
    commandLine: '"--greeting=hello world"',
    warnings: [],
    contains: { name: 'web.img, the kernel at sector 2048', format: 'elf64', bootProtocols: ['multiboot1'] },
  });
  expect(image.evidence.map(({ offset }) => offset)).toEqual([510, 0, 1024 * 512]);
});

test('a word that no system drops stays', () => {
  const disk = images.forgedDisk(images.multibootKernel(), "'kernel' x");
  expect(inspect(disk)).toMatchObject({ system: { id: 'generic' }, commandLine: 'kernel x' });
});

test('a damaged kernel is warned of, and the disk is a disk', () => {
  const kernel = images.unikraft();
  kernel.writeUInt32LE(0x7fffffff, 52 + 4);
  const image = inspect(images.forgedDisk(kernel, ''));
  expect(image).toMatchObject({ format: 'mbr-disk', bootProtocols: ['bios-disk'], contains: undefined });
  expect(image.warnings).toEqual([
    expect.stringContaining(
      "the image 'web.img, the kernel at sector 2048' is cut short or damaged: segment 0",
    ),
  ]);
});

test('a disk in the place of a kernel is not looked into', () => {
  const inner = images.forgedDisk();
  expect(inspect(images.forgedDisk(inner, ''))).toMatchObject({
    contains: undefined,
    system: { id: 'generic' },
  });
});

test.each([
  ['x86-64', { 'EFI/BOOT/BOOTX64.EFI': images.uefiApp() }, 'x86-64'],
  ['arm64', { 'EFI/BOOT/BOOTAA64.EFI': images.uefiApp(0xaa64) }, 'arm64'],
  [
    'both',
    { 'EFI/BOOT/BOOTX64.EFI': images.uefiApp(), 'EFI/BOOT/BOOTAA64.EFI': images.uefiApp(0xaa64) },
    undefined,
  ],
])('UEFI starts the program for %s', (_, files, machine) => {
  for (const disk of [images.uefiDisk(files), buildFat({ files })]) {
    const image = inspect(disk);
    expect(image.bootProtocols).toEqual(['uefi-disk']);
    if (machine) expect(image.machine).toBe(machine);
    expect(image.contains).toMatchObject({
      format: 'uefi-app',
      name: expect.stringContaining(':/EFI/BOOT/'),
    });
  }
});

test('the evidence of a UEFI disk is where its file system begins', () => {
  expect(inspect(images.uefiDisk()).evidence).toEqual([
    { offset: 510, fact: 'boot signature 55 AA' },
    { offset: 512, fact: "'EFI PART'" },
    { offset: 32768, fact: 'a FAT file system with /EFI/BOOT/BOOTX64.EFI for x86-64' },
    { offset: 32768, fact: 'the UEFI application /EFI/BOOT/BOOTX64.EFI' },
  ]);
});

test('a boot program that is none, or lies in another partition, is not started', () => {
  expect(inspect(images.uefiDisk({ 'EFI/BOOT/BOOTX64.EFI': Buffer.from('MZ') })).bootProtocols).toEqual([]);
  const files = { 'EFI/BOOT/BOOTX64.EFI': images.uefiApp() };
  expect(inspect(images.gptDisk(buildFat({ files }))).bootProtocols).toEqual([]);
  const mbr = (type: number) => {
    const fat = buildFat({ files });
    const disk = images.mbrDisk([[type, 64]], 64 * 512 + fat.length);
    fat.copy(disk, 64 * 512);
    return inspect(disk).bootProtocols;
  };
  expect([mbr(0xef), mbr(0x0c)]).toEqual([['bios-disk', 'uefi-disk'], ['bios-disk']]);
});

test.each([
  ['GRUB', { 'BOOT/GRUB/GRUB.CFG': GRUB, 'BOOT/WEB.ELF': images.unikraft() }, '"a b" c'],
  ['PV-GRUB', { 'BOOT/GRUB/MENU.LST': GRUB, 'BOOT/WEB.ELF': images.unikraft() }, '"a b" c'],
  ['SYSLINUX', { 'SYSLINUX.CFG': SYSLINUX, 'WEB.ELF': images.unikraft() }, '--port=80'],
  ['a loader without a configuration', { 'NOTES.TXT': GRUB, 'BOOT/WEB.ELF': images.unikraft() }, undefined],
  ['a loader of Linux', { VMLINUZ: images.bzImage() }, undefined],
])('the kernel that %s starts is found', (_, files, commandLine) => {
  const image = inspect(buildFat({ files }));
  expect(image).toMatchObject({ commandLine, contains: { machine: expect.stringMatching(/^x86/) } });
  expect(['unikraft', 'linux']).toContain(image.system?.id);
});

test('a configuration comes before the program of UEFI, which is only the loader', () => {
  const files = {
    'EFI/BOOT/BOOTX64.EFI': images.uefiApp(),
    'EFI/BOOT/GRUB.CFG': GRUB,
    'BOOT/WEB.ELF': images.unikraft(),
  };
  expect(inspect(images.uefiDisk(files))).toMatchObject({
    machine: 'x86-64',
    bootProtocols: ['uefi-disk'],
    system: { id: 'unikraft' },
    contains: { format: 'elf32' },
  });
});

test('a disk that Kiln forged for UEFI is of the system of its kernel, with its arguments', () => {
  const config = Buffer.from("if multiboot /KILN/KERNEL 'a b'; then boot; fi\n");
  const files = {
    'EFI/BOOT/BOOTX64.EFI': images.uefiApp(),
    'KILN/BOOT.CFG': config,
    'KILN/KERNEL': images.unikraft(),
  };
  expect(inspect(images.uefiDisk(files))).toMatchObject({
    system: { id: 'unikraft', variant: 'qemu' },
    commandLine: '"a b"',
    contains: { format: 'elf32' },
  });
});

test("IncludeOS' disk has its kernel behind the boot sector", () => {
  expect(inspect(images.vmbuildDisk())).toMatchObject({
    format: 'mbr-disk',
    bootProtocols: ['bios-disk'],
    system: { id: 'includeos' },
    contains: { format: 'elf32', bootProtocols: ['multiboot1'] },
  });
});

test.each([
  ['an empty boot sector', (disk: Buffer) => disk.fill(0, 0, 440)],
  ['the code of mkfs.fat', (disk: Buffer) => disk.write('This is not a bootable disk.', 90)],
  ['the code of mformat', (disk: Buffer) => disk.write('Non-System disk or disk error', 90)],
])('%s starts nothing', (_, change) => {
  const disk = images.mbrDisk([[0x83, 8]]);
  change(disk);
  expect(inspect(disk)).toMatchObject({ format: 'mbr-disk', bootProtocols: [], system: undefined });
});

test('what describes a file system on the whole disk is no code, and what follows it is', () => {
  const disk = buildFat({ files: {} });
  disk.fill(0, 90, 510);
  expect(inspect(disk).bootProtocols).toEqual([]);
  disk.set([0xeb, 0xfe], 62);
  expect(inspect(disk).bootProtocols).toEqual(['bios-disk']);
});

test('partitions of a GPT that end before they begin, or lie beyond the disk, are left out', () => {
  const disk = images.gptDisk(Buffer.alloc(512));
  disk.writeBigUInt64LE(3n, 1024 + 40);
  expect(inspect(disk).evidence).toHaveLength(2);
  disk.writeBigUInt64LE(2n ** 63n, 1024 + 32);
  disk.writeBigUInt64LE(2n ** 63n + 9n, 1024 + 40);
  expect(inspect(disk).format).toBe('gpt-disk');
  disk.writeUInt32LE(0xffffffff, 512 + 84);
  expect(inspect(disk).format).toBe('gpt-disk');
});

test("OSv's arguments are read from their place", () => {
  const disk = images.osvDisk();
  disk.write('/hello --port=80\0rest', 512);
  expect(inspect(disk)).toMatchObject({ system: { id: 'osv' }, commandLine: '/hello --port=80' });
});

test('a qcow2 is what the disk in it is', () => {
  const disk = images.uefiDisk();
  const file = buildQcow2({ content: disk, virtualSize: 2 ** 33 });
  const image = inspect(file);
  expect(image).toMatchObject({
    name: 'web.img',
    format: 'qcow2',
    size: file.length,
    virtualSize: 2 ** 33,
    machine: 'x86-64',
    bootProtocols: ['uefi-disk'],
    contains: {
      name: 'web.img, the disk inside',
      format: 'gpt-disk',
      size: 2 ** 33,
      contains: { format: 'uefi-app' },
    },
  });
  expect(image.evidence).toEqual([{ offset: 0, fact: 'qcow2 magic, version 3, clusters of 65536 bytes' }]);
});

test('a qcow2 in a qcow2 is not followed', () => {
  expect(inspect(buildQcow2({ content: images.qcow2() }))).toMatchObject({
    format: 'qcow2',
    bootProtocols: [],
    contains: { format: 'unknown' },
  });
});

describe('of a disk of 10 GiB that is mostly empty, little is read', () => {
  const SIZE = 10 * 1024 ** 3;
  const sparse = (bytes: Buffer): { reader: ImageReader; read: () => number } => {
    let total = 0;
    const read = (offset: number, length: number) => {
      const count = Math.max(0, Math.min(length, SIZE - offset, 1024 * 1024));
      total += count;
      const found = Buffer.alloc(count);
      if (offset < bytes.length) bytes.copy(found, 0, offset);
      return found;
    };
    return { reader: { name: 'large.raw', size: SIZE, read }, read: () => total };
  };
  const files = { 'EFI/BOOT/BOOTX64.EFI': images.uefiApp() };

  test.each([
    ['Nanos', images.nanosDisk(), 64 * 1024],
    ['OSv', images.osvDisk(), 64 * 1024],
    ['IncludeOS', images.vmbuildDisk(), 256 * 1024],
    ['forged', images.forgedDisk(), 256 * 1024],
    ['UEFI', images.uefiDisk(files), 512 * 1024],
    ['FAT', buildFat({ files }), 512 * 1024],
    // A disk that nothing is known of is searched for texts in its first 4 MiB.
    ['boot code alone', images.mbrDisk(), 4 * 1024 * 1024 + 64 * 1024],
  ])('%s', (_, bytes, most) => {
    const { reader, read } = sparse(bytes);
    expect(inspectImage(reader)).toMatchObject({ size: SIZE, system: expect.anything() });
    expect(read()).toBeLessThan(most);
  });
});
