import type { BootProtocol } from '../../systems';
import type { ImageReader } from './image-reader';
import { tryReadUefiApp } from './pe';
import { truncated } from './truncated';

/** XLF_KERNEL_64: it has an entry in 64 bit mode. */
const KERNEL_64 = 1;
/** From these versions of the boot protocol on there is `xloadflags`, and `init_size`. */
const WITH_LOAD_FLAGS = 0x20c;
const WITH_INIT_SIZE = 0x20a;

/** A kernel in the form that Linux' build gives it. */
export interface LinuxImage {
  readonly machine: string;
  readonly protocols: readonly BootProtocol[];
  /** Offset of the magic, and what it says, for people. */
  readonly offset: number;
  readonly fact: string;
  /** Bytes of memory that it takes before it can read its own tables; undefined where it does not say. */
  readonly memorySize: number | undefined;
}

/**
 * An x86 bzImage (Linux Documentation/arch/x86/boot.rst). Also what OSv calls `vmlinuz.bin`.
 * @throws KilnError `image.truncated` when its header says that more should follow
 */
export function tryReadBzImage(reader: ImageReader): LinuxImage | undefined {
  const header = reader.read(0x1f1, 0x73);
  const byte = (offset: number) => offset - 0x1f1;
  if (header.length < byte(0x208) || header.readUInt16LE(byte(0x1fe)) !== 0xaa55) return undefined;
  if (header.toString('latin1', byte(0x202), byte(0x206)) !== 'HdrS') return undefined;
  const version = header.readUInt16LE(byte(0x206));
  if (header.length < 0x73) throw truncated(reader, 'its setup header', 0x264);
  requireWhole(reader, header[0] || 4, header.readUInt32LE(byte(0x1f4)));
  const app = tryReadUefiApp(reader);
  const is64 =
    version >= WITH_LOAD_FLAGS
      ? (header.readUInt16LE(byte(0x236)) & KERNEL_64) !== 0
      : app?.machine === 'x86-64';
  const initSize = version >= WITH_INIT_SIZE ? header.readUInt32LE(byte(0x260)) : 0;
  return {
    machine: is64 ? 'x86-64' : 'x86',
    protocols: app ? ['linux', 'uefi'] : ['linux'],
    offset: 0x202,
    fact: `Linux setup header 'HdrS', protocol ${version >> 8}.${String(version & 0xff).padStart(2, '0')}`,
    memorySize: initSize || undefined,
  };
}

/** `syssize` counts paragraphs of 16 bytes after the setup sectors, rounded up. */
function requireWhole(reader: ImageReader, setupSectors: number, paragraphs: number): void {
  const end = (setupSectors + 1) * 512 + paragraphs * 16;
  if (end - 15 > reader.size) throw truncated(reader, 'its compressed kernel', end);
}

/** An arm64 `Image` (Linux Documentation/arch/arm64/booting.rst), with or without the stub that makes it a UEFI application. */
export function tryReadArm64Image(reader: ImageReader): LinuxImage | undefined {
  const header = reader.read(0, 64);
  if (header.length < 64 || header.toString('latin1', 0x38, 0x3c) !== 'ARM\x64') return undefined;
  const size = Number(header.readBigUInt64LE(16));
  const app = tryReadUefiApp(reader);
  return {
    machine: 'arm64',
    protocols: app ? ['linux', 'uefi'] : ['linux'],
    offset: 0x38,
    fact: "arm64 Image magic 'ARM\\x64'",
    memorySize: size || undefined,
  };
}

/** How the kernel in an EFI zboot image is compressed (Linux drivers/firmware/efi/libstub/zboot-header.S). */
export function tryReadZboot(reader: ImageReader): string | undefined {
  const header = reader.read(0, 32);
  if (header.length < 32 || header.toString('latin1', 0, 8) !== 'MZ\0\0zimg') return undefined;
  return header.toString('latin1', 24, 32).split('\0')[0] || 'in a way it does not name';
}
