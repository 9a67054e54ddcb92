import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandLine, forgeDisk, type Loader, MAX_COMMAND_LINE } from '../../../lib/image';
import { commandLineKernel, flatCommandLineKernel } from '../../fixtures/command-line-kernel';
import { note, PT_LOAD, PT_NOTE, u32 } from '../../fixtures/elf-builder';
import {
  bootAndRead,
  buildRealLoader,
  temporaryFolder,
  testWith,
  virtioDisk,
} from '../../helpers/boot-fixture';

const AWKWARD = [
  '--greeting=hello world',
  "it's",
  'say "hi"',
  '$x $' + '{y} $(z)',
  'back\\slash',
  'trailing\\',
  '\\x41',
  'semi;colon',
  '#hash',
  '{}',
  '|&<>',
  '*?[a]',
  '~',
  '!x',
  '%d',
  'a  b',
  ' edge ',
  'comma,comma',
  '(hd0)+1',
  '--',
  "'",
  '"',
  '\\',
  'ünïcödé → 火',
];

const folder = temporaryFolder();
const boots = testWith('qemu-system-x86_64', 'grub-mkimage');
const kernel = join(folder, 'kernel.elf');
let loader: Loader | undefined;

beforeAll(() => writeFileSync(kernel, commandLineKernel()));

async function bootDisk(file: string, bootArgs: readonly string[], devices = virtioDisk): Promise<string> {
  const out = join(folder, `${Math.random().toString(36).slice(2)}.raw`);
  loader ??= buildRealLoader(join(folder, 'loader'));
  await forgeDisk(file, { bootArgs }, loader, out);
  return await bootAndRead(folder, devices(out));
}

boots('a forged disk gives the kernel its arguments, whatever characters they have', async () => {
  expect(await bootDisk(kernel, AWKWARD)).toBe(`${commandLine(AWKWARD)}\0`);
});

boots('QEMU gives the kernel the same command line, after the file name', async () => {
  const args = ['-kernel', kernel, '-append', commandLine(AWKWARD)];
  expect(await bootAndRead(folder, args)).toBe(`${kernel} ${commandLine(AWKWARD)}\0`);
});

boots('the longest possible command line arrives, also when every character needs quoting', async () => {
  const quotes = Array.from({ length: 4 }, () => "'".repeat(511));
  expect(Buffer.byteLength(commandLine(quotes))).toBe(MAX_COMMAND_LINE - 5);
  expect(await bootDisk(kernel, quotes)).toBe(`${commandLine(quotes)}\0`);
});

boots('a kernel without arguments gets an empty command line', async () => {
  expect(await bootDisk(kernel, [])).toBe('\0');
});

boots('a kernel that skips the first word still gets all its arguments', async () => {
  const solo5 = join(folder, 'solo5.elf');
  const abi = note('Solo5', 0x31494241, u32(3, 1));
  writeFileSync(solo5, commandLineKernel({ segments: [{ type: PT_NOTE, bytes: abi, address: 0 }] }));
  expect(await bootDisk(solo5, ['--ipv4=10.0.0.2/24'])).toBe('kernel --ipv4=10.0.0.2/24\0');
});

boots('a kernel with an empty segment over another, as Unikraft links it, boots', async () => {
  const unikraft = join(folder, 'unikraft.elf');
  const empty = { type: PT_LOAD, bytes: Buffer.alloc(0), memorySize: 0, address: 0x100000 };
  writeFileSync(unikraft, commandLineKernel({ segments: [empty] }));
  expect(await bootDisk(unikraft, ['-- x'])).toBe('"-- x"\0');
});

boots('a flat kernel that is to be loaded up to the end of its file boots', async () => {
  const flat = join(folder, 'flat.bin');
  writeFileSync(flat, flatCommandLineKernel());
  expect(await bootDisk(flat, ['flat'])).toBe('flat\0');
});

boots('a kernel whose size is a multiple of a sector boots', async () => {
  const even = join(folder, 'even.elf');
  const bytes = commandLineKernel();
  writeFileSync(even, Buffer.concat([bytes, Buffer.alloc(1024 - bytes.length)]));
  expect(await bootDisk(even, ['even'])).toBe('even\0');
});

const DEVICES: Readonly<Record<string, string[]>> = {
  IDE: ['-device', 'ide-hd,drive=disk0'],
  'virtio-scsi': ['-device', 'virtio-scsi-pci', '-device', 'scsi-hd,drive=disk0'],
  NVMe: ['-device', 'nvme,serial=1,drive=disk0'],
};
for (const [name, device] of Object.entries(DEVICES)) {
  boots(`a forged disk boots from ${name}`, async () => {
    // QEMU's IDE disks cannot be read-only; a snapshot keeps the file as it is.
    const devices = (file: string) => [
      '-drive',
      `if=none,id=disk0,format=raw,snapshot=on,file=${file}`,
      ...device,
    ];
    expect(await bootDisk(kernel, [name], devices)).toBe(`${name}\0`);
  });
}

boots('a forged disk boots when it is not the first disk', async () => {
  const other = join(folder, 'data.raw');
  writeFileSync(other, Buffer.alloc(1024 * 1024, 0x55));
  const devices = (file: string) => [
    ...[
      '-drive',
      `if=none,id=data,format=raw,readonly=on,file=${other}`,
      '-device',
      'virtio-blk-pci,drive=data',
    ],
    ...['-drive', `if=none,id=disk0,format=raw,readonly=on,file=${file}`],
    ...['-device', 'virtio-blk-pci,drive=disk0,bootindex=1'],
  ];
  expect(await bootDisk(kernel, ['second'], devices)).toBe('second\0');
});

boots(
  'a kernel that the loader cannot start is reported on the serial console, and the machine halts',
  async () => {
    const broken = join(folder, 'broken.elf');
    // Its one segment wants an address that no small machine has.
    const far = { type: PT_LOAD, bytes: Buffer.alloc(16), memorySize: 16, address: 0xf0000000 };
    writeFileSync(broken, commandLineKernel({ segments: [far] }));
    const output = await bootDisk(broken, []);
    expect(output).toContain('kiln: the boot loader cannot start the kernel of this disk:');
    expect(output).toContain('error: ');
  },
);
