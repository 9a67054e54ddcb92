import type { ImageReader } from './image-reader';

const MAGIC_1 = 0x1badb002;
const MAGIC_2 = 0xe85250d6;
/** Where a loader looks (Multiboot specification 0.6.96 section 3.1; Multiboot2 2.0 section 3.1). */
const SEARCH_1 = 8192;
const SEARCH_2 = 32768;
/** Flag bit 2: the header says which video mode it would like. */
const VIDEO = 0x4;
/** Flag bit 16: the header says itself where it is to be loaded, and any ELF header is ignored. */
const KLUDGE = 0x10000;
/** Multiboot2's architecture 0 is 32 bit protected mode of i386; 4 is MIPS. */
const ARCHITECTURES: Readonly<Record<number, string>> = { 0: 'x86', 4: 'mips' };

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
  /** The video mode it would like; a text mode's width and height are in characters. */
  readonly video:
    | { readonly isText: boolean; readonly width: number; readonly height: number; readonly depth: number }
    | undefined;
}

/** A multiboot 2 header. */
export interface Multiboot2 {
  readonly offset: number;
  /** `x86`, `mips`, or `architecture 7`. */
  readonly architecture: string;
  /** In bytes, with its tags. */
  readonly length: number;
}

/** The first valid multiboot 1 header of a file. */
export function tryFindMultiboot1(reader: ImageReader): Multiboot1 | undefined {
  const bytes = reader.read(0, SEARCH_1);
  for (let at = 0; at + 12 <= bytes.length; at += 4) {
    if (bytes.readUInt32LE(at) !== MAGIC_1) continue;
    const flags = bytes.readUInt32LE(at + 4);
    if (((MAGIC_1 + flags + bytes.readUInt32LE(at + 8)) & 0xffffffff) !== 0) continue;
    const needed = flags & VIDEO ? 48 : flags & KLUDGE ? 32 : 12;
    if (at + needed > bytes.length) return undefined;
    return { offset: at, flags, kludge: kludgeOf(bytes, at, flags), video: videoOf(bytes, at, flags) };
  }
  return undefined;
}

function kludgeOf(bytes: Buffer, at: number, flags: number): Multiboot1['kludge'] {
  if ((flags & KLUDGE) === 0) return undefined;
  const [headerAddress = 0, loadAddress = 0, loadEnd = 0, bssEnd = 0, entry = 0] = [12, 16, 20, 24, 28].map(
    (field) => bytes.readUInt32LE(at + field),
  );
  return { headerAddress, loadAddress, loadEnd, bssEnd, entry };
}

function videoOf(bytes: Buffer, at: number, flags: number): Multiboot1['video'] {
  if ((flags & VIDEO) === 0) return undefined;
  const [mode = 0, width = 0, height = 0, depth = 0] = [32, 36, 40, 44].map((field) =>
    bytes.readUInt32LE(at + field),
  );
  return { isText: mode === 1, width, height, depth };
}

/** The first valid multiboot 2 header of a file. */
export function tryFindMultiboot2(reader: ImageReader): Multiboot2 | undefined {
  const bytes = reader.read(0, SEARCH_2);
  for (let at = 0; at + 16 <= bytes.length; at += 8) {
    if (bytes.readUInt32LE(at) !== MAGIC_2) continue;
    const sum = [0, 4, 8, 12].reduce((total, field) => total + bytes.readUInt32LE(at + field), 0);
    if (sum % 0x100000000 !== 0) continue;
    const length = bytes.readUInt32LE(at + 8);
    if (length < 16 || at + length > bytes.length) continue;
    const architecture = bytes.readUInt32LE(at + 4);
    return {
      offset: at,
      architecture: ARCHITECTURES[architecture] ?? `architecture ${architecture}`,
      length,
    };
  }
  return undefined;
}
