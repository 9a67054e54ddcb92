/** Bytes of a disk's sector, the unit of GRUB's block lists. */
export const SECTOR = 512;

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
/** First sector of the kernel: 1 MiB, as partitioning tools align it. */
export const KERNEL_SECTOR = 2048;
/** A disk is a multiple of this many bytes. */
export const DISK_ALIGNMENT = 1024 * 1024;
