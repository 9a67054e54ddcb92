import { KilnError } from '../../errors';
import type { ImageInspection, ImageReader } from '../inspect';
import { tryFindMultiboot2 } from '../inspect/multiboot';

/** Load addresses that a multiboot header gives itself; a loader then ignores what an ELF header says. */
export interface LoadAddresses {
  /** Offset in the file of the first byte that is loaded. */
  readonly fileStart: number;
  readonly loadAddress: number;
  /** 0: up to the end of the file. */
  readonly loadEnd: number;
  /** 0: nothing is cleared. */
  readonly bssEnd: number;
  /** Offset in the file of `loadEnd`. */
  readonly loadEndField: number;
}

/** Offset of load_end_addr in a multiboot 1 header (Multiboot 0.6.96, section 3.1.1). */
const LOAD_END_1 = 20;
/** Header tags of multiboot 2 (Multiboot2 2.0, section 3.1). */
const TAGS_START = 16;
const END_TAG = 0;
const ADDRESS_TAG = 2;
const LOAD_END_IN_TAG = 16;

/**
 * The load addresses of the header that `command` goes by; undefined where the ELF header decides.
 * @throws KilnError `image.not-bootable` for addresses that contradict each other
 */
export function loadAddressesOf(
  image: ImageInspection,
  reader: ImageReader,
  command: 'multiboot' | 'multiboot2',
): LoadAddresses | undefined {
  const addresses = command === 'multiboot' ? fromHeader(image) : fromTag(reader);
  const fault = addresses && faultOf(addresses);
  if (fault === undefined) return addresses;
  throw new KilnError(`the image '${image.name}' has a multiboot header that ${fault}`, {
    code: 'image.not-bootable',
    remedy: 'Correct the addresses in the header, or leave them out and let the ELF header say them.',
  });
}

function fromHeader({ multiboot1 }: ImageInspection): LoadAddresses | undefined {
  if (!multiboot1?.kludge) return undefined;
  const { headerAddress, loadAddress, loadEnd, bssEnd } = multiboot1.kludge;
  return {
    fileStart: multiboot1.offset - (headerAddress - loadAddress),
    loadAddress,
    loadEnd,
    bssEnd,
    loadEndField: multiboot1.offset + LOAD_END_1,
  };
}

function fromTag(reader: ImageReader): LoadAddresses | undefined {
  const header = tryFindMultiboot2(reader);
  if (!header) return undefined;
  const bytes = reader.read(header.offset, header.length);
  for (let at = TAGS_START; at + 8 <= bytes.length; ) {
    const type = bytes.readUInt16LE(at);
    const size = bytes.readUInt32LE(at + 4);
    if (type === END_TAG || size < 8) return undefined;
    if (type === ADDRESS_TAG && at + 24 <= bytes.length) {
      const loadAddress = bytes.readUInt32LE(at + 12);
      return {
        fileStart: header.offset - (bytes.readUInt32LE(at + 8) - loadAddress),
        loadAddress,
        loadEnd: bytes.readUInt32LE(at + LOAD_END_IN_TAG),
        bssEnd: bytes.readUInt32LE(at + 20),
        loadEndField: header.offset + at + LOAD_END_IN_TAG,
      };
    }
    at += Math.ceil(size / 8) * 8;
  }
  return undefined;
}

function faultOf({ fileStart, loadAddress, loadEnd, bssEnd }: LoadAddresses): string | undefined {
  const hex = (value: number) => `0x${value.toString(16)}`;
  if (fileStart < 0) return 'is to be loaded from before the start of the file';
  if (loadEnd !== 0 && loadEnd < loadAddress) {
    return `is to be loaded from ${hex(loadAddress)} up to ${hex(loadEnd)}, which is before it`;
  }
  if (bssEnd !== 0 && bssEnd < loadEnd) {
    return `clears memory up to ${hex(bssEnd)}, before the end of what is loaded, ${hex(loadEnd)}`;
  }
  return undefined;
}
