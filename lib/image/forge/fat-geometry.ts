import { alignUp, SECTOR } from './layout';

/** Where the parts of a FAT volume are, in sectors from its start. */
export interface FatGeometry {
  readonly bits: 16 | 32;
  /** Bytes of a cluster. */
  readonly clusterSize: number;
  readonly clusters: number;
  /** Sectors before the first table. */
  readonly reserved: number;
  /** Sectors of one table; there are two. */
  readonly tableSectors: number;
  /** First sector of the root folder of FAT16. */
  readonly root: number;
  /** First sector of cluster 2. */
  readonly data: number;
  readonly sectors: number;
}

/** Entries of the root folder of FAT16, which has a place of its own. */
export const ROOT_ENTRIES = 512;
const ROOT_SECTORS = (ROOT_ENTRIES * 32) / SECTOR;
/**
 * The number of clusters alone decides what a volume is (Microsoft's FAT specification 1.03, "FAT type determination"),
 * and it advises to stay away from the borders, 4085 and 65525.
 */
const FAT16_CLUSTERS = { least: 4096, most: 65_500 };
const FAT32_LEAST = 65_600;
/** Small ones keep a small disk small; large ones let GRUB read in large pieces. */
const CLUSTER_SIZES = [2048, 4096, 8192, 16_384, 32_768] as const;
const LARGEST = 32_768;
/** Boot sector, information, and their backups from sector 6. */
const FAT32_RESERVED = 32;

/**
 * The volume that holds `clustersAt(clusterSize)` clusters: FAT16 up to 2 GiB, FAT32 beyond. The first is also what
 * mkfs.fat makes, and every firmware reads it.
 */
export function fatGeometry(clustersAt: (clusterSize: number, bits: 16 | 32) => number): FatGeometry {
  for (const clusterSize of CLUSTER_SIZES) {
    const clusters = clustersAt(clusterSize, 16);
    if (clusters > FAT16_CLUSTERS.most) continue;
    return geometry(16, clusterSize, Math.max(clusters, FAT16_CLUSTERS.least));
  }
  return geometry(32, LARGEST, Math.max(clustersAt(LARGEST, 32), FAT32_LEAST));
}

function geometry(bits: 16 | 32, clusterSize: number, clusters: number): FatGeometry {
  const perCluster = clusterSize / SECTOR;
  const tableSectors = Math.ceil(((clusters + 2) * (bits / 8)) / SECTOR);
  const rootSectors = bits === 16 ? ROOT_SECTORS : 0;
  // Clusters begin at a multiple of their size, so that no read is torn.
  const data = alignUp((bits === 16 ? 1 : FAT32_RESERVED) + 2 * tableSectors + rootSectors, perCluster);
  const root = data - rootSectors;
  return {
    bits,
    clusterSize,
    clusters,
    reserved: root - 2 * tableSectors,
    tableSectors,
    root,
    data,
    sectors: data + clusters * perCluster,
  };
}
