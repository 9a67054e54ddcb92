import { bufferReader, inspectImage } from '../../../lib/image';
import { kernelPatches } from '../../../lib/image/forge/kernel-patches';
import { commandLineKernel, flatCommandLineKernel } from '../../fixtures/command-line-kernel';
import { buildElf, multibootHeader, PT_LOAD } from '../../fixtures/elf-builder';
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
