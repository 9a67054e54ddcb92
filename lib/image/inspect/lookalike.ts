import type { ElfFile } from './elf';
import type { ImageReader } from './image-reader';

/** First bytes of files that are given by mistake. */
const MAGICS: readonly (readonly [string, string])[] = [
  ['#!', 'a script'],
  ['\x1f\x8b', 'a gzip archive; unpack it first'],
  ['\xfd7zXZ\0', 'an xz archive; unpack it first'],
  ['\x28\xb5\x2f\xfd', 'a zstd archive; unpack it first'],
  ['PK\x03\x04', 'a zip archive; unpack it first'],
  ['!<arch>\n', 'a static library; link it first'],
  ['\xcf\xfa\xed\xfe', 'a program of macOS'],
  ['\xca\xfe\xba\xbe', 'a program of macOS or a Java class'],
  ['MZ', 'a program of Windows'],
  ['\xd0\x0d\xfe\xed', 'a device tree'],
  ['BZh', 'a bzip2 archive; unpack it first'],
  ['\x04"M\x18', 'an lz4 archive; unpack it first'],
  ['070701', 'a cpio archive, such as an initramfs'],
  ['conectix', 'a VHD disk; convert it with: qemu-img convert -O raw'],
  ['KDMV', 'a VMDK disk; convert it with: qemu-img convert -O raw'],
  ['vhdxfile', 'a VHDX disk; convert it with: qemu-img convert -O raw'],
  ['\x7fELF', 'an ELF file of an unknown class'],
];

/** What a file that is no image looks like, for the message. */
export function lookalikeOf(reader: ImageReader): string {
  const start = reader.read(0, 512);
  const bytes = start.toString('latin1');
  const known = MAGICS.find(([magic]) => bytes.startsWith(magic));
  if (known) return known[1];
  if (reader.read(257, 5).toString('latin1') === 'ustar') return 'a tar archive; unpack it first';
  if (reader.read(40, 4).toString('latin1') === '_FVH') return 'UEFI firmware';
  if (reader.read(0x8001, 5).toString('latin1') === 'CD001') return 'an ISO 9660 image, such as a CD';
  if (start.every((byte) => byte === 0)) return 'a file that begins with zeros only, such as an empty disk';
  return start.every((byte) => byte === 9 || byte === 10 || byte === 13 || byte >= 32)
    ? 'a text'
    : 'data of no known format';
}

/** What an ELF file looks like that nothing starts. */
export function lookalikeOfElf({ kind, interpreter, notes }: ElfFile): string {
  if (kind === 'relocatable') return 'an object file that is not linked yet';
  if (kind === 'core') return 'a core dump';
  return interpreter !== undefined || notes.some(({ owner, type }) => owner === 'GNU' && type === 1)
    ? 'an ordinary Linux program, which needs an operating system under it'
    : 'an ELF file without a boot protocol (neither multiboot, multiboot2 nor PVH)';
}
