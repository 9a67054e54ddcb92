/** The outer form of a file, by its first bytes. `flat`: no format of its own, but a boot header inside. */
export type ImageFormat =
  | 'elf32'
  | 'elf64'
  | 'bzimage'
  | 'qcow2'
  | 'mbr-disk'
  | 'gpt-disk'
  | 'uefi-app'
  | 'flat'
  | 'unknown';

/** A way to start an image that its bytes offer. */
export type BootProtocol = 'multiboot1' | 'multiboot2' | 'pvh' | 'linux' | 'xen-pv' | 'bios-disk' | 'uefi';

/** A note of an ELF file, from a program header or from a section. */
export interface ElfNote {
  readonly owner: string;
  readonly type: number;
  /** At most the first 64 KiB. */
  readonly data: Buffer;
  /** Where its data begins in the file, in bytes. */
  readonly offset: number;
}

/** A named section of an ELF file; offset and size in bytes. */
export interface ElfSection {
  readonly name: string;
  readonly type: number;
  readonly offset: number;
  readonly size: number;
}

/** What a system's recognition may look at: facts already read, and bounded reads of more. */
export interface ImageFacts {
  readonly format: ImageFormat;
  /** Size of the file in bytes. */
  readonly size: number;
  readonly bootProtocols: readonly BootProtocol[];
  readonly notes: readonly ElfNote[];
  readonly sections: readonly ElfSection[];
  /** First byte of each partition of a disk. */
  readonly partitionOffsets: readonly number[];
  /** Bytes from `offset`; fewer where the file ends, and never more than 1 MiB. */
  read(offset: number, length: number): Buffer;
  /** Offset of an ASCII text in the first 16 MiB. */
  find(text: string): number | undefined;
}
