import type { ImageFacts } from './image-facts';

const GUEST_OS_NOTE = 6;

/** The name that a kernel gives itself for Xen: ELF note 6, or `GUEST_OS=` in section `__xen_guest`. */
export function guestOs(facts: ImageFacts): { readonly name: string; readonly offset: number } | undefined {
  const note = facts.notes.find((one) => one.owner === 'Xen' && one.type === GUEST_OS_NOTE);
  if (note) return { name: note.data.toString('latin1').split('\0')[0] ?? '', offset: note.offset };
  const section = facts.sections.find((one) => one.name === '__xen_guest');
  if (!section) return undefined;
  const found = /GUEST_OS=([^,\0]{1,64})/.exec(facts.read(section.offset, section.size).toString('latin1'));
  return found?.[1] === undefined ? undefined : { name: found[1], offset: section.offset };
}
