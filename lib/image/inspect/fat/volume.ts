import type { ImageReader } from '../image-reader';

// Source: Microsoft, FAT: General Overview of On-Disk Format, 1.03.
/** The highest cluster counts of FAT12 and FAT16; more is FAT32. */
const MAX_CLUSTERS_12 = 4084;
const MAX_CLUSTERS_16 = 65524;
const PAGE = 16 * 1024;
const KEPT = 16;

/** A FAT file system's geometry, and its table; offsets in bytes. */
export interface FatVolume {
  readonly reader: ImageReader;
  readonly bits: 12 | 16 | 32;
  readonly clusterSize: number;
  /** Where the fixed root directory of FAT12 and FAT16 is; FAT32's is a chain like any other. */
  readonly root: { readonly offset: number; readonly size: number } | { readonly cluster: number };
  offsetOf(cluster: number): number;
  /** The cluster that follows in a chain; undefined at its end, and where the table leads nowhere. */
  next(cluster: number): number | undefined;
}

/** Undefined where the first sector does not describe a FAT file system that lies in the image. */
export function tryOpenFat(reader: ImageReader): FatVolume | undefined {
  const sector = reader.read(0, 512);
  if (sector.length < 512 || sector.readUInt16LE(510) !== 0xaa55) return undefined;
  const sectorSize = sector.readUInt16LE(11);
  const perCluster = sector[13] ?? 0;
  if (![512, 1024, 2048, 4096].includes(sectorSize) || !isPowerOfTwo(perCluster)) return undefined;
  const [reserved, tables] = [sector.readUInt16LE(14), sector[16] ?? 0];
  const rootSize = sector.readUInt16LE(17) * 32;
  const tableSectors = sector.readUInt16LE(22) || sector.readUInt32LE(36);
  const sectors = sector.readUInt16LE(19) || sector.readUInt32LE(32);
  if (reserved === 0 || tables === 0 || tables > 4 || tableSectors === 0) return undefined;
  const rootSector = reserved + tables * tableSectors;
  const dataSector = rootSector + Math.ceil(rootSize / sectorSize);
  const clusters = Math.floor((sectors - dataSector) / perCluster);
  if (clusters < 1 || dataSector * sectorSize >= reader.size) return undefined;
  const bits = clusters <= MAX_CLUSTERS_12 ? 12 : clusters <= MAX_CLUSTERS_16 ? 16 : 32;
  if (bits !== 32 && rootSize === 0) return undefined;
  const clusterSize = perCluster * sectorSize;
  return {
    reader,
    bits,
    clusterSize,
    root:
      bits === 32
        ? { cluster: sector.readUInt32LE(44) }
        : { offset: rootSector * sectorSize, size: rootSize },
    offsetOf: (cluster) => dataSector * sectorSize + (cluster - 2) * clusterSize,
    next: tableOf(reader, reserved * sectorSize, bits, clusters),
  };
}

function tableOf(reader: ImageReader, offset: number, bits: 12 | 16 | 32, clusters: number) {
  const bytesAt = paged(reader);
  return (cluster: number): number | undefined => {
    const at = offset + Math.floor((cluster * bits) / 8);
    const bytes = bytesAt(at, bits === 32 ? 4 : 2);
    if (!bytes) return undefined;
    const entry = bits === 32 ? bytes.readUInt32LE(0) & 0x0fffffff : bytes.readUInt16LE(0);
    const next = bits !== 12 ? entry : cluster % 2 === 0 ? entry & 0xfff : entry >> 4;
    // The marks of ends, of bad and of free clusters all lie outside.
    return next >= 2 && next < clusters + 2 ? next : undefined;
  };
}

function paged(reader: ImageReader): (offset: number, length: number) => Buffer | undefined {
  const pages = new Map<number, Buffer>();
  return (offset, length) => {
    const start = offset - (offset % PAGE);
    let page = pages.get(start);
    if (!page) {
      // An entry of FAT12 may lie on the border, so pages overlap.
      page = reader.read(start, PAGE + 4);
      const oldest = pages.keys().next();
      if (pages.size >= KEPT && !oldest.done) pages.delete(oldest.value);
      pages.set(start, page);
    }
    const bytes = page.subarray(offset - start, offset - start + length);
    return bytes.length === length ? bytes : undefined;
  };
}

function isPowerOfTwo(value: number): boolean {
  return value > 0 && (value & (value - 1)) === 0;
}
