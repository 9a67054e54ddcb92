import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { forgeDisk, writeGceArchive } from '../../../lib/image';
import { buildRealLoader, temporaryFolder, testWith } from '../../helpers/boot-fixture';
import { endGuest, endGuestsAfterwards, startGuest } from '../../helpers/http-guest';
import { helloKernel } from '../../helpers/unikernel';

const folder = temporaryFolder();
const boots = testWith('qemu-system-x86_64', 'grub-mkimage', 'make', 'gcc', 'tar');
endGuestsAfterwards();

const BUSES = {
  'virtio-blk': ['-device', 'virtio-blk-pci,drive=disk'],
  'virtio-scsi': ['-device', 'virtio-scsi-pci', '-device', 'scsi-hd,drive=disk'],
  NVMe: ['-device', 'nvme,drive=disk,serial=1'],
  IDE: ['-device', 'ide-hd,drive=disk'],
} as const;

/** What the guest says whose disk is this file. */
async function answerFrom(disk: string, device: readonly string[]): Promise<string> {
  // An IDE disk may not be read-only; a snapshot keeps the file as it is.
  const drive = ['-drive', `if=none,id=disk,format=raw,snapshot=on,file=${disk}`, ...device];
  const machine = ['-machine', 'pc', '-m', '32', '-device', 'virtio-net-pci,netdev=net,romfile='];
  const guest = await startGuest('qemu-system-x86_64', [...machine, ...drive]);
  const answer = await guest.answer();
  await endGuest(guest);
  return answer.split(' instance=')[0] ?? '';
}

async function forgeHello(name: string, bootArgs: readonly string[]): Promise<string> {
  const disk = join(folder, name);
  await forgeDisk(helloKernel(), { bootArgs }, buildRealLoader(join(folder, 'loader')), disk);
  return disk;
}

boots('the hello unikernel answers from a forged disk on every bus that a BIOS reads', async () => {
  const disk = await forgeHello('hello.raw', ['--greeting=hello  "bios" $x', '--version=4']);
  const answers = await Promise.all(
    Object.entries(BUSES).map(async ([bus, device]) => `${bus}: ${await answerFrom(disk, device)}`),
  );
  expect(answers).toEqual(Object.keys(BUSES).map((bus) => `${bus}: hello  "bios" $x version=4`));
});

boots('the hello unikernel answers from the disk in an archive for Compute Engine', async () => {
  const disk = await forgeHello('packed.raw', ['--greeting=archived', '--version=5']);
  const { path } = await writeGceArchive(disk, join(folder, 'hello.tar.gz'));
  execFileSync('tar', ['-xzSf', path, '-C', folder]);
  expect(await answerFrom(join(folder, 'disk.raw'), BUSES['virtio-scsi'])).toBe('archived version=5');
});
