import { execFileSync } from 'node:child_process';
import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bufferReader, inspectImage } from '../../../lib/image';
import { buildElf } from '../../fixtures/elf-builder';
import * as images from '../../fixtures/images';
import { temporaryFolder } from '../../helpers/boot-fixture';

const folder = temporaryFolder();

test.each([
  ['a 32 bit multiboot kernel', images.multibootKernel(), 'elf32', 'x86', ['multiboot1'], 'multiboot kernel'],
  [
    'a 64 bit multiboot kernel',
    images.multiboot64Kernel(),
    'elf64',
    'x86-64',
    ['multiboot1'],
    'multiboot kernel',
  ],
  ['a multiboot2 kernel', images.multiboot2Kernel(), 'elf64', 'x86-64', ['multiboot2'], 'multiboot2 kernel'],
  ['a PVH kernel', images.pvhKernel(), 'elf64', 'x86-64', ['pvh'], 'PVH kernel'],
  ['an arm64 ELF with x86 marks', images.arm64Kernel(), 'elf64', 'arm64', [], ''],
  ['Solo5 hvt', images.solo5(1), 'elf64', 'x86-64', ['multiboot1'], 'Solo5 hvt'],
  ['Solo5 virtio', images.solo5(3), 'elf64', 'x86-64', ['multiboot1'], 'Solo5 virtio'],
  ['Unikraft for QEMU', images.unikraft(), 'elf32', 'x86', ['multiboot1'], 'Unikraft qemu 0.16.3~abc'],
  ['Unikraft for Xen', images.unikraftXen(), 'elf64', 'x86-64', ['xen-pv'], 'Unikraft xen'],
  ["OSv's loader", images.osvLoader(), 'elf64', 'x86-64', ['pvh'], 'OSv loader'],
  ['Rumprun on hardware', images.rumprunHw(), 'elf64', 'x86-64', ['multiboot1'], 'Rumprun hw'],
  ['Rumprun on Xen', images.rumprunXen(), 'elf64', 'x86-64', ['xen-pv'], 'Rumprun xen'],
  ['a Hermit program', images.hermitApp(), 'elf64', 'x86-64', [], 'Hermit app'],
  ['a Linux kernel', images.bzImage(), 'bzimage', 'x86-64', ['linux'], 'Linux bzimage 6.1.0-cloud-amd64'],
  ['a UEFI application', images.uefiApp(), 'uefi-app', 'x86-64', ['uefi'], 'UEFI application'],
  ['a UEFI application for arm64', images.uefiApp(0xaa64), 'uefi-app', 'arm64', ['uefi'], 'UEFI application'],
  ['a disk', images.mbrDisk(), 'mbr-disk', undefined, ['bios-disk'], 'bootable disk'],
  ['a GPT disk that only holds data', images.gptDisk(), 'gpt-disk', undefined, [], ''],
  ["Nanos' disk", images.nanosDisk(), 'mbr-disk', undefined, ['bios-disk'], 'Nanos disk'],
  ["OSv's disk", images.osvDisk(), 'mbr-disk', undefined, ['bios-disk'], 'OSv disk'],
  ['a qcow2 disk', images.qcow2(), 'qcow2', undefined, ['bios-disk'], 'bootable disk'],
  ['a Linux program', images.linuxProgram(), 'elf64', 'x86-64', [], ''],
])('%s is recognised', (_, bytes, format, machine, bootProtocols, system) => {
  const image = inspectImage(bufferReader(bytes));
  const { title, variant, version } = image.system ?? {};
  expect(image).toMatchObject({ format, machine, bootProtocols, size: bytes.length });
  expect([title, variant, version].filter(Boolean).join(' ')).toBe(system);
  expect(image.evidence.length).toBeGreaterThan(0);
});

test('the evidence names the bytes that led to the answer', () => {
  const { evidence } = inspectImage(bufferReader(images.solo5(3)));
  expect(evidence.map(({ fact }) => fact)).toEqual([
    'ELF, 64 bit, for x86-64',
    'multiboot header, flags 0x10000, with load addresses',
    "ELF note 'Solo5' ABI1, target 3 (virtio)",
  ]);
  expect(evidence.map(({ offset }) => offset)).toEqual([0, 176, 292]);
});

test.each([
  ['a script', '#!/bin/sh\necho hello\n', 'a script'],
  ['a text', 'hello\n', 'a text'],
  ['a gzip archive', '\x1f\x8b\x08\0\0\0', 'a gzip archive; unpack it first'],
  ['a device tree', '\xd0\x0d\xfe\xed', 'a device tree'],
  ['an initramfs', '070701000', 'a cpio archive, such as an initramfs'],
  ['firmware', `${'\0'.repeat(40)}_FVH${'\0'.repeat(999)}`, 'UEFI firmware'],
  ['a CD', `${'\0'.repeat(0x8001)}CD001`, 'an ISO 9660 image, such as a CD'],
  ['another disk format', 'KDMV', 'a VMDK disk; convert it with: qemu-img convert -O raw'],
  ['zeros', '\0'.repeat(600), 'a file that begins with zeros only, such as an empty disk'],
  ['anything else', '\x01\x02\x03', 'data of no known format'],
])('%s is no image, and called by its name', (_, content, lookalike) => {
  const image = inspectImage(bufferReader(Buffer.from(content, 'latin1')));
  expect(image).toMatchObject({ format: 'unknown', bootProtocols: [], system: undefined, lookalike });
});

test('a sparse disk of 10 GiB is read only where its headers are', () => {
  const file = join(folder, 'large.raw');
  writeFileSync(file, images.nanosDisk());
  truncateSync(file, 10 * 1024 ** 3);
  let read = 0;
  const whole = images.nanosDisk();
  const reader = bufferReader(whole);
  const counting = {
    ...reader,
    size: 10 * 1024 ** 3,
    read: (offset: number, length: number) => {
      read += length;
      return reader.read(offset, length);
    },
  };
  expect(inspectImage(file)).toMatchObject({ size: 10 * 1024 ** 3, system: { id: 'nanos' } });
  inspectImage(counting);
  expect(read).toBeLessThan(64 * 1024);
});

test('refuses a missing file', () => {
  const file = join(folder, 'missing.elf');
  expect(code(() => inspectImage(file))).toEqual(['image.missing', `there is no image at '${file}'`]);
  expect(code(() => inspectImage(join(file, 'x')))[0]).toBe('image.missing');
});

test('refuses a folder and a pipe', () => {
  mkdirSync(join(folder, 'folder'));
  execFileSync('mkfifo', [join(folder, 'pipe')]);
  expect(code(() => inspectImage(join(folder, 'folder')))).toEqual([
    'image.not-a-file',
    `'${join(folder, 'folder')}' is a folder, and an image is one file`,
  ]);
  expect(code(() => inspectImage(join(folder, 'pipe')))[0]).toBe('image.not-a-file');
});

test('refuses an empty file', () => {
  const file = join(folder, 'empty.elf');
  writeFileSync(file, '');
  expect(code(() => inspectImage(file))).toEqual(['image.empty', `the image '${file}' is empty`]);
});

describe('refuses an ELF file that is cut short', () => {
  const whole = images.unikraft();
  test.each([
    ['inside its ELF header', 16, 'its ELF header should end at byte 52, and the file has 16 bytes'],
    [
      'inside its program headers',
      60,
      'its 1 program headers should end at byte 84, and the file has 60 bytes',
    ],
    ['inside a segment', 120, 'segment 0 should end at byte 164, and the file has 120 bytes'],
    [
      'inside its section headers',
      whole.length - 1,
      `its section headers should end at byte ${whole.length}, and the file has ${whole.length - 1} bytes`,
    ],
  ])('%s', (_, length, what) => {
    const [errorCode, message] = code(() => inspectImage(bufferReader(whole.subarray(0, length), 'web.elf')));
    expect(errorCode).toBe('image.truncated');
    expect(message).toBe(`the image 'web.elf' is cut short or damaged: ${what}`);
  });
});

test('refuses an ELF file whose segment lies at the end of the number range', () => {
  const bytes = buildElf({ segments: [{ type: 1, bytes: Buffer.alloc(8) }] });
  bytes.writeBigUInt64LE(0xfffffffffffffff0n, 64 + 8);
  expect(code(() => inspectImage(bufferReader(bytes, 'web.elf')))[1]).toBe(
    "the image 'web.elf' is cut short or damaged: segment 0 should end far beyond it, and the file has 128 bytes",
  );
});

function code(action: () => unknown): [string, string] {
  try {
    action();
  } catch (error) {
    return [(error as { code: string }).code, (error as Error).message];
  }
  throw new Error('nothing was thrown');
}
