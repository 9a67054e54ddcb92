import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hashImage, hashInitrd, inspectImage, requireTakesInitrd } from '../../lib/image';
import * as images from '../fixtures/images';
import { temporaryFolder } from '../helpers/boot-fixture';

const folder: string = temporaryFolder();

function fileWith(name: string, bytes: Buffer | string): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

test('an initrd is read whatever it holds', () => {
  const path = fileWith('initramfs', 'any bytes');
  expect(hashInitrd(path)).toEqual({ ...hashImage(path), size: 9 });
});

function emptyFolder(): string {
  mkdirSync(join(folder, 'root'));
  return join(folder, 'root');
}

const NOT_THERE = /^there is no initrd at '.*none'$/;
const unusable: [what: string, path: () => string, code: string, message: RegExp][] = [
  ['a file that is not there', () => join(folder, 'none'), 'image.missing', NOT_THERE],
  ['a file below a file', () => join(fileWith('flat', 'x'), 'none'), 'image.missing', NOT_THERE],
  ['a folder', emptyFolder, 'image.not-a-file', /^the initrd '.*root' is a folder$/],
  ['a device', () => '/dev/null', 'image.not-a-file', /^the initrd '\/dev\/null' is no file$/],
  ['an empty file', () => fileWith('empty', ''), 'image.empty', /^the initrd '.*empty' is empty$/],
  [
    'too long a name',
    () => `${folder}/${'n'.repeat(300)}`,
    'image.unreadable',
    /cannot be read: ENAMETOOLONG/,
  ],
];

test.each(unusable)('refuses %s', (_, path, code, message) => {
  expect(() => hashInitrd(path())).toThrow(
    expect.objectContaining({ code, message: expect.stringMatching(message) }),
  );
});

const taking: [string, () => Buffer][] = [
  ['multiboot', images.multibootKernel],
  ['multiboot2', images.multiboot2Kernel],
  ['PVH', images.pvhKernel],
  ['Linux', images.bzImage],
];

test.each(taking)('a %s kernel takes one', (name, kernel) => {
  const image = inspectImage(fileWith(`${name}.elf`, kernel()));
  expect(() => requireTakesInitrd(image)).not.toThrow();
});

test('refuses one for a kernel that no loader gives it to', () => {
  const kernel = fileWith('app.efi', images.uefiApp());
  expect(() => requireTakesInitrd(inspectImage(kernel))).toThrow(
    expect.objectContaining({
      code: 'image.no-initrd',
      message: `the kernel '${kernel}' takes no initrd: it boots by UEFI, and only Linux, multiboot, PVH and Xen PV kernels get one`,
    }),
  );
});
