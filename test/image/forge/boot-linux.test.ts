import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandLine, forgeDisk, type Loader } from '../../../lib/image';
import {
  commandLineKernel,
  moduleKernel,
  multiboot2CommandLineKernel,
} from '../../fixtures/command-line-kernel';
import { commandLineLinux } from '../../fixtures/command-line-linux';
import {
  bootAndRead,
  buildRealLoader,
  temporaryFolder,
  testWith,
  virtioDisk,
} from '../../helpers/boot-fixture';

const folder = temporaryFolder();
const boots = testWith('qemu-system-x86_64', 'grub-mkimage');
const kernel = join(folder, 'bzImage');
const AWKWARD = [
  '--greeting=hello  world',
  "it's",
  '"hi"',
  '$x $' + '{y}',
  'back\\slash',
  'a=b;c',
  'ünï → 火',
];
/** What GRUB puts in front, by the number of the kernel's sectors. */
const FRONT = 'BOOT_IMAGE=2048+3 ';
let loader: Loader | undefined;

beforeAll(() => writeFileSync(kernel, commandLineLinux()));

async function bootDisk(file: string, bootArgs: readonly string[], initrd?: Buffer): Promise<string> {
  const name = join(folder, Math.random().toString(36).slice(2));
  if (initrd) writeFileSync(`${name}.initrd`, initrd);
  loader ??= buildRealLoader(join(folder, 'loader'));
  const options = { bootArgs, initrd: initrd && `${name}.initrd` };
  await forgeDisk(file, options, loader, `${name}.raw`);
  return await bootAndRead(folder, virtioDisk(`${name}.raw`));
}

boots('a Linux kernel gets its arguments, whatever characters they have', async () => {
  expect(await bootDisk(kernel, AWKWARD)).toBe(`${FRONT}${commandLine(AWKWARD)}\0`);
});

boots('a Linux kernel without arguments gets what GRUB always says', async () => {
  expect(await bootDisk(kernel, [])).toBe(`${FRONT.trimEnd()}\0`);
});

boots('the longest command line that Linux takes arrives whole', async () => {
  const longest = 'x'.repeat(2047 - FRONT.length);
  expect(await bootDisk(kernel, [longest])).toBe(`${FRONT}${longest}\0`);
  await expect(bootDisk(kernel, [`${longest}x`])).rejects.toMatchObject({
    code: 'image.boot-args',
    message:
      'the boot arguments make a command line of 2048 bytes, 18 of them put in front by GRUB, and this Linux kernel takes at most 2047',
  });
});

boots.each([1, 12, 511, 512, 70_001])('an initramfs of %d bytes arrives with these bytes', async (size) => {
  const initrd = Buffer.from(randomBytes(size).toString('base64').slice(0, size));
  expect(await bootDisk(kernel, ['quiet'], initrd)).toBe(`${FRONT}quiet\0${initrd}`);
});

boots.each([
  ['multiboot', moduleKernel()],
  ['multiboot2', multiboot2CommandLineKernel()],
])('a %s kernel gets the file as its first module, with its exact size', async (name, bytes) => {
  const multiboot = join(folder, name);
  writeFileSync(multiboot, bytes);
  const module = Buffer.from('the application of the kernel');
  expect(await bootDisk(multiboot, ['a b'], module)).toBe(`"a b"\0${module}`);
});

boots('a multiboot2 kernel gets its arguments without a module', async () => {
  const multiboot2 = join(folder, 'without');
  writeFileSync(multiboot2, multiboot2CommandLineKernel());
  expect(await bootDisk(multiboot2, AWKWARD)).toBe(`${commandLine(AWKWARD)}\0`);
});

boots('a kernel that asks for no module boots with one all the same', async () => {
  const multiboot = join(folder, 'plain.elf');
  writeFileSync(multiboot, commandLineKernel());
  expect(await bootDisk(multiboot, ['x'], readFileSync(kernel))).toBe('x\0');
});
