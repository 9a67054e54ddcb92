import type { Piece } from './disk-plan';
import { type FatGeometry, ROOT_ENTRIES } from './fat-geometry';
import { SECTOR } from './layout';

// Source of all offsets: Microsoft's FAT specification 1.03, "Boot sector and BPB".
const FIXED_DISK = 0xf8;
const INFORMATION_SECTOR = 1;
const BACKUP_SECTOR = 6;
const UNKNOWN = 0xffffffff;

/** What names a volume. */
export interface FatIdentity {
  /** 32 bits. */
  readonly serial: number;
  /** Eleven capitals at most. */
  readonly label: string;
  /** Sectors of the disk before the volume. */
  readonly hidden: number;
}

/**
 * The boot sector, and for FAT32 the information sector, and the backups of both; offsets are from the start of the
 * volume. Nothing in it boots.
 * @param used clusters that are in use
 */
export function renderFatBoot(geometry: FatGeometry, identity: FatIdentity, used: number): Piece[] {
  const boot = bootSector(geometry, identity);
  if (geometry.bits === 16) return [{ at: 0, bytes: boot }];
  const information = informationSector(geometry.clusters - used, used + 2);
  return [0, BACKUP_SECTOR].flatMap((sector) => [
    { at: sector * SECTOR, bytes: boot },
    { at: (sector + INFORMATION_SECTOR) * SECTOR, bytes: information },
  ]);
}

function bootSector(geometry: FatGeometry, { serial, label, hidden }: FatIdentity): Buffer {
  const { bits, clusterSize, reserved, tableSectors, sectors } = geometry;
  const bytes = Buffer.alloc(SECTOR);
  bytes.set([0xeb, bits === 16 ? 0x3c : 0x58, 0x90]);
  bytes.write('KILN    ', 3, 'latin1');
  bytes.writeUInt16LE(SECTOR, 11);
  bytes[13] = clusterSize / SECTOR;
  bytes.writeUInt16LE(reserved, 14);
  bytes[16] = 2;
  bytes[21] = FIXED_DISK;
  bytes.writeUInt16LE(63, 24);
  bytes.writeUInt16LE(255, 26);
  bytes.writeUInt32LE(hidden, 28);
  const small = bits === 16 && sectors < 0x10000;
  bytes.writeUInt16LE(small ? sectors : 0, 19);
  bytes.writeUInt32LE(small ? 0 : sectors, 32);
  if (bits === 16) {
    bytes.writeUInt16LE(ROOT_ENTRIES, 17);
    bytes.writeUInt16LE(tableSectors, 22);
  } else {
    bytes.writeUInt32LE(tableSectors, 36);
    bytes.writeUInt32LE(2, 44);
    bytes.writeUInt16LE(INFORMATION_SECTOR, 48);
    bytes.writeUInt16LE(BACKUP_SECTOR, 50);
  }
  const extended = bits === 16 ? 36 : 64;
  bytes.set([0x80, 0, 0x29], extended);
  bytes.writeUInt32LE(serial, extended + 3);
  bytes.write(label.padEnd(11), extended + 7, 11, 'latin1');
  bytes.write(`FAT${bits}   `, extended + 18, 'latin1');
  bytes.writeUInt16LE(0xaa55, 510);
  return bytes;
}

function informationSector(free: number, next: number): Buffer {
  const bytes = Buffer.alloc(SECTOR);
  bytes.write('RRaA', 0, 'latin1');
  bytes.write('rrAa', 484, 'latin1');
  bytes.writeUInt32LE(Math.max(free, 0), 488);
  bytes.writeUInt32LE(free > 0 ? next : UNKNOWN, 492);
  bytes.writeUInt32LE(0xaa550000, 508);
  return bytes;
}
