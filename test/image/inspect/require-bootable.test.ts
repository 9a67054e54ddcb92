import type { KilnError } from '../../../lib/errors';
import { type BootTarget, bufferReader, inspectImage, requireBootable } from '../../../lib/image';
import * as images from '../../fixtures/images';
import { buildQcow2 } from '../../fixtures/qcow2';

const forged: BootTarget = { kind: 'kernel', boot: 'disk', machine: 'x86-64' };
const direct: BootTarget = { ...forged, boot: 'direct' };
const disk: BootTarget = { ...forged, kind: 'disk' };

function refusal(bytes: Buffer, target: BootTarget): KilnError | undefined {
  try {
    requireBootable(inspectImage(bufferReader(bytes, 'web.img')), target);
    return undefined;
  } catch (error) {
    return error as KilnError;
  }
}

test.each([
  ['a 32 bit multiboot kernel from a disk', images.multibootKernel(), forged],
  ['a 64 bit multiboot kernel from a disk', images.multiboot64Kernel(), forged],
  ['a multiboot2 kernel from a disk', images.multiboot2Kernel(), forged],
  ['Solo5 virtio from a disk', images.solo5(3), forged],
  ['a 32 bit multiboot kernel directly', images.multibootKernel(), direct],
  ['a 64 bit multiboot kernel that says where it goes, directly', images.solo5(3), direct],
  ['a PVH kernel directly', images.pvhKernel(), direct],
  ['a Linux kernel directly', images.bzImage(), direct],
  ['a disk as it is', images.mbrDisk(), disk],
  ['a GPT disk with boot code as it is', images.gptDisk(Buffer.alloc(0), { bootCode: true }), disk],
  ['a disk for UEFI as it is', images.uefiDisk(), disk],
  ['a disk in a qcow2', images.qcow2(), disk],
])('%s can boot', (_, bytes, target) => {
  expect(refusal(bytes, target)).toBeUndefined();
});

test.each([
  ['a script', Buffer.from('#!/bin/sh\n'), forged, 'is not a kernel: it is a script'],
  [
    'a Linux program',
    images.linuxProgram(),
    forged,
    'is not a kernel: it is an ordinary Linux program, which needs an operating system under it',
  ],
  [
    'a static Linux program',
    images.staticLinuxProgram(),
    forged,
    'is not a kernel: it is an ordinary Linux program, which needs an operating system under it',
  ],
  [
    'an object file',
    images.objectFile(),
    forged,
    'is not a kernel: it is an object file that is not linked yet',
  ],
  [
    'a Solo5 image that needs a tender',
    images.solo5(1),
    direct,
    'is Solo5 hvt: it runs only under solo5-hvt; build the virtio target',
  ],
  [
    'a Hermit program',
    images.hermitApp(),
    forged,
    "is Hermit app: it is started by hermit-loader, which is the kernel to give, with this file as its 'initrd'",
  ],
  [
    'a PVH kernel from a disk',
    images.pvhKernel(),
    forged,
    'boots by PVH only, and a forged disk for a BIOS starts multiboot, multiboot2 and Linux kernels',
  ],
  [
    'a Xen PV kernel directly',
    images.rumprunXen(),
    direct,
    'boots by Xen PV only, and QEMU loads multiboot, PVH and Linux kernels',
  ],
  [
    'a multiboot2 kernel directly',
    images.multiboot2Kernel(),
    direct,
    'boots by multiboot2 only, and QEMU loads multiboot, PVH and Linux kernels',
  ],
  [
    'a 64 bit multiboot kernel directly',
    images.multiboot64Kernel(),
    direct,
    'is a 64 bit multiboot kernel, which QEMU does not load by itself',
  ],
  ['a disk as a kernel', images.mbrDisk(), forged, 'is a disk (mbr-disk), not a kernel'],
  ['a kernel as a disk', images.multibootKernel(), disk, 'is a kernel (elf32), not a disk'],
  [
    'a GPT disk that only holds data',
    images.gptDisk(),
    disk,
    'is a disk with nothing to start: its boot sector has no code, and no EFI system partition has a boot program',
  ],
  [
    'an empty disk',
    Buffer.alloc(4096),
    disk,
    'has no boot sector (no 55 AA at byte 510): it is a file that begins with zeros only, such as an empty disk',
  ],
])('refuses %s', (_, bytes, target, reason) => {
  const error = refusal(bytes, target);
  expect(error?.code).toBe('image.not-bootable');
  expect(error?.message).toBe(`the image 'web.img' ${reason}`);
  expect(error?.remedy).toMatch(/\.$/);
});

test('what cannot start by itself is not to be mended by another file of the same target', () => {
  expect(refusal(images.solo5(1), forged)?.remedy).toBe(
    'Give what its toolchain builds for a target that starts by itself.',
  );
});

test('refuses a kernel for another machine', () => {
  const error = refusal(images.arm64Kernel(), forged);
  expect(error?.code).toBe('image.wrong-machine');
  expect(error?.message).toBe("the image 'web.img' is for arm64 machines, and this platform has x86-64");
});

test('refuses a qcow2 when the disk inside does not boot', () => {
  const error = refusal(buildQcow2({ content: Buffer.alloc(4096, 'no disk ') }), disk);
  expect(error?.code).toBe('image.not-bootable');
  expect(error?.message).toMatch(/^the image 'web.img, the disk inside' has no boot sector/);
});
