import { KilnError } from '../../errors';
import type { ElfFile, ImageInspection, ImageReader } from '../inspect';
import { memoryFaults } from '../inspect/elf-memory';
import type { Patch } from './disk-plan';
import { alignUp } from './layout';
import { type LoadAddresses, loadAddressesOf } from './multiboot-addresses';

const PT_LOAD = 1;
const PT_NULL = Buffer.alloc(4);
/** GRUB reads so much of a kernel before it looks at program headers (MULTIBOOT_SEARCH). */
const HEADERS_WITHIN = { multiboot: 8192, multiboot2: 32768 } as const;
/** GRUB's UNSUPPORTED_FLAGS: what a kernel may demand, and GRUB does not know. */
const UNKNOWN_FLAGS = 0xfff8;
const FOUR_GIB = 0x100000000;
/** Offset of e_entry, in both classes of ELF. */
const ENTRY = 24;
/** Offset of p_vaddr in a program header. */
const VIRTUAL_ADDRESS = { 32: 8, 64: 16 } as const;

/**
 * What GRUB would trip over in this kernel, mended in the disk's copy.
 * @param unit what the file's end is padded to where it lies: a sector, or 1 in a file system
 * @throws KilnError `image.not-bootable` where it cannot be mended
 */
export function kernelPatches(
  image: ImageInspection,
  reader: ImageReader,
  command: 'multiboot' | 'multiboot2',
  unit: number,
): Patch[] {
  const flags = (command === 'multiboot' ? (image.multiboot1?.flags ?? 0) : 0) & UNKNOWN_FLAGS;
  if (flags !== 0)
    throw notLoadable(image, `demands what GRUB does not have (multiboot flags 0x${flags.toString(16)})`);
  const addresses = loadAddressesOf(image, reader, command);
  if (addresses) return loadEndPatch(image, addresses, unit);
  requireEarlyHeaders(image, HEADERS_WITHIN[command]);
  requireLoadable(image, reader);
  return (image.elf?.segments ?? [])
    .filter((segment) => segment.type === PT_LOAD && segment.memorySize === 0)
    .map((segment) => ({
      offset: segment.headerOffset,
      bytes: PT_NULL,
      because: 'an empty segment, which GRUB takes for an overlap (unikraft issue 1680)',
    }));
}

/**
 * "Up to the end of the file" would take in the zeros that fill the disk's last sector, and GRUB then clears the
 * memory after them with a negative length.
 */
function loadEndPatch(image: ImageInspection, addresses: LoadAddresses, unit: number): Patch[] {
  const { fileStart, loadAddress, loadEnd, bssEnd, loadEndField } = addresses;
  const end = loadEnd === 0 ? loadAddress + image.size - fileStart : loadEnd;
  const inFile = fileStart + end - loadAddress;
  if (fileStart > image.size) {
    throw notLoadable(
      image,
      `has a multiboot header that loads from byte ${fileStart}, and the file has ${image.size}`,
    );
  }
  if (inFile > alignUp(image.size, unit)) {
    throw notLoadable(
      image,
      `has a multiboot header that loads up to byte ${inFile}, and the file has ${image.size}`,
    );
  }
  if (end >= FOUR_GIB || (bssEnd !== 0 && bssEnd < end)) {
    throw notLoadable(
      image,
      `is loaded up to 0x${end.toString(16)}, beyond what its multiboot header clears or 4 GiB`,
    );
  }
  if (loadEnd !== 0 || image.size % unit === 0) return [];
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(end);
  return [{ offset: loadEndField, bytes, because: 'the end of the load was left to the size of the file' }];
}

function requireEarlyHeaders(image: ImageInspection, within: number): void {
  const end = image.elf?.segmentTableEnd ?? 0;
  if (end <= within) return;
  throw new KilnError(
    `the image '${image.name}' has program headers up to byte ${end}, and GRUB finds them only in the first ${within} bytes`,
    {
      code: 'image.not-bootable',
      remedy: 'Link it so that they follow the ELF header, as linkers do by default.',
    },
  );
}

/** What GRUB's ELF loader says no to (grub-core/loader/multiboot_elfxx.c), or what would overrun its memory. */
function requireLoadable(image: ImageInspection, reader: ImageReader): void {
  if (!image.elf) return;
  const [fault] = memoryFaults(image.elf);
  if (fault !== undefined) throw notLoadable(image, `cannot be loaded by GRUB: ${fault}`);
  const loads = image.elf.segments.filter(({ type, memorySize }) => type === PT_LOAD && memorySize > 0);
  const far = loads.find(({ address, memorySize }) => address + memorySize > FOUR_GIB);
  if (far) {
    const [from, to] = [far.address, far.address + far.memorySize].map((value) => `0x${value.toString(16)}`);
    throw notLoadable(image, `has a segment from ${from} to ${to}, and GRUB loads below 4 GiB`);
  }
  requireEntered(image, image.elf, reader);
}

/** GRUB wants the entry, a virtual address, to be in one of the segments. Kernels may lie beyond what a number is exact for. */
function requireEntered(image: ImageInspection, { bits, segments }: ElfFile, reader: ImageReader): void {
  const word = (at: number) => {
    const bytes = reader.read(at, bits / 8);
    return bits === 32 ? BigInt(bytes.readUInt32LE(0)) : bytes.readBigUInt64LE(0);
  };
  const entry = word(ENTRY);
  const isEntered = segments.some(({ headerOffset, memorySize }) => {
    const start = word(headerOffset + VIRTUAL_ADDRESS[bits]);
    return entry >= start && entry < start + BigInt(memorySize);
  });
  if (!isEntered) throw notLoadable(image, `is entered at 0x${entry.toString(16)}, where it loads nothing`);
}

function notLoadable(image: ImageInspection, what: string): KilnError {
  return new KilnError(`the image '${image.name}' ${what}`, {
    code: 'image.not-bootable',
    remedy: 'Link it for addresses that a 32 bit loader can fill, one segment beside the other.',
  });
}
