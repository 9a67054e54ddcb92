import type { ElfNote, ElfSection } from '../../systems';
import { damaged } from './damaged';
import { machineName } from './elf-machine';
import { readElfNotes } from './elf-notes';
import { readElfSections } from './elf-sections';
import type { ImageReader } from './image-reader';
import { truncated } from './truncated';

export const PT_LOAD = 1;
const PT_INTERP = 3;
const PT_NOTE = 4;
const SHT_NOTE = 7;
/** Kernels have some ten. */
const MAX_SEGMENTS = 4096;

/** What an ELF file is for. */
export type ElfKind = 'relocatable' | 'executable' | 'shared' | 'core' | 'other';
const KINDS: readonly ElfKind[] = ['other', 'relocatable', 'executable', 'shared', 'core'];

/** One program header, and where it lies in the file. */
export interface ElfSegment {
  readonly type: number;
  /** Offset of the header itself. */
  readonly headerOffset: number;
  /** Offset and size of its bytes in the file. */
  readonly offset: number;
  readonly fileSize: number;
  readonly memorySize: number;
  /** Physical address, where a loader puts it. */
  readonly address: number;
}

/** An ELF file's headers, checked against its size. */
export interface ElfFile {
  /** 32 or 64. */
  readonly bits: 32 | 64;
  readonly machine: string;
  readonly kind: ElfKind;
  readonly segments: readonly ElfSegment[];
  /** Offset just after the last program header. */
  readonly segmentTableEnd: number;
  /** The program interpreter, where one is asked for. */
  readonly interpreter: string | undefined;
  readonly sections: readonly ElfSection[];
  readonly notes: readonly ElfNote[];
}

/** Byte positions of the fields that differ between the classes (System V ABI, ELF header and program header). */
interface Layout {
  readonly header: number;
  readonly wordSize: 4 | 8;
  readonly segmentTable: number;
  readonly sectionTable: number;
  readonly counts: number;
  readonly segment: {
    readonly size: number;
    readonly offset: number;
    readonly address: number;
    readonly fileSize: number;
    readonly memorySize: number;
  };
}
const LAYOUT: Readonly<Record<32 | 64, Layout>> = {
  32: {
    header: 52,
    wordSize: 4,
    segmentTable: 28,
    sectionTable: 32,
    counts: 42,
    segment: { size: 32, offset: 4, address: 12, fileSize: 16, memorySize: 20 },
  },
  64: {
    header: 64,
    wordSize: 8,
    segmentTable: 32,
    sectionTable: 40,
    counts: 54,
    segment: { size: 56, offset: 8, address: 24, fileSize: 32, memorySize: 40 },
  },
};

/**
 * Reads an ELF file's headers; undefined when it is none.
 * @throws KilnError `image.truncated` when a table or a segment lies beyond the end of the file, `image.damaged`
 */
export function tryReadElf(reader: ImageReader): ElfFile | undefined {
  const ident = reader.read(0, 20);
  if (ident.toString('latin1', 0, 4) !== '\x7fELF') return undefined;
  if (ident.length < 20) throw truncated(reader, 'its ELF header', 52);
  const bits = ident[4] === 1 ? 32 : ident[4] === 2 ? 64 : undefined;
  if (bits === undefined) return undefined;
  if (ident[5] !== 1) return bigEndian(bits, ident);
  return littleEndian(reader, bits, ident);
}

/** None of the machines that Kiln knows is big-endian, so its name is all that matters. */
function bigEndian(bits: 32 | 64, ident: Buffer): ElfFile {
  const machine = `${machineName(ident.readUInt16BE(18))} (big-endian)`;
  return {
    bits,
    machine,
    kind: 'other',
    segments: [],
    segmentTableEnd: 0,
    interpreter: undefined,
    sections: [],
    notes: [],
  };
}

function littleEndian(reader: ImageReader, bits: 32 | 64, ident: Buffer): ElfFile {
  const layout = LAYOUT[bits];
  const header = reader.read(0, layout.header);
  if (header.length < layout.header) throw truncated(reader, 'its ELF header', layout.header);
  const tableOffset = word(header, layout.segmentTable, layout.wordSize);
  const count = header.readUInt16LE(layout.counts + 2);
  const segments = readSegments(reader, layout, tableOffset, header.readUInt16LE(layout.counts), count);
  const sections = readElfSections(reader, {
    bits,
    offset: word(header, layout.sectionTable, layout.wordSize),
    entrySize: header.readUInt16LE(layout.counts + 4),
    count: header.readUInt16LE(layout.counts + 6),
    namesIndex: header.readUInt16LE(layout.counts + 8),
  });
  const noted = [
    ...segments
      .filter((one) => one.type === PT_NOTE)
      .map((one) => ({ offset: one.offset, size: one.fileSize })),
    ...sections.filter((one) => one.type === SHT_NOTE),
  ];
  return {
    bits,
    machine: machineName(ident.readUInt16LE(18)),
    kind: KINDS[ident.readUInt16LE(16)] ?? 'other',
    segments,
    segmentTableEnd: count === 0 ? 0 : tableOffset + count * layout.segment.size,
    interpreter: interpreterOf(reader, segments),
    sections,
    notes: readElfNotes(reader, noted),
  };
}

function readSegments(
  reader: ImageReader,
  layout: Layout,
  table: number,
  entrySize: number,
  count: number,
): ElfSegment[] {
  if (count === 0) return [];
  const { size, offset, address, fileSize, memorySize } = layout.segment;
  if (entrySize !== size) {
    throw damaged(reader, `its program headers have ${entrySize} bytes each, and ${size} are expected`);
  }
  if (count > MAX_SEGMENTS) {
    throw damaged(reader, `it has ${count} program headers, and a kernel has at most ${MAX_SEGMENTS}`);
  }
  const headers = reader.read(table, count * size);
  if (headers.length < count * size) {
    throw truncated(reader, `its ${count} program headers`, table + count * size);
  }
  const segments: ElfSegment[] = [];
  for (let index = 0; index < count; index += 1) {
    const bytes = headers.subarray(index * size, (index + 1) * size);
    const segment = {
      type: bytes.readUInt32LE(0),
      headerOffset: table + index * size,
      offset: word(bytes, offset, layout.wordSize),
      fileSize: word(bytes, fileSize, layout.wordSize),
      memorySize: word(bytes, memorySize, layout.wordSize),
      address: word(bytes, address, layout.wordSize),
    };
    const needed = segment.type === PT_LOAD || segment.type === PT_NOTE || segment.type === PT_INTERP;
    if (needed && segment.fileSize > 0 && segment.offset + segment.fileSize > reader.size) {
      throw truncated(reader, `segment ${index}`, segment.offset + segment.fileSize);
    }
    segments.push(segment);
  }
  return segments;
}

function interpreterOf(reader: ImageReader, segments: readonly ElfSegment[]): string | undefined {
  const segment = segments.find((one) => one.type === PT_INTERP);
  return (
    segment && reader.read(segment.offset, Math.min(segment.fileSize, 256)).toString('latin1').split('\0')[0]
  );
}

function word(bytes: Buffer, offset: number, size: 4 | 8): number {
  return size === 4 ? bytes.readUInt32LE(offset) : Number(bytes.readBigUInt64LE(offset));
}
