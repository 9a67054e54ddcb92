import { KERNEL_SECTOR, SECTOR } from './layout';

const TABLE = 0x1be;
const TABLE_END = 0x1fe;
const ACTIVE = 0x80;
/** "Non-filesystem data": nothing tries to mount it. */
const RAW_DATA = 0xda;
/** Cylinder, head and sector of what lies beyond their reach. */
const BEYOND_CHS = [0xfe, 0xff, 0xff];

/**
 * GRUB's boot sector with a partition table that names the kernel's sectors. Without it, partitioning tools and
 * firmware would take GRUB's code for booting from floppies, which lies in the same place, for partitions.
 */
export function renderBootSector(boot: Buffer, kernelSectors: number): Buffer {
  const sector = Buffer.from(boot.subarray(0, SECTOR));
  sector.fill(0, TABLE, TABLE_END);
  sector.set([ACTIVE, ...BEYOND_CHS, RAW_DATA, ...BEYOND_CHS], TABLE);
  sector.writeUInt32LE(KERNEL_SECTOR, TABLE + 8);
  sector.writeUInt32LE(kernelSectors, TABLE + 12);
  return sector;
}
