import { KilnError } from '../../errors';
import type { ImageInspection } from '../inspect';
import type { Patch } from './disk-plan';

const PT_LOAD = 1;
const PT_NULL = Buffer.alloc(4);
/** GRUB reads so much of a kernel before it looks at program headers (MULTIBOOT_SEARCH). */
const HEADERS_WITHIN = { multiboot: 8192, multiboot2: 32768 } as const;
/** Offset of load_end_addr in a multiboot header. */
const LOAD_END = 20;

/**
 * What GRUB would trip over in this kernel, mended in the disk's copy.
 * @param unit what the file's end is padded to where it lies: a sector, or 1 in a file system
 * @throws KilnError `image.not-bootable` where it cannot be mended
 */
export function kernelPatches(
  image: ImageInspection,
  command: 'multiboot' | 'multiboot2',
  unit: number,
): Patch[] {
  const kludge = command === 'multiboot' ? image.multiboot1?.kludge : undefined;
  if (kludge) return loadEndPatch(image, unit);
  requireEarlyHeaders(image, HEADERS_WITHIN[command]);
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
function loadEndPatch(image: ImageInspection, unit: number): Patch[] {
  const { offset, kludge } = image.multiboot1 ?? {};
  if (offset === undefined || !kludge || kludge.loadEnd !== 0 || image.size % unit === 0) return [];
  const fileStart = offset - (kludge.headerAddress - kludge.loadAddress);
  const loadEnd = kludge.loadAddress + image.size - fileStart;
  if (loadEnd > 0xffffffff) return [];
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(loadEnd);
  return [
    { offset: offset + LOAD_END, bytes, because: 'the end of the load was left to the size of the file' },
  ];
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
