import { XEN_FRONT_ENDS } from './device-sets';
import type { ImageFacts } from './image-facts';
import type { DocumentedSystem, Recognition } from './system';
import { guestOs } from './xen-guest';

export const ling: DocumentedSystem = {
  id: 'ling',
  title: 'LING',
  recognise,
  variants: [
    {
      id: 'xen',
      row: 'LING',
      title: 'LING (Erlang on Xen)',
      files: 'vmling, or PROJECT.img of railing',
      bootProtocols: ['xen-pv'],
      drivers: { has: XEN_FRONT_ENDS },
      arguments: "the command line: 'extra' in the domain_config that railing writes",
      memoryMib: 64,
      proof: 'documented-layout',
    },
  ],
  about: {
    language: 'Erlang, C',
    licence: 'Sleepycat-style',
    status: 'dormant; only pre-releases, the last for Raspberry Pi',
    recognition: "a Xen guest named 'Ling'",
    userData: 'none; Xenstore is available to the program',
    console: "'Erlang [ling-...]' on the Xen console",
    build: 'make, with OTP 17 and gcc 4.8 or 4.9; in the program: ./railing image',
    sources: [
      ['GUEST_OS=Ling, and the licence in its header', 'cloudozer/ling:core/arch/xen_x86/startup.S'],
      ['build, image and domain_config', 'cloudozer/ling:README.md and HACKING.md'],
      ['AMIs came from a hosted build service', 'linearregression/ling_builder'],
    ],
  },
};

function recognise(facts: ImageFacts): Recognition | undefined {
  const guest = guestOs(facts);
  if (guest?.name !== 'Ling') return undefined;
  return { variant: 'xen', because: "Xen guest 'Ling'", offset: guest.offset };
}
