import type { ImageFacts } from './image-facts';
import type { Recognition, System } from './system';
import { guestOs } from './xen-guest';

/** The loader marks its boot sector so (OSv arch/x64/boot16.S), and its ELF follows at 64 KiB. */
const MARK_OFFSET = 0x1b8;
const LOADER_OFFSET = 65536;

export const osv: System = { id: 'osv', title: 'OSv', recognise };

function recognise(facts: ImageFacts): Recognition | undefined {
  if (facts.format === 'mbr-disk') return disk(facts);
  const guest = guestOs(facts);
  if (guest?.name.toLowerCase() !== 'osv') return undefined;
  return { variant: 'loader', because: `Xen guest '${guest.name}'`, offset: guest.offset };
}

function disk(facts: ImageFacts): Recognition | undefined {
  if (facts.read(MARK_OFFSET, 3).toString('latin1') !== 'VSO') return undefined;
  if (facts.read(LOADER_OFFSET, 4).toString('latin1') !== '\x7fELF') return undefined;
  return { variant: 'disk', because: "'VSO' in the boot sector and an ELF at 64 KiB", offset: MARK_OFFSET };
}
