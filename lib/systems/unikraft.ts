import type { ImageFacts } from './image-facts';
import type { Recognition, System } from './system';

const VERSION_RECORD = 6;

export const unikraft: System = { id: 'unikraft', title: 'Unikraft', recognise };

function recognise(facts: ImageFacts): Recognition | undefined {
  const section = facts.sections.find((one) => one.name === '.uk_libinfo' || one.name === '.uk_bootinfo');
  if (!section) return undefined;
  const version =
    section.name === '.uk_libinfo' ? versionIn(facts.read(section.offset, section.size)) : undefined;
  return {
    variant: variantOf(facts),
    ...(version === undefined ? {} : { version }),
    because: `ELF section ${section.name}`,
    offset: section.offset,
  };
}

function variantOf(facts: ImageFacts): string {
  if (facts.format === 'uefi-app') return 'efi';
  if (facts.format === 'elf32') return 'qemu';
  return facts.notes.some((note) => note.owner === 'Xen') ? 'xen' : 'fc';
}

/** The first version record: packed headers {u32 length, u16 version}, records {u16 type, u32 length, data}. */
function versionIn(bytes: Buffer): string | undefined {
  let header = 0;
  while (header + 6 <= bytes.length) {
    const end = Math.min(header + bytes.readUInt32LE(header), bytes.length);
    let record = header + 6;
    while (record + 6 <= end) {
      const length = bytes.readUInt32LE(record + 2);
      if (length < 6 || record + length > end) break;
      if (bytes.readUInt16LE(record) === VERSION_RECORD)
        return text(bytes.subarray(record + 6, record + length));
      record += length;
    }
    if (end <= header) return undefined;
    header = end;
  }
  return undefined;
}

function text(bytes: Buffer): string | undefined {
  const value = bytes.toString('latin1').split('\0')[0] ?? '';
  return /^[\w.~+-]{1,40}$/.test(value) ? value : undefined;
}
