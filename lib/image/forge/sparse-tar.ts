import type { Region } from './sparse-map';

/** A file of a tar archive in the old GNU format, of which only some regions are stored. */
export interface SparseMember {
  readonly name: string;
  /** Size of the file in bytes, with its holes. */
  readonly size: number;
  /** In order, without overlap; offsets are multiples of 512. */
  readonly regions: readonly Region[];
}

/** tar's unit: headers have this size, data is padded to it. */
export const TAR_BLOCK = 512;
/** tar writes whole records of 20 blocks. */
export const TAR_RECORD = 20 * TAR_BLOCK;

/** 1980-01-01: tar warns of files from 1970. */
const TIME = 315_532_800;
const OLDGNU_MAGIC = 'ustar  \0';
const OLDGNU_SPARSE = 'S';
const ENTRY = 24;
/** Where the first entries, their continuation mark and the real size are (GNU tar, "Old GNU format"). */
const FIRST = { entries: 386, count: 4, more: 482 } as const;
const EXTENDED = { entries: 0, count: 21, more: 504 } as const;
const REAL_SIZE = 483;

/**
 * The headers in front of a member's data: type `S` with four regions, and as many extension blocks of 21 more as they
 * need. The data of the regions follows, each padded to 512 bytes.
 */
export function sparseHeaders(member: SparseMember): Buffer {
  const entries = withEnd(member);
  const header = Buffer.alloc(TAR_BLOCK);
  header.write(member.name, 0, 100, 'utf8');
  numberField(header, 100, 8, 0o644);
  numberField(header, 108, 8, 0);
  numberField(header, 116, 8, 0);
  numberField(header, 124, 12, stored(member.regions));
  numberField(header, 136, 12, TIME);
  header.write(OLDGNU_SPARSE, 156, 'latin1');
  header.write(OLDGNU_MAGIC, 257, 'latin1');
  header.write('root', 265, 'latin1');
  header.write('root', 297, 'latin1');
  numberField(header, REAL_SIZE, 12, member.size);
  const blocks = [header];
  let rest = writeEntries(header, FIRST, entries);
  while (rest.length > 0) {
    const block = Buffer.alloc(TAR_BLOCK);
    rest = writeEntries(block, EXTENDED, rest);
    blocks.push(block);
  }
  writeChecksum(header);
  return Buffer.concat(blocks);
}

/** Bytes of the regions as they are stored. */
function stored(regions: readonly Region[]): number {
  return regions.reduce((sum, { length }) => sum + length, 0);
}

/** As GNU tar does, an empty region at the end gives the size of a file that ends in a hole. */
function withEnd({ regions, size }: SparseMember): readonly Region[] {
  const last = regions.at(-1);
  return last && last.offset + last.length === size ? regions : [...regions, { offset: size, length: 0 }];
}

/** Returns the entries that have no place in this block. */
function writeEntries(
  block: Buffer,
  place: typeof FIRST | typeof EXTENDED,
  entries: readonly Region[],
): readonly Region[] {
  for (const [index, { offset, length }] of entries.slice(0, place.count).entries()) {
    numberField(block, place.entries + index * ENTRY, 12, offset);
    numberField(block, place.entries + index * ENTRY + 12, 12, length);
  }
  const rest = entries.slice(place.count);
  block[place.more] = rest.length > 0 ? 1 : 0;
  return rest;
}

/** Octal digits and a NUL; what needs more is a big-endian number behind the mark 0x80 (GNU tar's base-256). */
function numberField(block: Buffer, offset: number, size: number, value: number): void {
  const digits = value.toString(8);
  if (digits.length < size) {
    block.write(digits.padStart(size - 1, '0'), offset, 'latin1');
    return;
  }
  block[offset] = 0x80;
  block.writeBigUInt64BE(BigInt(value), offset + size - 8);
}

/** The sum of all bytes with the sum's own field taken as spaces: six digits, a NUL, a space. */
function writeChecksum(header: Buffer): void {
  header.fill(' ', 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
}
