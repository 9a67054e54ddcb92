/** Bytes of a disk's sector, the unit of GRUB's block lists. */
export const SECTOR = 512;

/**
 * How a forged disk is laid out. `bios`: a boot sector and block lists; `uefi`: an EFI system partition; `xen-pv`: a
 * partition that PV-GRUB reads.
 */
export type DiskLayout = 'bios' | 'uefi' | 'xen-pv';

/**
 * Names this arrangement of a disk; part of every image's digest. Raise it whenever the same kernel and arguments
 * would give other bytes.
 */
export const LAYOUT_VERSION = 1;

/** First sector of the loader's core; it may reach up to the configuration. */
export const CORE_SECTOR = 1;
/** First sector of the configuration. `scripts/build-loader.mjs` compiles this and the next number into the core. */
export const CONFIG_SECTOR = 1024;
/** Sectors of the configuration: 16 KiB, room for the longest command line when every character needs quoting. */
export const CONFIG_SECTORS = 32;
/** Where the loader for UEFI looks for its configuration; compiled into it as well. */
export const UEFI_CONFIG = '/kiln/boot.cfg';
/** First sector of the kernel: 1 MiB, as partitioning tools align it. */
export const KERNEL_SECTOR = 2048;
/** A disk is a multiple of this many bytes, and what is beside the kernel begins at one. */
export const DISK_ALIGNMENT = 1024 * 1024;

/** The next multiple of `unit`. */
export function alignUp(value: number, unit: number): number {
  return Math.ceil(value / unit) * unit;
}
