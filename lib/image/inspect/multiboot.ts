import type { ImageReader } from './image-reader';

const MAGIC_1 = 0x1badb002;
const MAGIC_2 = 0xe85250d6;
/** Where a loader looks (Multiboot specification 0.6.96 section 3.1; Multiboot2 2.0 section 3.1). */
const SEARCH_1 = 8192;
const SEARCH_2 = 32768;
/** Flag bit 16: the header says itself where it is to be loaded, and any ELF header is ignored. */
const KLUDGE = 0x10000;

/** A multiboot 1 header; addresses only with the kludge. */
export interface Multiboot1 {
  /** Where the header lies in the file. */
  readonly offset: number;
  readonly flags: number;
  readonly kludge:
    | {
        readonly headerAddress: number;
        readonly loadAddress: number;
        readonly loadEnd: number;
        readonly bssEnd: number;
        readonly entry: number;
      }
    | undefined;
}

/** The first valid multiboot 1 header of a file. */
export function tryFindMultiboot1(reader: ImageReader): Multiboot1 | undefined {
  const bytes = reader.read(0, SEARCH_1);
  for (let at = 0; at + 12 <= bytes.length; at += 4) {
    if (bytes.readUInt32LE(at) !== MAGIC_1) continue;
    const flags = bytes.readUInt32LE(at + 4);
    if (((MAGIC_1 + flags + bytes.readUInt32LE(at + 8)) & 0xffffffff) !== 0) continue;
    if ((flags & KLUDGE) === 0) return { offset: at, flags, kludge: undefined };
    if (at + 32 > bytes.length) return undefined;
    const [headerAddress = 0, loadAddress = 0, loadEnd = 0, bssEnd = 0, entry = 0] = [12, 16, 20, 24, 28].map(
      (field) => bytes.readUInt32LE(at + field),
    );
    return { offset: at, flags, kludge: { headerAddress, loadAddress, loadEnd, bssEnd, entry } };
  }
  return undefined;
}

/** Offset of the first valid multiboot 2 header of a file. */
export function tryFindMultiboot2(reader: ImageReader): number | undefined {
  const bytes = reader.read(0, SEARCH_2);
  for (let at = 0; at + 16 <= bytes.length; at += 8) {
    if (bytes.readUInt32LE(at) !== MAGIC_2) continue;
    const sum = [0, 4, 8, 12].reduce((total, field) => total + bytes.readUInt32LE(at + field), 0);
    if (sum % 0x100000000 === 0) return at;
  }
  return undefined;
}
