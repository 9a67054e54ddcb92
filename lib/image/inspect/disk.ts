import type { Partition } from '../../systems';
import type { ImageReader } from './image-reader';

const SECTOR = 512;
const TABLE = 0x1be;
const GPT_TYPE = 0xee;

/** A raw disk with a boot sector. */
export interface Disk {
  readonly table: 'mbr' | 'gpt';
  /** The partitions that begin within the file. */
  readonly partitions: readonly Partition[];
}

/** Reads the boot sector and partition table; undefined where the file has no boot signature. */
export function tryReadDisk(reader: ImageReader): Disk | undefined {
  const sector = reader.read(0, SECTOR);
  if (sector.length < SECTOR || sector.readUInt16LE(510) !== 0xaa55) return undefined;
  const entries = [0, 1, 2, 3].map((slot) => sector.subarray(TABLE + slot * 16, TABLE + slot * 16 + 16));
  const protective = entries.some((entry) => entry[4] === GPT_TYPE);
  const table = protective && reader.read(SECTOR, 8).toString('latin1') === 'EFI PART' ? 'gpt' : 'mbr';
  const partitions =
    table === 'gpt'
      ? gptPartitions(reader)
      : entries
          .filter((entry) => entry[4] !== 0)
          .map((entry) => ({
            type: entry[4] as number,
            offset: entry.readUInt32LE(8) * SECTOR,
            size: entry.readUInt32LE(12) * SECTOR,
          }));
  return { table, partitions: partitions.filter(({ offset }) => offset > 0 && offset < reader.size) };
}

/** At most 128 GPT partitions (UEFI 2.10, section 5.3). */
function gptPartitions(reader: ImageReader): Partition[] {
  const header = reader.read(SECTOR, 92);
  if (header.length < 92) return [];
  const table = Number(header.readBigUInt64LE(72)) * SECTOR;
  const size = header.readUInt32LE(84);
  if (size < 128 || size > 4096) return [];
  const bytes = reader.read(table, Math.min(header.readUInt32LE(80), 128) * size);
  const partitions: Partition[] = [];
  for (let at = 0; at + size <= bytes.length; at += size) {
    const entry = bytes.subarray(at, at + size);
    if (entry.subarray(0, 16).every((byte) => byte === 0)) continue;
    const first = Number(entry.readBigUInt64LE(32));
    const last = Number(entry.readBigUInt64LE(40));
    partitions.push({
      type: GPT_TYPE,
      guid: guidAt(entry),
      offset: first * SECTOR,
      size: (last - first + 1) * SECTOR,
    });
  }
  return partitions;
}

/** The first three groups are little-endian numbers, the rest is as it stands (UEFI 2.10, appendix A). */
function guidAt(bytes: Buffer): string {
  const groups = [
    Buffer.from(bytes.subarray(0, 4)).reverse(),
    Buffer.from(bytes.subarray(4, 6)).reverse(),
    Buffer.from(bytes.subarray(6, 8)).reverse(),
    bytes.subarray(8, 10),
    bytes.subarray(10, 16),
  ];
  return groups.map((group) => group.toString('hex').toUpperCase()).join('-');
}
