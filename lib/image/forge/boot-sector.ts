import { SECTOR } from './layout';

const TABLE = 0x1be;
const TABLE_END = 0x1fe;
const ENTRY = 16;
const ACTIVE = 0x80;
/** Cylinder, head and sector of what lies beyond their reach. */
const BEYOND_CHS = [0xfe, 0xff, 0xff];

/** An entry of a boot sector's partition table. */
export interface MbrPartition {
  /** First sector. */
  readonly sector: number;
  readonly sectors: number;
  /** Type, such as 0x0c. */
  readonly type: number;
  /** Marked as the one to boot. */
  readonly active: boolean;
}

/** "Non-filesystem data": nothing tries to mount it. */
export const RAW_DATA = 0xda;

/**
 * GRUB's boot sector with a partition table that names what lies on the disk. Without it, partitioning tools and
 * firmware would take GRUB's code for booting from floppies, which lies in the same place, for partitions.
 */
export function renderBootSector(boot: Buffer, partitions: readonly MbrPartition[]): Buffer {
  const sector = Buffer.from(boot.subarray(0, SECTOR));
  sector.fill(0, TABLE, TABLE_END);
  for (const [index, partition] of partitions.entries()) {
    const at = TABLE + index * ENTRY;
    sector.set([partition.active ? ACTIVE : 0, ...BEYOND_CHS, partition.type, ...BEYOND_CHS], at);
    sector.writeUInt32LE(partition.sector, at + 8);
    sector.writeUInt32LE(partition.sectors, at + 12);
  }
  return sector;
}
