import { bufferReader } from '../../../lib/image';
import {
  requireFitsLinux,
  requireLoadableArm64,
  requireLoadableLinux,
} from '../../../lib/image/forge/linux-header';
import { commandLineLinux } from '../../fixtures/command-line-linux';
import * as images from '../../fixtures/images';

const load = (bytes: Buffer) => requireLoadableLinux(bufferReader(bytes, 'bzImage'));

test.each([
  ['a kernel of today', {}, 2047],
  ['a kernel that takes less', { cmdlineSize: 255 }, 255],
  ['a kernel that claims more than Linux keeps', { cmdlineSize: 65_535 }, 2047],
  ['a kernel that does not say it', { version: 0x205 }, 255],
  ['a kernel before init_size', { version: 0x209, initSize: 0 }, 2047],
])('%s can be loaded', (_, header, longest) => {
  expect(load(commandLineLinux(header))).toBe(longest);
});

test.each([
  [
    'an old boot protocol',
    { version: 0x202 },
    'has the Linux boot protocol 2.02, and GRUB needs 2.03 or later',
  ],
  [
    'a zImage',
    { loadflags: 0 },
    'is a Linux zImage, which is loaded below 1 MiB, and GRUB starts only a bzImage',
  ],
  ['too much setup code', { setupSects: 65 }, 'has 65 sectors of setup code, and GRUB takes at most 64'],
  [
    'an entry below what is loaded',
    { code32Start: 0x10000 },
    'starts at 0x10000, outside of what is loaded at 0x100000',
  ],
  [
    'an entry behind it',
    { code32Start: 0x200000 },
    'starts at 0x200000, outside of what is loaded at 0x100000',
  ],
  [
    'too little memory',
    { initSize: 16 },
    'asks for 16 bytes of memory to start in, and its code alone has 80',
  ],
])('refuses %s', (_, header, reason) => {
  expect(() => load(commandLineLinux(header))).toThrow(
    expect.objectContaining({
      code: 'image.not-bootable',
      message: `the image 'bzImage' ${reason}`,
      remedy: "Give the 'bzImage' of a Linux kernel from 2.6.20 or later, as distributions package it.",
    }),
  );
});

test('refuses arguments that Linux would cut off', () => {
  expect(() => requireFitsLinux(['x'.repeat(231)], 255, '/kiln/kernel')).not.toThrow();
  expect(() => requireFitsLinux(['x'.repeat(232)], 255, '/kiln/kernel')).toThrow(
    'the boot arguments make a command line of 256 bytes, 24 of them put in front by GRUB, and this Linux kernel takes at most 255',
  );
});

test('an arm64 kernel with the EFI stub can be loaded', () => {
  expect(requireLoadableArm64(bufferReader(images.arm64Image(true)))).toBe(2047);
});

test('refuses an arm64 kernel without the EFI stub', () => {
  expect(() => requireLoadableArm64(bufferReader(images.arm64Image(false), 'Image'))).toThrow(
    "the image 'Image' is an arm64 kernel without the EFI stub, and UEFI starts no other",
  );
});
