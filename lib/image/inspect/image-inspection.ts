import type { BootProtocol, ImageFormat, RecognisedSystem } from '../../systems';
import type { ElfFile } from './elf';
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
  readonly bootProtocols: readonly BootProtocol[];
  /** The unikernel system; id `generic` when it can boot and no system is recognised, undefined when it cannot boot. */
  readonly system: RecognisedSystem | undefined;
  /** Why: which bytes led to the answer, in file order of reading. */
  readonly evidence: readonly Evidence[];
  /** The ELF headers, where it is one. */
  readonly elf: ElfFile | undefined;
  readonly multiboot1: Multiboot1 | undefined;
  /** For a file that is no image at all: what it looks like (`a shell script`). */
  readonly lookalike: string | undefined;
}
