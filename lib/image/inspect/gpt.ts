import type { Partition } from '../../systems';
import type { ImageReader } from './image-reader';

const SECTOR = 512;
const HEADER = 92;
/** The type that stands for every entry of a GPT in the boot sector. */
export const GPT_TYPE = 0xee;

/** At most 128 partitions, the number every tool makes (UEFI 2.10, section 5.3). */
export function readGpt(reader: ImageReader): Partition[] {
  const header = reader.read(SECTOR, HEADER);
  if (header.length < HEADER) return [];
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
    if (last < first) continue;
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
