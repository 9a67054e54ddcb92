import { type HttpGuest, startGuest } from '../http-guest';
import type { FakeDisk } from './disk';

/**
 * Boots a disk as an instance on Nitro sees its volume.
 * @param file where the disk is written
 */
export async function startNitroGuest(disk: FakeDisk, file: string): Promise<HttpGuest> {
  await disk.writeTo(file);
  const machine = ['-machine', 'pc', '-m', '32', '-device', 'virtio-net-pci,netdev=net,romfile='];
  const volume = ['-drive', `if=none,id=disk,format=raw,file=${file}`, '-device', 'nvme,drive=disk,serial=1'];
  return startGuest('qemu-system-x86_64', [...machine, ...volume]);
}
