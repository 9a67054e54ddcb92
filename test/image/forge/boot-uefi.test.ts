import { chmodSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandLine, type ForgeOptions, forgeDisk, type Loader, loadLoader } from '../../../lib/image';
import { bootableUefiApp } from '../../fixtures/bootable-uefi-app';
import {
  commandLineKernel,
  moduleKernel,
  multiboot2CommandLineKernel,
} from '../../fixtures/command-line-kernel';
import { commandLineLinux } from '../../fixtures/command-line-linux';
import { PT_LOAD } from '../../fixtures/elf-builder';
import { buildRealLoader, temporaryFolder } from '../../helpers/boot-fixture';
import { endGuest, endGuestsAfterwards, startGuest } from '../../helpers/http-guest';
import { linuxMicrovm, testWithLinux } from '../../helpers/linux-microvm';
import { bootUefiAndRead, testWithUefi, uefiMachine } from '../../helpers/uefi-guest';
import { helloKernel } from '../../helpers/unikernel';

// Firmware under emulation, beside other tests.
jest.setTimeout(180_000);

const folder = temporaryFolder();
const boots = testWithUefi('x86-64', 'grub-mkimage');
const bootsArm64 = testWithUefi('arm64', 'grub-mkimage');
endGuestsAfterwards();

const ARGS = ['--greeting=hello  world', "it's", '"hi"', '$x $' + '{y}', 'back\\slash', 'ünï → 火'];
/** Nearly the 4096 bytes that a command line may have; Linux takes half of it. */
const MANY_ARGS = [...ARGS, "'".repeat(500), 'x'.repeat(2900)];
const BESIDE = 'what is loaded beside the kernel';
const DEVICES = {
  'virtio-blk': ['-device', 'virtio-blk-pci,drive=disk0'],
  'virtio-scsi': ['-device', 'virtio-scsi-pci', '-device', 'scsi-hd,drive=disk0'],
  NVMe: ['-device', 'nvme,serial=1,drive=disk0'],
} as const;

const QEMU = { 'x86-64': 'x86_64', arm64: 'aarch64' } as const;

let loader: Loader | undefined;
async function forge(kernel: Buffer | string, options: ForgeOptions): Promise<string> {
  if (!loader) {
    const place = join(folder, 'loader');
    buildRealLoader(place);
    loader = loadLoader('uefi', place);
  }
  const name = join(folder, Math.random().toString(36).slice(2));
  if (typeof kernel !== 'string') writeFileSync(name, kernel);
  const file = typeof kernel === 'string' ? kernel : name;
  return (await forgeDisk(file, { ...options, layout: 'uefi' }, loader, `${name}.raw`)).path;
}

function besideFile(): string {
  const file = join(folder, 'beside');
  writeFileSync(file, BESIDE);
  return file;
}

boots.each([
  ['multiboot', 'virtio-blk', moduleKernel(), '', MANY_ARGS],
  ['multiboot2', 'NVMe', multiboot2CommandLineKernel(), '', MANY_ARGS],
  ['Linux', 'virtio-scsi', commandLineLinux(), 'BOOT_IMAGE=/kiln/kernel ', ARGS],
] as const)(
  'UEFI starts a %s kernel from %s, with its arguments and the file beside it',
  async (_, bus, kernel, front, bootArgs) => {
    const disk = await forge(kernel, { bootArgs, initrd: besideFile() });
    const output = await bootUefiAndRead('x86-64', folder, disk, DEVICES[bus]);
    // Before it GRUB says that there is no screen; its lines end in a line feed and a carriage return.
    expect(output.slice(output.lastIndexOf('\r') + 1)).toBe(`${front}${commandLine(bootArgs)}\0${BESIDE}`);
  },
);

boots('UEFI starts an application as it is', async () => {
  const disk = await forge(bootableUefiApp('x86-64', 'hello from the application'), { bootArgs: [] });
  expect(await bootUefiAndRead('x86-64', folder, disk)).toMatch(/hello from the application$/);
});

boots('a kernel that cannot be started is reported on the console, and the machine halts', async () => {
  // It wants more memory than a small machine has.
  const large = { type: PT_LOAD, bytes: Buffer.alloc(16), memorySize: 0x70000000, address: 0x200000 };
  const disk = await forge(commandLineKernel({ segments: [large] }), { bootArgs: [] });
  const output = await bootUefiAndRead('x86-64', folder, disk);
  expect(output).toContain('error: out of memory');
  expect(output).toContain('kiln: the boot loader cannot start the kernel of this disk');
});

boots('the hello unikernel answers from a disk for UEFI on NVMe, in a volume of a cloud', async () => {
  const disk = await forge(helloKernel(), { bootArgs: ['--greeting=hello uefi', '--version=9'] });
  // It is larger than the disk, so that the second partition table is not at its end.
  chmodSync(disk, 0o644);
  truncateSync(disk, 1024 ** 3);
  const devices = ['-device', 'virtio-net-pci,netdev=net,romfile=', ...DEVICES.NVMe];
  const guest = await startGuest('qemu-system-x86_64', uefiMachine('x86-64', disk, devices));
  expect(await guest.answer()).toContain('hello uefi version=9');
  await endGuest(guest);
});

bootsArm64('UEFI on arm64 starts an application as it is', async () => {
  const disk = await forge(bootableUefiApp('arm64', 'hello from arm64'), { bootArgs: [] });
  expect(await bootUefiAndRead('arm64', folder, disk)).toMatch(/hello from arm64$/);
});

const LINUX = {
  'x86-64': { arch: 'amd64', tools: ['qemu-system-x86_64', 'make', 'gcc'], bus: 'NVMe', able: boots },
  arm64: {
    arch: 'arm64',
    tools: ['qemu-system-aarch64', 'make', 'aarch64-linux-gnu-gcc'],
    bus: 'virtio-blk',
    able: bootsArm64,
  },
} as const;
for (const machine of ['x86-64', 'arm64'] as const) {
  const { arch, tools, bus, able } = LINUX[machine];
  const bootsLinux = able === test ? testWithLinux(arch, ...tools) : able;
  bootsLinux(`UEFI on ${machine} starts Linux from ${bus}, with its initramfs and arguments`, async () => {
    const { kernel, initrd } = linuxMicrovm(arch);
    const disk = await forge(kernel, { bootArgs: ['--greeting=hello "uefi"', '--version=3'], initrd });
    const devices = ['-device', 'virtio-net-pci,netdev=net,romfile=', ...DEVICES[bus]];
    const guest = await startGuest(`qemu-system-${QEMU[machine]}`, uefiMachine(machine, disk, devices));
    expect(await guest.answer()).toContain('hello "uefi" version=3');
    await endGuest(guest);
  });
}
