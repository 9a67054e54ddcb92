import { bufferReader, inspectImage } from '../../../lib/image';
import { kernelPatches } from '../../../lib/image/forge/kernel-patches';
import { commandLineKernel, flatCommandLineKernel } from '../../fixtures/command-line-kernel';
import { buildElf, multibootHeader, PT_LOAD, u32 } from '../../fixtures/elf-builder';
import * as images from '../../fixtures/images';

function patchesOf(bytes: Buffer, command: 'multiboot' | 'multiboot2' = 'multiboot', unit = 512) {
  const reader = bufferReader(bytes, 'web.elf');
  return kernelPatches(inspectImage(reader), reader, command, unit);
}
const empty = { type: PT_LOAD, bytes: Buffer.alloc(0), memorySize: 0 };

test('an ordinary kernel stays as it is', () => {
  expect(patchesOf(images.multibootKernel())).toEqual([]);
  expect(patchesOf(images.multiboot2Kernel(), 'multiboot2')).toEqual([]);
});

test('an empty segment becomes none', () => {
  const kernel = commandLineKernel({ segments: [empty] });
  const patches = patchesOf(kernel);
  expect(patches.map(({ offset, bytes }) => [offset, bytes.toString('hex')])).toEqual([
    [52 + 32, '00000000'],
  ]);
  expect(kernel.readUInt32LE(52 + 32)).toBe(PT_LOAD);
});

test('a segment that only takes memory stays', () => {
  const kernel = commandLineKernel({ segments: [{ ...empty, memorySize: 4096, address: 0x200000 }] });
  expect(patchesOf(kernel)).toEqual([]);
});

test('a load up to the end of the file gets the address of that end', () => {
  const kernel = flatCommandLineKernel();
  const patches = patchesOf(kernel);
  expect(patches.map(({ offset, bytes }) => [offset, bytes.readUInt32LE(0)])).toEqual([
    [20, 0x100000 + kernel.length],
  ]);
});

test('refuses program headers that GRUB does not look far enough for', () => {
  const segment = { type: PT_LOAD, bytes: multibootHeader() };
  const kernel = buildElf({ bits: 32, machine: 3, headerGap: 8192, segments: [segment] });
  kernel.set(multibootHeader(), 512);
  expect(() => patchesOf(kernel)).toThrow(
    "the image 'web.elf' has program headers up to byte 8276, and GRUB finds them only in the first 8192 bytes",
  );
});

test('a file system gives a file its exact end, so nothing is mended there', () => {
  expect(patchesOf(flatCommandLineKernel(), 'multiboot', 1)).toEqual([]);
});

const BASE = 0x100000;
/** A multiboot 2 header with an address tag: header, load, load end, end of cleared memory. */
function withAddressTag(...addresses: readonly number[]): Buffer {
  const magic = 0xe85250d6;
  const header = u32(magic, 0, 48, -(magic + 48), 2, 24, ...addresses, 0, 8);
  return buildElf({ segments: [{ type: PT_LOAD, bytes: Buffer.concat([header, Buffer.alloc(8)]) }] });
}

test('multiboot 2 addresses up to the end of the file get the address of that end', () => {
  const kernel = withAddressTag(BASE, BASE, 0, 0);
  const header = kernel.indexOf(u32(0xe85250d6));
  const patches = patchesOf(kernel, 'multiboot2');
  expect(patches.map(({ offset, bytes }) => [offset, bytes.readUInt32LE(0)])).toEqual([
    [header + 16 + 16, BASE + kernel.length - header],
  ]);
});

const segment = (address: number, memorySize: number, size = 16) => ({
  type: PT_LOAD,
  bytes: Buffer.alloc(size),
  memorySize,
  address,
});
const flat = (...addresses: readonly number[]) =>
  Buffer.concat([multibootHeader(0, addresses), Buffer.alloc(32)]);

test.each([
  [
    'segments that overlap',
    commandLineKernel({ segments: [segment(BASE + 16, 4096)] }),
    'multiboot' as const,
    'cannot be loaded by GRUB: the segment for address 0x100000 overlaps the one for 0x100010',
  ],
  [
    'a segment that is larger in the file than in memory',
    commandLineKernel({ segments: [segment(0x200000, 8)] }),
    'multiboot' as const,
    'cannot be loaded by GRUB: the segment for address 0x200000 is larger in the file than in memory',
  ],
  [
    'a segment beyond 4 GiB',
    buildElf({ segments: [{ type: PT_LOAD, bytes: multibootHeader() }, segment(0xffff_f000, 0x2000)] }),
    'multiboot' as const,
    'has a segment from 0xfffff000 to 0x100001000, and GRUB loads below 4 GiB',
  ],
  [
    'an entry where nothing is',
    buildElf({ entry: 0x300000, segments: [{ type: PT_LOAD, bytes: multibootHeader() }] }),
    'multiboot' as const,
    'is entered at 0x300000, where it loads nothing',
  ],
  [
    'a demand that GRUB does not know',
    buildElf({ segments: [{ type: PT_LOAD, bytes: multibootHeader(0x80) }] }),
    'multiboot' as const,
    'demands what GRUB does not have (multiboot flags 0x80)',
  ],
  [
    'a load from before the file',
    flat(BASE + 64, BASE, BASE + 64, 0, BASE),
    'multiboot' as const,
    'has a multiboot header that is to be loaded from before the start of the file',
  ],
  [
    'a load that ends before it begins',
    flat(BASE, BASE, 0x1000, 0, BASE),
    'multiboot' as const,
    'has a multiboot header that is to be loaded from 0x100000 up to 0x1000, which is before it',
  ],
  [
    'memory that is cleared only up to what is loaded',
    flat(BASE, BASE, BASE + 64, BASE + 32, BASE),
    'multiboot' as const,
    'has a multiboot header that clears memory up to 0x100020, before the end of what is loaded, 0x100040',
  ],
  [
    'a load beyond the end of the file',
    flat(BASE, BASE, BASE + 0x10000, 0, BASE),
    'multiboot' as const,
    'has a multiboot header that loads up to byte 65536, and the file has 64',
  ],
  [
    'a load from beyond the end of the file',
    flat(0, 0x1000, 0, 0, 0x1000).subarray(0, 60),
    'multiboot' as const,
    'has a multiboot header that loads from byte 4096, and the file has 60',
  ],
  [
    'a load up to 4 GiB',
    flat(0xffff_ffd0, 0xffff_ffd0, 0, 0, 0xffff_ffd0).subarray(0, 48),
    'multiboot' as const,
    'is loaded up to 0x100000000, beyond what its multiboot header clears or 4 GiB',
  ],
  [
    'multiboot 2 addresses that contradict each other',
    withAddressTag(BASE, BASE, BASE + 16, BASE + 8),
    'multiboot2' as const,
    'has a multiboot header that clears memory up to 0x100008, before the end of what is loaded, 0x100010',
  ],
])('refuses %s', (_, bytes, command, reason) => {
  expect(() => patchesOf(bytes, command)).toThrow(
    expect.objectContaining({ code: 'image.not-bootable', message: `the image 'web.elf' ${reason}` }),
  );
});
