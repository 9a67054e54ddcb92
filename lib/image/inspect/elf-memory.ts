import { type ElfFile, type ElfSegment, PT_LOAD } from './elf';

/** The memory that a kernel is loaded into: physical addresses, and the bytes between them. */
export interface MemoryFootprint {
  /** Lowest address; undefined where it is loaded anywhere. */
  readonly low: number | undefined;
  /** From the lowest to the highest byte. */
  readonly size: number;
}

/** What the program headers load; undefined where they load nothing. */
export function memoryOf(file: ElfFile): MemoryFootprint | undefined {
  const loads = loadsOf(file);
  if (loads.length === 0) return undefined;
  const low = Math.min(...loads.map(({ address }) => address));
  const high = Math.max(...loads.map(({ address, memorySize }) => address + memorySize));
  return { low, size: high - low };
}

/** Segments that no loader can put in memory as they say: they overlap, or are larger in the file than in memory. */
export function memoryFaults(file: ElfFile): string[] {
  const loads = [...loadsOf(file)].sort((a, b) => a.address - b.address);
  const faults: string[] = [];
  for (const [index, segment] of loads.entries()) {
    const at = `the segment for address 0x${segment.address.toString(16)}`;
    if (segment.fileSize > segment.memorySize) faults.push(`${at} is larger in the file than in memory`);
    const next = loads[index + 1];
    if (next && segment.address + segment.memorySize > next.address) {
      faults.push(`${at} overlaps the one for 0x${next.address.toString(16)}`);
    }
  }
  return faults.slice(0, 8);
}

function loadsOf(file: ElfFile): ElfSegment[] {
  return file.segments.filter(({ type, memorySize }) => type === PT_LOAD && memorySize > 0);
}
