import { XEN_FRONT_ENDS } from './device-sets';
import type { ImageFacts } from './image-facts';
import type { DocumentedSystem, Recognition } from './system';
import { guestOs } from './xen-guest';

/** Click's elements for Xen's network, whose names are in the file because Click finds elements by name. */
const ELEMENTS = ['FromDevice', 'ToDevice'] as const;

export const clickos: DocumentedSystem = {
  id: 'clickos',
  title: 'ClickOS',
  recognise,
  variants: [
    {
      id: 'xen',
      row: 'ClickOS',
      title: 'ClickOS',
      files: "the stub domain 'clickos'",
      bootProtocols: ['xen-pv'],
      drivers: { has: XEN_FRONT_ENDS },
      argumentStyle: 'xenstore',
      arguments: 'a Click configuration, written to Xenstore by clickos-ctl',
      memoryMib: 8,
      proof: 'documented-layout',
    },
  ],
  about: {
    language: 'C++ (Click)',
    licence: 'not established',
    status: 'dormant; the repository says that it is deprecated',
    recognition: "a Xen PV guest named 'Mini-OS' with the texts 'FromDevice' and 'ToDevice'",
    userData: 'none',
    console: "Mini-OS' messages on the Xen console",
    build: './configure --with-xen=DIR --with-minios=DIR --with-toolchain=DIR && make',
    sources: [
      ['build, and the stub domain named clickos', 'yvolchkov/clickos:minios/Makefile.in'],
      ['configuration through Xenstore', 'Uniprobe/clickos-ctl:README.md'],
      ['6 MB, boots in 30 ms', 'http://cnp.neclab.eu/clickos'],
      ['Xen netfront elements', 'yvolchkov/clickos:elements/minios'],
      ['EC2 PV', 'inferred from its boot protocol and drivers'],
    ],
  },
};

function recognise(facts: ImageFacts): Recognition | undefined {
  if (guestOs(facts)?.name !== 'Mini-OS') return undefined;
  const [from, to] = ELEMENTS.map((name) => facts.find(name));
  if (from === undefined || to === undefined) return undefined;
  return {
    variant: 'xen',
    because: `Xen guest 'Mini-OS' with the texts '${ELEMENTS.join("' and '")}'`,
    offset: from,
  };
}
