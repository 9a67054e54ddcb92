import type { ElfNote } from '../../systems';
import type { ImageReader } from './image-reader';

/** A note area beyond this size is not read further: the notes that matter are tens of bytes. */
const MAX_AREA = 64 * 1024;
const MAX_AREAS = 64;
const MAX_NOTES = 256;
const HEADER = 12;

/**
 * The notes of some areas of a file, each once. Read segments and sections: Unikraft's Xen notes are in sections only,
 * and a stripped file has segments only.
 */
export function readElfNotes(
  reader: ImageReader,
  areas: readonly { readonly offset: number; readonly size: number }[],
): ElfNote[] {
  const notes = new Map<number, ElfNote>();
  for (const area of areas.slice(0, MAX_AREAS)) {
    const bytes = reader.read(area.offset, Math.min(area.size, MAX_AREA));
    let at = 0;
    while (at + HEADER <= bytes.length && notes.size < MAX_NOTES) {
      const nameSize = bytes.readUInt32LE(at);
      const dataSize = bytes.readUInt32LE(at + 4);
      const data = at + HEADER + aligned(nameSize);
      if (nameSize === 0 && dataSize === 0 && bytes.readUInt32LE(at + 8) === 0) {
        // Padding between notes, as Nanos has it.
        at += 4;
        continue;
      }
      if (data + dataSize > bytes.length) break;
      const owner = bytes.toString('latin1', at + HEADER, at + HEADER + nameSize).split('\0')[0] ?? '';
      const offset = area.offset + data;
      notes.set(offset, {
        owner,
        type: bytes.readUInt32LE(at + 8),
        data: bytes.subarray(data, data + dataSize),
        offset,
      });
      at = data + aligned(dataSize);
    }
  }
  return [...notes.values()];
}

function aligned(size: number): number {
  return Math.ceil(size / 4) * 4;
}
