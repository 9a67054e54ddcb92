import { bufferReader, inspectImage } from '../../lib/image';
import { type BootWishes, planBoot } from '../../lib/runtime/boot-plan';
import * as images from '../fixtures/images';
import { SYSTEM_FILES } from '../fixtures/systems';

const plan = (bytes: Buffer, wishes: BootWishes = {}) =>
  planBoot(inspectImage(bufferReader(bytes, 'web.img')), wishes);

test.each([
  ['a kernel that QEMU loads', images.multibootKernel(), {}, 'direct', false],
  ['a kernel from a disk', images.multibootKernel(), { boot: 'disk' }, 'bios', false],
  ['a kernel by UEFI', images.multibootKernel(), { uefi: true }, 'uefi', true],
  ['a 64 bit kernel that QEMU does not load', images.multiboot64Kernel(), {}, 'bios', false],
  ['a multiboot2 kernel', images.multiboot2Kernel(), {}, 'bios', false],
  ['Linux', images.bzImage(), {}, 'direct', false],
  ['a UEFI application', images.uefiApp(), {}, 'uefi', true],
  ['a raw disk', images.mbrDisk(), {}, 'ready', false],
  ['a qcow2', images.qcow2(), {}, 'ready', false],
  ['a raw disk by UEFI', images.mbrDisk(), { uefi: true }, 'ready', true],
] as const)('%s', (_, bytes, wishes, way, isUefi) => {
  expect(plan(bytes, wishes)).toMatchObject({ architecture: 'x86-64', way, isUefi });
});

test('arm64 is another machine, with UEFI for every disk', () => {
  expect(plan(images.arm64Image())).toMatchObject({ architecture: 'arm64', way: 'direct', isUefi: false });
  expect(plan(images.arm64Image(), { boot: 'disk' })).toMatchObject({ way: 'uefi', isUefi: true });
  expect(plan(images.uefiApp(0xaa64))).toMatchObject({ architecture: 'arm64', way: 'uefi', isUefi: true });
});

test('the memory is what the system needs, what UEFI needs, or what was asked for', () => {
  expect(plan(images.multibootKernel()).memoryMib).toBe(64);
  expect(plan(images.multibootKernel(), { uefi: true }).memoryMib).toBe(256);
  expect(plan(images.bzImage()).memoryMib).toBe(256);
  expect(plan(images.bzImage(), { memoryMib: 20 }).memoryMib).toBe(20);
});

test('what is not as one might expect is said', () => {
  expect(plan(images.multiboot64Kernel()).notices).toEqual([
    'QEMU does not load such a kernel by itself, so it boots from a forged disk',
  ]);
  expect(plan(images.multiboot64Kernel(), { boot: 'disk' }).notices).toEqual([]);
  expect(plan(images.unikraftEfi()).notices).toEqual([
    expect.stringMatching(/^it may not come up: started by OVMF/),
  ]);
  expect(plan(SYSTEM_FILES['tamago any']!(), { bootArgs: ['x'] }).notices).toEqual([
    'TamaGo does not read boot arguments: its own are fixed when it is built',
  ]);
});

test('Linux without a console is told how to get one', () => {
  const hint = (port: string) => [
    `Linux shows nothing here unless its arguments name the serial port: 'console=${port}'`,
  ];
  expect(plan(images.bzImage(), { bootArgs: ['quiet'] }).notices).toEqual(hint('ttyS0'));
  expect(plan(images.arm64Image()).notices).toEqual(hint('ttyAMA0'));
  expect(plan(images.bzImage(), { bootArgs: ['console=ttyS0'] }).notices).toEqual([]);
});

test('refuses arguments that Rumprun would get with backslashes', () => {
  const rumprun = SYSTEM_FILES['rumprun hw']!();
  expect(plan(rumprun, { initrd: 'web.json' }).way).toBe('direct');
  expect(() => plan(rumprun, { bootArgs: ['{"cmdline":"web"}'] })).toThrow('and Rumprun knows no quoting');
});

test.each<[string, Buffer, BootWishes, string, string | RegExp]>([
  [
    'a Xen PV guest',
    images.rumprunXen(),
    {},
    'image.not-bootable',
    /^'web.img' is Rumprun, a paravirtual Xen guest, and QEMU is no Xen$/,
  ],
  ['Solo5 for its own tender', images.solo5(1), {}, 'image.not-bootable', /runs only under solo5-hvt/],
  [
    'a program without its kernel',
    images.hermitApp(),
    {},
    'image.not-bootable',
    /it is started by hermit-loader, which is the kernel to give/,
  ],
  ['a kernel for Firecracker only', images.unikraftFc(), {}, 'image.not-bootable', /64 bit entry only/],
  [
    'an initrd beside a disk',
    images.mbrDisk(),
    { initrd: 'x' },
    'image.no-initrd',
    "'web.img' is a disk, which loads everything itself, so it takes no initrd",
  ],
  [
    'an initrd for a UEFI application',
    images.uefiApp(),
    { initrd: 'x' },
    'image.no-initrd',
    /takes no initrd/,
  ],
  ['a text', Buffer.from('#!/bin/sh\n'), {}, 'image.not-bootable', /it is a script/],
])('refuses %s', (_, bytes, wishes, code, message) => {
  expect(() => plan(bytes, wishes)).toThrow(
    expect.objectContaining({
      code,
      message: typeof message === 'string' ? message : expect.stringMatching(message),
    }),
  );
});
