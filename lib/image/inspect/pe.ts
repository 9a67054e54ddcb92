import type { ElfSection } from '../../systems';
import { damaged } from './damaged';
import type { ImageReader } from './image-reader';

// Source of all offsets: Microsoft's PE/COFF specification, sections 3.3 and 4.
const EFI_APPLICATION = 10;
const MACHINES: Readonly<Record<number, string>> = { 332: 'x86', 34404: 'x86-64', 43620: 'arm64' };
const OPTIONAL_HEADER = 24;
const SECTION = 40;
/** Windows' own limit; UEFI applications have some ten. */
const MAX_SECTIONS = 96;
const SYMBOL = 18;

/** A UEFI application: a PE/COFF file with subsystem 10. */
export interface UefiApp {
  /** `x86-64`, `x86`, `arm64`, or `machine 999`. */
  readonly machine: string;
  /** Offset of the PE signature. */
  readonly offset: number;
  /** The sections that have bytes in the file, in the order of their table. */
  readonly sections: readonly ElfSection[];
  /** Bytes of memory that it is loaded into. */
  readonly memorySize: number;
}

/**
 * Undefined for anything but a UEFI application.
 * @throws KilnError `image.damaged` for more sections than any application has
 */
export function tryReadUefiApp(reader: ImageReader): UefiApp | undefined {
  const dos = reader.read(0, 64);
  if (dos.length < 64 || dos.toString('latin1', 0, 2) !== 'MZ') return undefined;
  const offset = dos.readUInt32LE(60);
  const pe = reader.read(offset, 96);
  if (pe.length < 96 || pe.toString('latin1', 0, 4) !== 'PE\0\0') return undefined;
  if (pe.readUInt16LE(92) !== EFI_APPLICATION) return undefined;
  const machine = pe.readUInt16LE(4);
  return {
    machine: MACHINES[machine] ?? `machine ${machine}`,
    offset,
    sections: readSections(reader, offset, pe),
    memorySize: pe.readUInt32LE(80),
  };
}

function readSections(reader: ImageReader, offset: number, pe: Buffer): ElfSection[] {
  const count = pe.readUInt16LE(6);
  if (count > MAX_SECTIONS) {
    throw damaged(reader, `it has ${count} sections, and a UEFI application has at most ${MAX_SECTIONS}`);
  }
  const table = reader.read(offset + OPTIONAL_HEADER + pe.readUInt16LE(20), count * SECTION);
  const names = pe.readUInt32LE(12) + pe.readUInt32LE(16) * SYMBOL;
  const sections: ElfSection[] = [];
  for (let at = 0; at + SECTION <= table.length; at += SECTION) {
    const size = Math.min(table.readUInt32LE(at + 16), table.readUInt32LE(at + 8) || 0xffffffff);
    const start = table.readUInt32LE(at + 20);
    if (size === 0 || start + size > reader.size) continue;
    const name = nameOf(reader, table.toString('latin1', at, at + 8).split('\0')[0] ?? '', names);
    sections.push({ name, type: table.readUInt32LE(at + 36), offset: start, size });
  }
  return sections;
}

/** Eight characters have place; GNU's linker puts longer names in the table of strings and writes `/` and the offset. */
function nameOf(reader: ImageReader, name: string, names: number): string {
  const place = /^\/(\d{1,7})$/.exec(name)?.[1];
  if (place === undefined) return name;
  return (
    reader
      .read(names + Number(place), 64)
      .toString('latin1')
      .split('\0')[0] || name
  );
}
