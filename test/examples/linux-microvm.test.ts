import { join } from 'node:path';
import { commandLine, forgeDisk, loadLoader } from '../../lib/image';
import { temporaryFolder } from '../helpers/boot-fixture';
import { endGuest, endGuestsAfterwards, type HttpGuest, startGuest } from '../helpers/http-guest';
import { linuxMicrovm, testWithLinux } from '../helpers/linux-microvm';

// Under emulation, beside other tests: a boot from a disk takes 6 s alone.
jest.setTimeout(180_000);

const GREETING = 'good  "day", it\'s $x $' + '{y} back\\slash; #1 ünïcödé → 火';
const BOOT_ARGS = [`--greeting=${GREETING}`, '--version=7', '--keepalive-age=0'];
const ANSWER = `${GREETING} version=7 instance=guest-7\n`;

const boots = testWithLinux('amd64', 'qemu-system-x86_64', 'make', 'gcc');
const folder = temporaryFolder();
endGuestsAfterwards();

const VIRTIO_NET = ['-device', 'virtio-net-pci,netdev=net,romfile='];

function startPc(args: readonly string[]): Promise<HttpGuest> {
  const machine = ['-machine', 'pc', '-cpu', 'max', '-m', '128'];
  return startGuest('qemu-system-x86_64', [...machine, ...VIRTIO_NET, ...args]);
}

const BUSES = {
  'virtio-blk': ['-device', 'virtio-blk-pci,drive=disk'],
  'virtio-scsi': ['-device', 'virtio-scsi-pci', '-device', 'scsi-hd,drive=disk'],
  NVMe: ['-device', 'nvme,drive=disk,serial=1'],
  IDE: ['-device', 'ide-hd,drive=disk'],
} as const;

describe('the forged disk', () => {
  let guests: Promise<Record<string, HttpGuest>> | undefined;

  /** All at once: they share the time in which the others' loaders wait for their disks. */
  async function startAll(): Promise<Record<string, HttpGuest>> {
    const { kernel, initrd } = linuxMicrovm();
    const disk = join(folder, 'linux.raw');
    await forgeDisk(kernel, { bootArgs: BOOT_ARGS, initrd }, loadLoader('bios'), disk);
    // An IDE disk may not be read-only; a snapshot keeps the file as it is.
    const drive = ['-drive', `if=none,id=disk,format=raw,snapshot=on,file=${disk}`];
    const started = Object.entries(BUSES).map(
      async ([bus, device]) => [bus, await startPc([...drive, ...device])] as const,
    );
    return Object.fromEntries(await Promise.all(started));
  }

  boots.each(Object.keys(BUSES))('boots from %s and answers with the arguments it was given', async (bus) => {
    guests ??= startAll();
    const guest = (await guests)[bus]!;
    expect(await guest.answer()).toBe(ANSWER);
    await guest.says('http: listening on port 8080');
    await endGuest(guest);
  });
});

boots('QEMU loads kernel and initramfs itself, with the same arguments', async () => {
  const { kernel, initrd } = linuxMicrovm();
  const guest = await startPc(['-kernel', kernel, '-initrd', initrd, '-append', commandLine(BOOT_ARGS)]);
  expect(await guest.answer()).toBe(ANSWER);
  await endGuest(guest);
});
