import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type DiskLayout, forgeDisk, type Loader, loaderOf } from '../../../lib/image';
import { uefiLoaderOf } from '../../../lib/image/forge/loader';
import { inspectImage } from '../../../lib/image/inspect';
import { commandLineLinux } from '../../fixtures/command-line-linux';
import * as images from '../../fixtures/images';
import { temporaryFolder } from '../../helpers/boot-fixture';

const folder = temporaryFolder();

const GRUB = Buffer.alloc(512);
GRUB.set([0xeb, 0xfe]);
GRUB.write('GRUB ', 0x180, 'latin1');
GRUB.writeUInt16LE(0xaa55, 510);
const LOADERS: Readonly<Record<DiskLayout, Loader>> = {
  bios: loaderOf(GRUB, Buffer.alloc(1000, 1)),
  uefi: uefiLoaderOf(images.uefiApp(), images.uefiApp(0xaa64)),
  'xen-pv': { layout: 'xen-pv', digest: '' },
};
const BOOT_ARGS = ['--greeting=hello world', "it's", '$HOME', 'ä', '\\', '"'];
const COMMAND_LINE = '"--greeting=hello world" it\\\'s $HOME ä \\\\ \\"';

async function forged(kernel: Buffer, layout: DiskLayout, bootArgs: readonly string[] = BOOT_ARGS) {
  const [source, out] = [join(folder, 'kernel'), join(folder, 'disk.raw')];
  writeFileSync(source, kernel);
  await forgeDisk(source, { bootArgs, layout }, LOADERS[layout], out);
  return inspectImage(out);
}

// The layouts as they are really made, so that a change of the one is a change of the other.
test.each([
  ['multiboot for a BIOS', images.solo5(3), 'bios', ['bios-disk'], 'solo5'],
  ['Linux for a BIOS', commandLineLinux(), 'bios', ['bios-disk'], 'linux'],
  ['multiboot for UEFI', images.unikraft(), 'uefi', ['uefi-disk'], 'unikraft'],
  ['Linux for PV-GRUB', commandLineLinux(), 'xen-pv', [], 'linux'],
] as const)(
  '%s: a disk says its system and its arguments',
  async (_, kernel, layout, bootProtocols, system) => {
    expect(await forged(kernel, layout)).toMatchObject({
      bootProtocols,
      system: { id: system, argumentStyle: 'fixed' },
      commandLine: COMMAND_LINE,
      warnings: [],
      contains: { size: expect.any(Number), system: { id: system } },
    });
  },
);

test("Unikraft's application has its arguments in a file beside it", async () => {
  const app = Buffer.concat([images.unikraftEfi(), Buffer.from('\\EFI\\BOOT\\web server.cmdl\0')]);
  expect(await forged(app, 'uefi')).toMatchObject({
    bootProtocols: ['uefi-disk'],
    machine: 'x86-64',
    system: { id: 'unikraft', variant: 'efi' },
    commandLine: COMMAND_LINE,
  });
});

test('a disk without arguments has an empty command line', async () => {
  expect((await forged(images.solo5(3), 'bios', [])).commandLine).toBe('');
  expect(readFileSync(join(folder, 'disk.raw')).includes("'kernel'")).toBe(true);
});
