import type { BootProtocol, ElfNote, ElfSection, ImageFormat, Partition } from '../../systems';
import { readDisk } from './disk-format';
import type { DiskKernel } from './disk-kernel';
import type { ElfFile } from './elf';
import type { MemoryFootprint } from './elf-memory';
import type { Evidence } from './image-inspection';
import type { ImageReader } from './image-reader';
import { readArm64Image, readBzImage, readElf, readFlat, readUefiApp } from './kernel-formats';
import type { Multiboot1 } from './multiboot';

/** What the outer form of a file says, before any system is looked for. */
export interface FormatFindings {
  readonly format: ImageFormat;
  readonly machine: string | undefined;
  readonly bootProtocols: readonly BootProtocol[];
  readonly evidence: readonly Evidence[];
  readonly warnings: readonly string[];
  readonly partitions: readonly Partition[];
  readonly sections: readonly ElfSection[];
  readonly notes: readonly ElfNote[];
  readonly elf: ElfFile | undefined;
  readonly multiboot1: Multiboot1 | undefined;
  readonly memory: MemoryFootprint | undefined;
  /** The kernel that a disk's loader starts, or that a unified kernel image holds. */
  readonly kernel: DiskKernel | undefined;
}

/** Undefined where the file is not of the format. */
export type FormatReader = (reader: ImageReader) => Partial<FormatFindings> | undefined;

/**
 * The order matters: a Linux kernel with an EFI stub is also a UEFI application, and a disk that GRUB boots carries
 * GRUB's own multiboot header. An ELF may have 55 AA at byte 510 by chance. What is inside a qcow2 is read before.
 */
const READERS: readonly FormatReader[] = [
  readBzImage,
  readArm64Image,
  readUefiApp,
  readElf,
  readDisk,
  readFlat,
];

/** Finds the format by its first bytes. @throws KilnError `image.truncated`, `image.damaged` */
export function readFormat(reader: ImageReader): FormatFindings {
  for (const read of READERS) {
    const found = read(reader);
    if (found) return { ...NOTHING, ...found };
  }
  return NOTHING;
}

const NOTHING: FormatFindings = {
  format: 'unknown',
  machine: undefined,
  bootProtocols: [],
  evidence: [],
  warnings: [],
  partitions: [],
  sections: [],
  notes: [],
  elf: undefined,
  multiboot1: undefined,
  memory: undefined,
  kernel: undefined,
};
