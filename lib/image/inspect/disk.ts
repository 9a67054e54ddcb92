import type { ImageReader } from './image-reader';

const SECTOR = 512;
const TABLE = 0x1be;
const GPT_TYPE = 0xee;

/** A raw disk with a boot sector. */
export interface Disk {
  readonly table: 'mbr' | 'gpt';
  /** First byte of each partition that begins within the file. */
  readonly partitionOffsets: readonly number[];
}

/** Reads the boot sector and partition table; undefined where the file has no boot signature. */
export function tryReadDisk(reader: ImageReader): Disk | undefined {
  const sector = reader.read(0, SECTOR);
  if (sector.length < SECTOR || sector.readUInt16LE(510) !== 0xaa55) return undefined;
  const entries = [0, 1, 2, 3].map((slot) => sector.subarray(TABLE + slot * 16, TABLE + slot * 16 + 16));
  const protective = entries.some((entry) => entry[4] === GPT_TYPE);
  const table = protective && reader.read(SECTOR, 8).toString('latin1') === 'EFI PART' ? 'gpt' : 'mbr';
  const starts =
    table === 'gpt'
      ? gptStarts(reader)
      : entries.filter((entry) => entry[4] !== 0).map((entry) => entry.readUInt32LE(8));
  return {
    table,
    partitionOffsets: starts
      .map((lba) => lba * SECTOR)
      .filter((offset) => offset > 0 && offset < reader.size),
  };
}

/** First sectors of at most 128 GPT partitions (UEFI 2.10, section 5.3). */
function gptStarts(reader: ImageReader): number[] {
  const header = reader.read(SECTOR, 92);
  if (header.length < 92) return [];
  const table = Number(header.readBigUInt64LE(72)) * SECTOR;
  const size = header.readUInt32LE(84);
  if (size < 128 || size > 4096) return [];
  const bytes = reader.read(table, Math.min(header.readUInt32LE(80), 128) * size);
  const starts: number[] = [];
  for (let at = 0; at + size <= bytes.length; at += size) {
    if (bytes.subarray(at, at + 16).some((byte) => byte !== 0))
      starts.push(Number(bytes.readBigUInt64LE(at + 32)));
  }
  return starts;
}
