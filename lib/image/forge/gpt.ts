import { crc32 } from './crc32';
import type { Piece } from './disk-plan';
import { SECTOR } from './layout';

// Source of all offsets: UEFI 2.10, section 5.
const HEADER = 92;
const REVISION = 0x00010000;
const ENTRIES = 128;
const ENTRY = 128;
const TABLE_SECTORS = (ENTRIES * ENTRY) / SECTOR;
const PROTECTIVE = 0xee;
const ESP = 'C12A7328-F81F-11D2-BA4B-00A0C93EC93B';

/** Sectors that a GPT takes at the end of a disk: the backup of its table and header. */
export const GPT_TAIL_SECTORS = TABLE_SECTORS + 1;

/** A disk with one partition, in sectors. */
export interface GptDisk {
  readonly sectors: number;
  readonly first: number;
  /** Sectors of the partition. */
  readonly length: number;
  /** UTF-16 of at most 36 characters. */
  readonly name: string;
}

/**
 * The partition table of a disk with one EFI system partition: protective MBR, header, entries, and their backups at the
 * disk's end. A cloud's volume is larger than the disk; the firmware then goes by the first header.
 * @param identity 32 bytes, from which the GUIDs of the disk and of the partition are made
 */
export function renderGpt(disk: GptDisk, identity: Buffer): Piece[] {
  const entries = Buffer.alloc(ENTRIES * ENTRY);
  guidFromText(ESP).copy(entries, 0);
  guidFromBytes(identity.subarray(16, 32)).copy(entries, 16);
  entries.writeBigUInt64LE(BigInt(disk.first), 32);
  entries.writeBigUInt64LE(BigInt(disk.first + disk.length - 1), 40);
  entries.write(disk.name, 56, 72, 'utf16le');
  const last = disk.sectors - 1;
  const headerAt = (own: number, other: number, table: number) =>
    header({ disk, own, other, table, entries, guid: guidFromBytes(identity.subarray(0, 16)) });
  const backupTable = last - TABLE_SECTORS;
  return [
    { at: 0, bytes: protectiveMbr(disk.sectors) },
    { at: SECTOR, bytes: headerAt(1, last, 2) },
    { at: 2 * SECTOR, bytes: entries },
    { at: backupTable * SECTOR, bytes: entries },
    { at: last * SECTOR, bytes: headerAt(last, 1, backupTable) },
  ];
}

interface Header {
  readonly disk: GptDisk;
  readonly own: number;
  readonly other: number;
  readonly table: number;
  readonly entries: Buffer;
  readonly guid: Buffer;
}

function header({ disk, own, other, table, entries, guid }: Header): Buffer {
  const bytes = Buffer.alloc(SECTOR);
  bytes.write('EFI PART', 0, 'latin1');
  bytes.writeUInt32LE(REVISION, 8);
  bytes.writeUInt32LE(HEADER, 12);
  const firstUsable = 2 + TABLE_SECTORS;
  const places = [own, other, firstUsable, disk.sectors - 1 - GPT_TAIL_SECTORS];
  for (const [index, place] of places.entries()) bytes.writeBigUInt64LE(BigInt(place), 24 + index * 8);
  guid.copy(bytes, 56);
  bytes.writeBigUInt64LE(BigInt(table), 72);
  bytes.writeUInt32LE(ENTRIES, 80);
  bytes.writeUInt32LE(ENTRY, 84);
  bytes.writeUInt32LE(crc32(entries), 88);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, HEADER)), 16);
  return bytes;
}

/** One entry over the whole disk, so that tools without GPT take it for full. */
function protectiveMbr(sectors: number): Buffer {
  const bytes = Buffer.alloc(SECTOR);
  bytes.set([0, 0, 2, 0, PROTECTIVE, 0xff, 0xff, 0xff], 446);
  bytes.writeUInt32LE(1, 454);
  bytes.writeUInt32LE(Math.min(sectors - 1, 0xffffffff), 458);
  bytes.writeUInt16LE(0xaa55, 510);
  return bytes;
}

/** The first three groups are little-endian numbers (UEFI 2.10, appendix A). */
function guidFromText(text: string): Buffer {
  const groups = text.split('-').map((group) => Buffer.from(group, 'hex'));
  return Buffer.concat(groups.map((group, index) => (index < 3 ? group.reverse() : group)));
}

/** Version 8, "made by the maker's own rule" (RFC 9562, section 5.8). */
function guidFromBytes(bytes: Buffer): Buffer {
  const guid = Buffer.from(bytes);
  guid[7] = ((guid[7] ?? 0) & 0x0f) | 0x80;
  guid[8] = ((guid[8] ?? 0) & 0x3f) | 0x80;
  return guid;
}
