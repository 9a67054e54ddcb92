import type { ImageFacts } from './image-facts';
import type { Recognition, System } from './system';

/** `.note.hermit.entry-version` (hermit-os/hermit-entry src/note.rs). */
const ENTRY_VERSION_NOTE = 0x5a00;

export const hermit: System = { id: 'hermit', title: 'Hermit', recognise };

function recognise(facts: ImageFacts): Recognition | undefined {
  const note = facts.notes.find((one) => one.owner === 'HERMIT' && one.type === ENTRY_VERSION_NOTE);
  if (!note) return undefined;
  return {
    because: "ELF note 'HERMIT', entry version",
    offset: note.offset,
    cannotBoot: 'it is started by hermit-loader, which is the kernel to give',
  };
}
