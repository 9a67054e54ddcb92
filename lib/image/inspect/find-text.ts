import { type ImageReader, MAX_READ } from './image-reader';

/** A banner lies in a kernel's read-only data; searching further would only make large disks slow. */
const SEARCHED = 16 * 1024 * 1024;

/** Offset of an ASCII text in the first 16 MiB of an image. */
export function findText(reader: ImageReader, text: string): number | undefined {
  const needle = Buffer.from(text, 'latin1');
  const end = Math.min(reader.size, SEARCHED);
  // Windows overlap by the needle's length, so a text on a border is found.
  for (let at = 0; at < end; at += MAX_READ - needle.length) {
    const found = reader.read(at, MAX_READ).indexOf(needle);
    if (found >= 0) return at + found;
  }
  return undefined;
}
