import { type ImageReader, MAX_READ } from './image-reader';

/** A banner lies in a kernel's read-only data; searching further would only make large files slow. */
export const SEARCHED_IN_KERNEL = 16 * 1024 * 1024;
/** A disk without a file system has its kernel in front. */
export const SEARCHED_IN_DISK = 4 * 1024 * 1024;

/** Finds ASCII texts in the first `searched` bytes of an image, which are read once, when the first text is asked for. */
export function textFinder(reader: ImageReader, searched: number): (text: string) => number | undefined {
  let bytes: Buffer | undefined;
  return (text) => {
    bytes ??= readStart(reader, Math.min(reader.size, searched));
    const found = bytes.indexOf(text, 0, 'latin1');
    return found < 0 ? undefined : found;
  };
}

function readStart(reader: ImageReader, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at < length; ) {
    const piece = reader.read(at, Math.min(MAX_READ, length - at));
    if (piece.length === 0) return bytes.subarray(0, at);
    piece.copy(bytes, at);
    at += piece.length;
  }
  return bytes;
}
