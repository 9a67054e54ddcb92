import type { ImageFacts } from './image-facts';
import type { Recognition, System } from './system';
import { guestOs } from './xen-guest';

const BANNER = 'rump kernel bare metal bootstrap';
const XEN_MARK = '_RUMPRUN_ROOTFSCFG=';

export const rumprun: System = { id: 'rumprun', title: 'Rumprun', recognise };

function recognise(facts: ImageFacts): Recognition | undefined {
  if (guestOs(facts)?.name === 'Mini-OS') return found(facts, 'xen', XEN_MARK);
  return facts.bootProtocols.includes('multiboot1') ? found(facts, 'hw', BANNER) : undefined;
}

function found(facts: ImageFacts, variant: string, text: string): Recognition | undefined {
  const offset = facts.find(text);
  return offset === undefined ? undefined : { variant, because: `the text '${text}'`, offset };
}
