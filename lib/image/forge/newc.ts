import { KilnError } from '../../errors';

const MAGIC = '070701';
const TRAILER = 'TRAILER!!!';
const READ_ONLY_FILE = 0o100444;
/** Where the file's bytes begin: at a page, so that none of them is written or read in two parts. */
const FILE_OFFSET = 4096;
const HEADER = 110;
/** Sizes are eight hex digits. */
const MAX_SIZE = 0xffffffff;

/**
 * What stands before and after one file in an archive of the newc format of cpio (Linux
 * Documentation/driver-api/early-userspace/buffer-format.rst). GRUB reads such an archive as a file system, which gives a
 * file in bare sectors its exact size.
 * @param size of the file in bytes
 * @throws KilnError `image.too-large`
 */
export function newcAround(name: string, size: number): { readonly before: Buffer; readonly after: Buffer } {
  if (size > MAX_SIZE) {
    throw new KilnError(`the ${name} has ${size} bytes, and at most ${MAX_SIZE} are possible`, {
      code: 'image.too-large',
      remedy: 'Put what is large on a disk of its own.',
    });
  }
  const after = Buffer.concat([paddingTo4(size), entry(TRAILER, 0, 0)]);
  // The zeros count as part of the name, and end it.
  const padded = name.padEnd(FILE_OFFSET - HEADER - 1, '\0');
  return { before: entry(padded, READ_ONLY_FILE, size), after };
}

function entry(name: string, mode: number, size: number): Buffer {
  // inode, mode, uid, gid, links, time, size, two device numbers of two parts, size of the name, no checksum
  const fields = [1, mode, 0, 0, 1, 0, size, 0, 0, 0, 0, name.length + 1, 0];
  const text = MAGIC + fields.map((field) => field.toString(16).padStart(8, '0')).join('');
  const head = Buffer.from(`${text}${name}\0`, 'latin1');
  return Buffer.concat([head, paddingTo4(head.length)]);
}

function paddingTo4(size: number): Buffer {
  return Buffer.alloc((4 - (size % 4)) % 4);
}
