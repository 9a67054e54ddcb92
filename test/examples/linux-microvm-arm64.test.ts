import { commandLine } from '../../lib/image';
import { endGuest, endGuestsAfterwards, type HttpGuest, startGuest } from '../helpers/http-guest';
import { linuxMicrovm, testWithLinux } from '../helpers/linux-microvm';

// Under emulation, beside other tests; the firmware alone takes some seconds.
jest.setTimeout(180_000);

const FIRMWARE = '/usr/share/AAVMF/AAVMF_CODE.fd';
// In ASCII: QEMU's loader in the firmware takes each byte of a command line for a character of its own.
const GREETING = 'good  "day", $x \\ #1';
const BOOT_ARGS = [`--greeting=${GREETING}`, '--version=7'];
const ANSWER = `${GREETING} version=7 instance=guest-7\n`;

const boots = testWithLinux('arm64', 'qemu-system-aarch64', 'make', 'aarch64-linux-gnu-gcc');
endGuestsAfterwards();

function startVirt(args: readonly string[]): Promise<HttpGuest> {
  const machine = ['-machine', 'virt', '-cpu', 'cortex-a72', '-m', '256'];
  const nic = ['-device', 'virtio-net-pci,netdev=net,romfile='];
  return startGuest('qemu-system-aarch64', [...machine, ...nic, ...args]);
}

boots.each([
  ['by QEMU itself', []],
  ['by AAVMF, as a UEFI application', ['-bios', FIRMWARE]],
])('an arm64 kernel and its initramfs are started %s', async (_, firmware) => {
  const { kernel, initrd } = linuxMicrovm('arm64');
  const guest = await startVirt([
    ...firmware,
    ...['-kernel', kernel, '-initrd', initrd, '-append', commandLine(BOOT_ARGS)],
  ]);
  expect(await guest.answer()).toBe(ANSWER);
  await endGuest(guest);
});
