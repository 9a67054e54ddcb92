import type { BootProtocol } from '../../systems';
import { tryReadDisk } from './disk';
import { tryFindKernel } from './disk-kernel';
import type { Evidence } from './image-inspection';
import type { FormatReader } from './read-format';
import { findUefiBoots } from './uefi-boot';

/** A raw disk: how firmware starts it, and the kernel that its loader starts then. */
export const readDisk: FormatReader = (reader) => {
  const disk = tryReadDisk(reader);
  if (!disk) return undefined;
  const uefi = findUefiBoots(disk.volumes);
  const kernel = tryFindKernel(reader, disk, uefi);
  const bootProtocols: BootProtocol[] = [];
  const evidence: Evidence[] = [{ offset: 510, fact: 'boot signature 55 AA' }];
  if (disk.table === 'gpt') evidence.push({ offset: 512, fact: "'EFI PART'" });
  if (disk.hasBootCode) {
    bootProtocols.push('bios-disk');
    evidence.push({ offset: 0, fact: 'boot code' });
  }
  if (uefi.length > 0) bootProtocols.push('uefi-disk');
  for (const { path, machine, volumeOffset } of uefi) {
    evidence.push({ offset: volumeOffset, fact: `a FAT file system with /${path} for ${machine}` });
  }
  if (kernel) evidence.push({ offset: kernel.offset, fact: kernel.fact });
  const machines = [...new Set(uefi.map(({ machine }) => machine))];
  return {
    format: `${disk.table}-disk`,
    // With programs for two machines no byte says which one it is for.
    machine: machines.length === 1 ? machines[0] : undefined,
    bootProtocols,
    partitions: disk.partitions,
    evidence,
    kernel,
  };
};
