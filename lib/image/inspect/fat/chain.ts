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
  /** Bytes from a place on that lie one after the other, so that a file in one piece is read in one piece. */
  const run = (index: number, from: number, wanted: number): number => {
    let length = clusterSize - from;
    for (let next = 1; length < wanted; next += 1) {
      if (clusterAt(index + next) !== (clusters[index] as number) + next) break;
      length += clusterSize;
    }
    return Math.min(length, wanted);
  };
  const read = (offset: number, length: number): Buffer => {
    if (!(offset >= 0 && offset < size && length > 0)) return Buffer.alloc(0);
    const wanted = Math.min(length, size - offset, MAX_READ);
    const parts: Buffer[] = [];
    for (let done = 0; done < wanted; ) {
      const index = Math.floor((offset + done) / clusterSize);
      const cluster = clusterAt(index);
      if (cluster === undefined) break;
      const from = (offset + done) % clusterSize;
      const count = run(index, from, wanted - done);
      const part = volume.reader.read(volume.offsetOf(cluster) + from, count);
      parts.push(part);
      done += part.length;
      if (part.length < count) break;
    }
    return parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
  };
  return { name, size, read };
}
