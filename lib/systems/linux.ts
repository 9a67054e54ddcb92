import type { ImageFacts } from './image-facts';
import type { Recognition, System } from './system';
import { guestOs } from './xen-guest';

/** Offset of the pointer to the version text in the setup header, relative to 0x200 (Linux Documentation/arch/x86/boot.rst). */
const VERSION_POINTER = 0x20e;

export const linux: System = { id: 'linux', title: 'Linux', recognise };

function recognise(facts: ImageFacts): Recognition | undefined {
  if (facts.format === 'bzimage') {
    const pointer = facts.read(VERSION_POINTER, 2);
    const version = pointer.length === 2 ? versionAt(facts, pointer.readUInt16LE(0)) : undefined;
    return { ...(version === undefined ? {} : { version }), because: "'HdrS' at 0x202", offset: 0x202 };
  }
  const guest = guestOs(facts);
  if (guest?.name !== 'linux') return undefined;
  return { because: "Xen guest 'linux'", offset: guest.offset };
}

function versionAt(facts: ImageFacts, pointer: number): string | undefined {
  if (pointer === 0) return undefined;
  const text = facts.read(pointer + 0x200, 80).toString('latin1');
  return /^(\d+\.\d+[\w.+~-]*)/.exec(text)?.[1];
}
