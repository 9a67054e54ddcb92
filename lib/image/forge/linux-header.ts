import { KilnError } from '../../errors';
import { commandLine } from '../boot-args';
import type { ImageReader } from '../inspect';

/** Fields of the setup header, by offset in the file (Linux Documentation/arch/x86/boot.rst). */
const FIELD = {
  setupSectors: 0x1f1,
  paragraphs: 0x1f4,
  version: 0x206,
  loadFlags: 0x211,
  code32: 0x214,
  commandLineSize: 0x238,
  initSize: 0x260,
  end: 0x264,
} as const;
const PARAGRAPH = 16;
const LOADED_HIGH = 1;
/** GRUB_LINUX_MAX_SETUP_SECTS; 0 stands for the 4 of the oldest kernels. */
const MAX_SETUP_SECTORS = 64;
const LOAD_ADDRESS = 0x100000;
/** COMMAND_LINE_SIZE of every x86 and arm64 kernel, without its NUL. */
const MAX_COMMAND_LINE = 2047;
/** What a kernel takes that does not say how much. */
const OLD_COMMAND_LINE = 255;

/**
 * Refuses a Linux kernel for x86 that GRUB would refuse or damage. That the file is whole has been seen at its inspection.
 * @returns the longest command line that it takes, in bytes
 * @throws KilnError `image.not-bootable`
 */
export function requireLoadableLinux(reader: ImageReader): number {
  const header = reader.read(0, FIELD.end);
  const version = header.readUInt16LE(FIELD.version);
  const setupSectors = header[FIELD.setupSectors] ?? 0;
  const reason = whyNotLoadable(header, version, setupSectors);
  if (reason !== undefined) {
    throw new KilnError(`the image '${reader.name}' ${reason}`, {
      code: 'image.not-bootable',
      remedy: "Give the 'bzImage' of a Linux kernel from 2.6.20 or later, as distributions package it.",
    });
  }
  return version >= 0x206
    ? Math.min(header.readUInt32LE(FIELD.commandLineSize), MAX_COMMAND_LINE)
    : OLD_COMMAND_LINE;
}

function whyNotLoadable(header: Buffer, version: number, setupSectors: number): string | undefined {
  const protocol = `${version >> 8}.${String(version & 0xff).padStart(2, '0')}`;
  if (version < 0x203) {
    return `has the Linux boot protocol ${protocol}, and GRUB needs 2.03 or later`;
  }
  if (((header[FIELD.loadFlags] ?? 0) & LOADED_HIGH) === 0) {
    return 'is a Linux zImage, which is loaded below 1 MiB, and GRUB starts only a bzImage';
  }
  if (setupSectors > MAX_SETUP_SECTORS) {
    return `has ${setupSectors} sectors of setup code, and GRUB takes at most ${MAX_SETUP_SECTORS}`;
  }
  const size = header.readUInt32LE(FIELD.paragraphs) * PARAGRAPH;
  const code32 = header.readUInt32LE(FIELD.code32);
  if (code32 < LOAD_ADDRESS || code32 >= LOAD_ADDRESS + size) {
    return `starts at 0x${code32.toString(16)}, outside of what is loaded at 0x${LOAD_ADDRESS.toString(16)}`;
  }
  const initSize = header.readUInt32LE(FIELD.initSize);
  if (version >= 0x20a && initSize < size) {
    return `asks for ${initSize} bytes of memory to start in, and its code alone has ${size}`;
  }
  return undefined;
}

/**
 * Refuses an arm64 `Image` that GRUB would not start: it hands it to the firmware, as a UEFI application.
 * @returns the longest command line that it takes, in bytes
 * @throws KilnError `image.not-bootable`
 */
export function requireLoadableArm64(reader: ImageReader): number {
  if (reader.read(0, 2).toString('latin1') === 'MZ') return MAX_COMMAND_LINE;
  throw new KilnError(
    `the image '${reader.name}' is an arm64 kernel without the EFI stub, and UEFI starts no other`,
    {
      code: 'image.not-bootable',
      remedy: 'Build it with CONFIG_EFI_STUB, as distributions do.',
    },
  );
}

/**
 * Refuses arguments that are longer than what a kernel keeps: it would drop the end without a word.
 * @param longest bytes that the kernel takes
 * @param kernel where GRUB finds the kernel; it puts `BOOT_IMAGE=` and this in front
 * @throws KilnError `image.boot-args`
 */
export function requireFitsLinux(bootArgs: readonly string[], longest: number, kernel: string): void {
  const front = Buffer.byteLength(`BOOT_IMAGE=${kernel} `);
  const bytes = front + Buffer.byteLength(commandLine(bootArgs));
  if (bytes <= longest) return;
  throw new KilnError(
    `the boot arguments make a command line of ${bytes} bytes, ${front} of them put in front by GRUB, and this Linux kernel ` +
      `takes at most ${longest}`,
    { code: 'image.boot-args', remedy: 'Shorten them, or put what is long in the initramfs.' },
  );
}
