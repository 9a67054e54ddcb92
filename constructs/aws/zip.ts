import { crc32 } from '../../lib/image/forge/crc32';

export interface ZipEntry {
  readonly name: string;
  readonly content: Buffer;
}

/** 1980-01-01, the first day that a ZIP can name: the same files give the same bytes on every day. */
const DATE = 0x21;
const VERSION = 20;
const UTF8_NAMES = 0x800;
/** A regular file that all may read: Lambda runs as another user than the one that owns it. */
const MODE = 0o100644;
const UNIX = 3 << 8;
const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;

/**
 * A ZIP of small files, stored and not compressed: what zlib makes of a file differs between its versions, and the archive's
 * hash is part of the plan.
 */
export function zip(entries: readonly ZipEntry[]): Buffer {
  const locals: Buffer[] = [];
  const centrals: Buffer[] = [];
  let offset = 0;
  for (const { name, content } of entries) {
    const title = Buffer.from(name, 'utf8');
    const about = describe(title, content);
    const local = Buffer.concat([words(LOCAL), about, title, content]);
    const central = Buffer.alloc(14);
    central.writeUInt32LE((MODE << 16) >>> 0, 6);
    central.writeUInt32LE(offset, 10);
    centrals.push(words(CENTRAL), halves(UNIX | VERSION), about, central, title);
    locals.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(centrals);
  const count = entries.length;
  const end = [words(END), halves(0, 0, count, count), words(directory.length, offset), halves(0)];
  return Buffer.concat([...locals, directory, ...end]);
}

/** The fields that a file's own header and its entry in the directory have in common. */
function describe(title: Buffer, content: Buffer): Buffer {
  return Buffer.concat([
    halves(VERSION, UTF8_NAMES, 0, 0, DATE),
    words(crc32(content), content.length, content.length),
    halves(title.length, 0),
  ]);
}

function halves(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 2);
  for (const [index, value] of values.entries()) bytes.writeUInt16LE(value, index * 2);
  return bytes;
}

function words(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) bytes.writeUInt32LE(value, index * 4);
  return bytes;
}
