/** The outer form of a file, by its first bytes. `flat`: no format of its own, but a boot header inside. */
export type ImageFormat =
  | 'elf32'
  | 'elf64'
  | 'bzimage'
  | 'arm64-image'
  | 'qcow2'
  | 'mbr-disk'
  | 'gpt-disk'
  | 'uefi-app'
  | 'flat'
  | 'unknown';

/**
 * A way to start an image that its bytes offer. `linux`: by the setup header of a bzImage or arm64 Image; `linux64`: an
 * ELF entered in 64 bit mode with Linux' boot parameters, as Firecracker does; `bios-disk`, `uefi-disk`: the firmware
 * finds a boot sector, or an EFI system partition; `uefi`: a UEFI application.
 */
export type BootProtocol =
  | 'multiboot1'
  | 'multiboot2'
  | 'pvh'
  | 'linux'
  | 'linux64'
  | 'xen-pv'
  | 'bios-disk'
  | 'uefi-disk'
  | 'uefi';

/** A note of an ELF file, from a program header or from a section. */
export interface ElfNote {
  readonly owner: string;
  readonly type: number;
  /** At most the first 64 KiB. */
  readonly data: Buffer;
  /** Where its data begins in the file, in bytes. */
  readonly offset: number;
}

/** A named section of an ELF file or a UEFI application; offset and size in bytes. */
export interface ElfSection {
  readonly name: string;
  readonly type: number;
  readonly offset: number;
  readonly size: number;
}

/** A partition of a disk; offset and size in bytes. */
export interface Partition {
  readonly offset: number;
  readonly size: number;
  /** Type of an MBR entry, such as 0x83; 0xee stands for every GPT entry. */
  readonly type: number;
  /** Type of a GPT entry, in capitals: `C12A7328-F81F-11D2-BA4B-00A0C93EC93B`. @default - none, an MBR entry */
  readonly guid?: string;
}

/** What a system's recognition may look at: facts already read, and bounded reads of more. */
export interface ImageFacts {
  readonly format: ImageFormat;
  /** Size of the file in bytes. */
  readonly size: number;
  readonly bootProtocols: readonly BootProtocol[];
  readonly notes: readonly ElfNote[];
  readonly sections: readonly ElfSection[];
  /** Undefined where no byte says it. */
  readonly machine: string | undefined;
  /** The partitions of a disk, in the order of their table. */
  readonly partitions: readonly Partition[];
  /** The multiboot 1 header; `kludge`: it has load addresses of its own. */
  readonly multiboot1:
    | { readonly offset: number; readonly flags: number; readonly kludge: boolean }
    | undefined;
  /** The program interpreter that an ELF asks for. */
  readonly interpreter: string | undefined;
  /** Bytes from `offset`; fewer where the file ends, and never more than 1 MiB. */
  read(offset: number, length: number): Buffer;
  /** Offset of an ASCII text in the first 16 MiB of a kernel, or the first 4 MiB of a disk in which no kernel is found. */
  find(text: string): number | undefined;
}
