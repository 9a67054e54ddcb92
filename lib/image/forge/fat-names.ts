/** 1 January 1980, 00:00: the first moment that FAT can name, the same for every file. */
const DATE = 0x0021;
const ENTRY = 32;
const LONG_NAME = 0x0f;
const LAST_LONG_ENTRY = 0x40;
const CHARS_PER_ENTRY = 13;
/** Where the characters of a long name's entry are. */
const CHAR_OFFSETS = [1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30];
const SHORT = /^[A-Z0-9_-]{1,8}(\.[A-Z0-9_-]{1,3})?$/;

export const ATTRIBUTE = { readOnly: 0x01, volumeLabel: 0x08, directory: 0x10 } as const;

/** What a directory says of a file or folder. */
export interface DirectoryEntry {
  readonly name: string;
  readonly attributes: number;
  /** First cluster; 0 where it has none. */
  readonly cluster: number;
  /** Bytes of a file; 0 for a folder. */
  readonly size: number;
}

/** Entries that a name takes: one, and those of its long form where it is not a short one in capitals. */
export function entriesOf(name: string): number {
  return SHORT.test(name) ? 1 : 1 + Math.ceil(name.length / CHARS_PER_ENTRY);
}

/**
 * The entries of one name (Microsoft's FAT specification 1.03, "Directory structure"), with a long form where needed.
 * @param index number of the name in its folder, which keeps shortened names apart
 */
export function renderEntry(entry: DirectoryEntry, index: number): Buffer {
  if (SHORT.test(entry.name)) return renderShort(elevenOf(entry.name), entry);
  const short = elevenOf(aliasOf(entry.name, index));
  return Buffer.concat([...renderLong(entry.name, short), renderShort(short, entry)]);
}

/** An entry of eleven bytes as they are: `.`, `..`, or the label of the volume. */
export function renderShort(eleven: string, entry: Omit<DirectoryEntry, 'name'>): Buffer {
  const bytes = Buffer.alloc(ENTRY);
  bytes.write(eleven.padEnd(11), 0, 11, 'latin1');
  bytes[11] = entry.attributes;
  bytes.writeUInt16LE(DATE, 16);
  bytes.writeUInt16LE(DATE, 18);
  bytes.writeUInt16LE(entry.cluster >>> 16, 20);
  bytes.writeUInt16LE(DATE, 24);
  bytes.writeUInt16LE(entry.cluster & 0xffff, 26);
  bytes.writeUInt32LE(entry.size, 28);
  return bytes;
}

function renderLong(name: string, short: string): Buffer[] {
  const count = Math.ceil(name.length / CHARS_PER_ENTRY);
  return Array.from({ length: count }, (_, index) => {
    const order = count - index;
    const bytes = Buffer.alloc(ENTRY);
    bytes[0] = order | (index === 0 ? LAST_LONG_ENTRY : 0);
    bytes[11] = LONG_NAME;
    bytes[13] = checksum(short);
    for (const [at, offset] of CHAR_OFFSETS.entries()) {
      const position = (order - 1) * CHARS_PER_ENTRY + at;
      const char = position < name.length ? name.charCodeAt(position) : position === name.length ? 0 : 0xffff;
      bytes.writeUInt16LE(char, offset);
    }
    return bytes;
  });
}

/** `kernel` becomes `KERNEL`; what does not fit is cut and numbered. */
function aliasOf(name: string, index: number): string {
  const capitals = name.toUpperCase();
  if (SHORT.test(capitals)) return capitals;
  const [base = '', extension = ''] = /^(.*?)(?:\.([^.]*))?$/.exec(capitals)?.slice(1) ?? [];
  const kept = (text: string | undefined) => (text ?? '').replace(/[^A-Z0-9_-]/g, '');
  const suffix = kept(extension).slice(0, 3);
  return `${kept(base).slice(0, 4)}~${String(index).padStart(3, '0')}${suffix ? `.${suffix}` : ''}`;
}

function elevenOf(name: string): string {
  const [base = '', extension = ''] = name.split('.');
  return base.padEnd(8) + extension.padEnd(3);
}

function checksum(short: string): number {
  let sum = 0;
  for (const char of short) sum = (((sum & 1) << 7) + (sum >>> 1) + char.charCodeAt(0)) & 0xff;
  return sum;
}
