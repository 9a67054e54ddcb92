import { XEN_FRONT_ENDS } from './device-sets';
import type { ImageFacts } from './image-facts';
import type { DocumentedSystem, Recognition } from './system';
import { guestOs } from './xen-guest';

export const halvm: DocumentedSystem = {
  id: 'halvm',
  title: 'HaLVM',
  recognise,
  variants: [
    {
      id: 'xen',
      row: 'HaLVM',
      title: 'HaLVM',
      files: 'the ELF that halvm-ghc links',
      bootProtocols: ['xen-pv'],
      drivers: { has: XEN_FRONT_ENDS },
      arguments:
        "the kernel's command line: 'extra' in xl's configuration, the words after 'kernel FILE' in menu.lst",
      memoryMib: 64,
      proof: 'documented-layout',
    },
  ],
  about: {
    language: 'Haskell',
    licence: 'BSD-3-Clause',
    status: 'archived on 10 March 2020',
    recognition: "a Xen guest named 'HaLVM'",
    userData: 'none of its own',
    console: 'whatever the program writes, on the Xen console',
    build: 'autoconf && ./configure && make, with GHC 7.8.3; then halvm-ghc',
    sources: [
      ['archived', 'https://github.com/galoisinc/halvm'],
      ['build', 'GaloisInc/HaLVM wiki: HaLVM Web Server Quick Start'],
      ['GUEST_OS=HaLVM', 'GaloisInc/HaLVM:src/bootloader/start.x86_64.S'],
      ['paravirtual AMI with menu.lst and a pv-grub kernel', 'GaloisInc/ec2-unikernel:src/Main.hs'],
    ],
  },
};

function recognise(facts: ImageFacts): Recognition | undefined {
  const guest = guestOs(facts);
  if (guest?.name !== 'HaLVM') return undefined;
  return { variant: 'xen', because: "Xen guest 'HaLVM'", offset: guest.offset };
}
