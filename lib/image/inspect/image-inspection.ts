import type { BootProtocol, ImageFormat, RecognisedSystem } from '../../systems';
import type { ElfFile } from './elf';
import type { MemoryFootprint } from './elf-memory';
import type { Multiboot1 } from './multiboot';

/** One thing that the bytes showed. */
export interface Evidence {
  /** Offset in the file, in bytes. */
  readonly offset: number;
  /** What is there, for people. */
  readonly fact: string;
}

/** What a file is, read from its headers. */
export interface ImageInspection {
  /** The file's name as it was given. */
  readonly name: string;
  /** Size in bytes. */
  readonly size: number;
  readonly format: ImageFormat;
  /** `x86-64`, `x86` (32 bit, which an x86-64 machine also starts), `arm64`, ...; undefined where no byte says it. */
  readonly machine: string | undefined;
  /** For a qcow2 those of the disk inside. */
  readonly bootProtocols: readonly BootProtocol[];
  /**
   * The unikernel system, also of the kernel in a disk; id `generic` when it can boot and no system is recognised,
   * undefined when it cannot boot.
   */
  readonly system: RecognisedSystem | undefined;
  /** Why: which bytes led to the answer, in file order of reading. */
  readonly evidence: readonly Evidence[];
  /** What is odd about it and does not prevent reading it: segments that overlap, a damaged kernel in a disk. */
  readonly warnings: readonly string[];
  /** The ELF headers, where it is one. */
  readonly elf: ElfFile | undefined;
  readonly multiboot1: Multiboot1 | undefined;
  /** Size of the disk that a guest sees, in bytes; only for a qcow2. */
  readonly virtualSize: number | undefined;
  /** The memory that it is loaded into, where it says so. */
  readonly memory: MemoryFootprint | undefined;
  /** The arguments that a disk or a unified kernel image has for its kernel, as one command line; undefined where it has no place for them. */
  readonly commandLine: string | undefined;
  /** What is inside: a qcow2's raw disk, the kernel that a disk's loader starts, that of a unified kernel image. */
  readonly contains: ImageInspection | undefined;
  /** For a file that is no image, or an ELF file that nothing starts: what it looks like (`a script`). */
  readonly lookalike: string | undefined;
}
