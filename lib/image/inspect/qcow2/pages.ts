import type { ImageReader } from '../image-reader';

const PAGE = 16 * 1024;
const KEPT = 64;

/** Reads of single 64 bit numbers (big-endian), with the last 64 pages of 16 KiB kept; undefined beyond the end. */
export function numbersOf(reader: ImageReader): (offset: number) => bigint | undefined {
  const pages = new Map<number, Buffer>();
  return (offset) => {
    const start = offset - (offset % PAGE);
    let page = pages.get(start);
    if (!page) {
      page = reader.read(start, PAGE);
      const oldest = pages.keys().next();
      if (pages.size >= KEPT && !oldest.done) pages.delete(oldest.value);
      pages.set(start, page);
    }
    return offset - start + 8 <= page.length ? page.readBigUInt64BE(offset - start) : undefined;
  };
}
