import { join } from 'node:path';
import { forgeDisk } from '../../../lib/image';
import { buildRealLoader, temporaryFolder, testWith } from '../../helpers/boot-fixture';
import { endGuest, endGuestsAfterwards, startGuest } from '../../helpers/http-guest';
import { helloKernel } from '../../helpers/unikernel';

const folder = temporaryFolder();
const boots = testWith('qemu-system-x86_64', 'grub-mkimage', 'make', 'gcc');
endGuestsAfterwards();

const BUSES = {
  'virtio-blk': ['-device', 'virtio-blk-pci,drive=disk'],
  'virtio-scsi': ['-device', 'virtio-scsi-pci', '-device', 'scsi-hd,drive=disk'],
  NVMe: ['-device', 'nvme,drive=disk,serial=1'],
  IDE: ['-device', 'ide-hd,drive=disk'],
} as const;

boots('the hello unikernel answers from a forged disk on every bus that a BIOS reads', async () => {
  const disk = join(folder, 'hello.raw');
  const bootArgs = ['--greeting=hello  "bios" $x', '--version=4'];
  await forgeDisk(helloKernel(), { bootArgs }, buildRealLoader(join(folder, 'loader')), disk);
  const answers = await Promise.all(
    Object.entries(BUSES).map(async ([bus, device]) => {
      // An IDE disk may not be read-only; a snapshot keeps the file as it is.
      const drive = ['-drive', `if=none,id=disk,format=raw,snapshot=on,file=${disk}`, ...device];
      const machine = ['-machine', 'pc', '-m', '32', '-device', 'virtio-net-pci,netdev=net,romfile='];
      const guest = await startGuest('qemu-system-x86_64', [...machine, ...drive]);
      const answer = await guest.answer();
      await endGuest(guest);
      return `${bus}: ${answer.split(' instance=')[0]}`;
    }),
  );
  expect(answers).toEqual(Object.keys(BUSES).map((bus) => `${bus}: hello  "bios" $x version=4`));
});
