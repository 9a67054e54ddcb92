import { type ImageReader, MAX_READ } from '../image-reader';
import type { FatVolume } from './volume';

/** Clusters of one file that are followed: 512 MiB in the smallest ones, and far more in usual ones. */
const MAX_CHAIN = 1024 * 1024;

/**
 * A file of a FAT file system, as an image of its own. Its chain is followed as far as is read, and never further than
 * its size needs, so a chain that runs in circles ends.
 */
export function chainReader(volume: FatVolume, first: number, size: number, name: string): ImageReader {
  const { clusterSize } = volume;
  const most = Math.min(Math.ceil(size / clusterSize), MAX_CHAIN);
  const clusters: number[] = first >= 2 ? [first] : [];
  const clusterAt = (index: number): number | undefined => {
    while (clusters.length > 0 && clusters.length <= index && clusters.length < most) {
      const next = volume.next(clusters.at(-1) as number);
      if (next === undefined) break;
      clusters.push(next);
    }
    return clusters[index];
  };
  const read = (offset: number, length: number): Buffer => {
    if (!(offset >= 0 && offset < size && length > 0)) return Buffer.alloc(0);
    const bytes = Buffer.alloc(Math.min(length, size - offset, MAX_READ));
    for (let done = 0; done < bytes.length; ) {
      const cluster = clusterAt(Math.floor((offset + done) / clusterSize));
      if (cluster === undefined) return bytes.subarray(0, done);
      const from = (offset + done) % clusterSize;
      const count = Math.min(clusterSize - from, bytes.length - done);
      const part = volume.reader.read(volume.offsetOf(cluster) + from, count);
      part.copy(bytes, done);
      done += part.length;
      if (part.length < count) return bytes.subarray(0, done);
    }
    return bytes;
  };
  return { name, size, read };
}
