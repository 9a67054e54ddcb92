import type { ImageFacts } from './image-facts';
import type { DocumentedSystem, Recognition } from './system';

/** Printed first, and so in every image. */
const GREETING = 'Loading Toro ...';

export const toro: DocumentedSystem = {
  id: 'toro',
  title: 'Toro',
  recognise,
  variants: [
    {
      id: 'kernel',
      row: 'Toro',
      title: 'Toro',
      files: 'the ELF that fpc links',
      bootProtocols: ['pvh'],
      drivers: { has: ['virtio-vsock-mmio'] },
      argumentStyle: 'fixed',
      arguments: 'not established',
      memoryMib: 256,
      proof: 'documented-layout',
    },
    {
      id: 'disk',
      row: 'Toro',
      title: "Toro's old disk",
      files: 'NAME.img of its builder, before ToroMicroVM',
      format: 'mbr-disk',
      bootProtocols: ['bios-disk'],
      drivers: { has: [], maybe: ['e1000', 'ide'] },
      argumentStyle: 'fixed',
      arguments: 'none',
      memoryMib: 512,
      proof: 'none',
    },
  ],
  about: {
    language: 'Free Pascal',
    licence: 'GPL-3.0',
    status: 'alive as ToroMicroVM; its disks with network cards are of the past',
    recognition: "the text 'Loading Toro ...'; no other bytes are documented",
    userData: 'none',
    console: "'Loading Toro ...'",
    build: 'fpc -TLinux NAME.pas and a link with its own runtime, by examples/CloudIt.sh NAME',
    sources: [
      ['QEMU microvm and Firecracker; virtio-vsock and virtio-fs only', 'torokernel/torokernel:README.md'],
      ['the greeting', 'torokernel/torokernel:rtl/Kernel.pas'],
      ['old disks', 'torokernel/torokernel:examples/CloudIt.sh (2017)'],
      ['a PVH entry', 'inferred: microvm loads kernels by it'],
    ],
  },
};

function recognise(facts: ImageFacts): Recognition | undefined {
  if (facts.bootProtocols.length === 0) return undefined;
  const offset = facts.find(GREETING);
  if (offset === undefined) return undefined;
  const variant = facts.format.endsWith('-disk') ? 'disk' : 'kernel';
  return { variant, because: `the text '${GREETING}'`, offset };
}
