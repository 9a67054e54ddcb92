import type { ImageReader } from './image-reader';

/** A piece of an image as an image of its own: a partition, or a kernel that lies in a disk. */
export function windowOf(reader: ImageReader, offset: number, size: number, name: string): ImageReader {
  const length = Math.max(0, Math.min(size, reader.size - offset));
  return {
    name,
    size: length,
    read: (at, count) =>
      at >= 0 && at < length ? reader.read(offset + at, Math.min(count, length - at)) : Buffer.alloc(0),
  };
}
