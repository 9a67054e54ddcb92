import type { ElfSection } from '../../systems';
import { damaged } from './damaged';
import type { ImageReader } from './image-reader';
import { truncated } from './truncated';

const SHT_NOBITS = 8;
/** Kernels have some dozens of sections; more than this many are not looked at. */
const MAX_SECTIONS = 4096;
const MAX_NAME = 64;

/** Where the section headers are, as the ELF header says. */
export interface SectionTable {
  readonly bits: 32 | 64;
  readonly offset: number;
  readonly entrySize: number;
  readonly count: number;
  readonly namesIndex: number;
}

/**
 * The named sections that have bytes in the file; none where the file was stripped of them.
 * @throws KilnError `image.truncated` when the table lies beyond the end of the file, `image.damaged`
 */
export function readElfSections(reader: ImageReader, table: SectionTable): ElfSection[] {
  const size = table.bits === 32 ? 40 : 64;
  if (table.offset === 0 || table.count === 0) return [];
  const end = table.offset + table.count * size;
  if (table.entrySize !== size) {
    throw damaged(reader, `its section headers have ${table.entrySize} bytes each, and ${size} are expected`);
  }
  if (end > reader.size) throw truncated(reader, 'its section headers', end);
  const count = Math.min(table.count, MAX_SECTIONS);
  const bytes = reader.read(table.offset, count * size);
  const headers = Array.from({ length: Math.floor(bytes.length / size) }, (_, index) =>
    headerAt(bytes.subarray(index * size, (index + 1) * size), table.bits),
  );
  const names = headers[table.namesIndex];
  if (!names || names.type === SHT_NOBITS) return [];
  const text = reader.read(names.offset, names.size);
  return headers
    .filter((one) => one.type !== SHT_NOBITS && one.size > 0 && one.offset + one.size <= reader.size)
    .map(({ nameOffset, ...section }) => ({ name: nameAt(text, nameOffset), ...section }));
}

function headerAt(bytes: Buffer, bits: 32 | 64) {
  const word = (at32: number, at64: number) =>
    bits === 32 ? bytes.readUInt32LE(at32) : Number(bytes.readBigUInt64LE(at64));
  return {
    nameOffset: bytes.readUInt32LE(0),
    type: bytes.readUInt32LE(4),
    offset: word(16, 24),
    size: word(20, 32),
  };
}

function nameAt(text: Buffer, offset: number): string {
  return (
    text
      .toString('latin1', Math.min(offset, text.length), Math.min(offset + MAX_NAME, text.length))
      .split('\0')[0] ?? ''
  );
}
