import { LEGACY_VIRTIO, XEN_FRONT_ENDS } from './device-sets';
import type { ImageFacts } from './image-facts';
import type { DocumentedSystem, Recognition, SystemVariant } from './system';
import { guestOs } from './xen-guest';

const BANNER = 'rump kernel bare metal bootstrap';
const XEN_MARK = '_RUMPRUN_ROOTFSCFG=';

const HARDWARE = {
  row: 'Rumprun hw',
  files: 'out.bin',
  bootProtocols: ['multiboot1'],
  kludge: true,
  knowsNoQuoting: true,
  arguments:
    'JSON in a file that is the first multiboot module (initrd): ' +
    '{"cmdline":"PROG ARGS","net":{"if":"vioif0","type":"inet","method":"dhcp"}}; on the command line boot loaders put ' +
    'backslashes before its quotes',
  memoryMib: 64,
} as const satisfies Partial<SystemVariant>;

/**
 * The three kinds for hardware differ in drivers alone, which no documented byte tells: what every one has is sure, the
 * rest is possible.
 */
export const rumprun: DocumentedSystem = {
  id: 'rumprun',
  title: 'Rumprun',
  recognise,
  variants: [
    {
      ...HARDWARE,
      id: 'hw',
      title: 'Rumprun hw',
      drivers: { has: LEGACY_VIRTIO, maybe: ['virtio-scsi-legacy', 'e1000'] },
      proof: 'documented-layout',
    },
    {
      ...HARDWARE,
      id: 'hw_virtio',
      title: 'Rumprun hw_virtio',
      drivers: { has: LEGACY_VIRTIO },
      proof: 'none',
    },
    {
      ...HARDWARE,
      id: 'hw_virtio_scsi',
      title: 'Rumprun hw_virtio_scsi',
      drivers: { has: [...LEGACY_VIRTIO, 'virtio-scsi-legacy'] },
      proof: 'none',
    },
    {
      ...HARDWARE,
      id: 'hw_generic',
      title: 'Rumprun hw_generic',
      drivers: { has: [...LEGACY_VIRTIO, 'e1000'] },
      proof: 'none',
    },
    {
      id: 'xen',
      row: 'Rumprun xen',
      title: 'Rumprun xen',
      files: 'out.bin',
      bootProtocols: ['xen-pv'],
      drivers: { has: XEN_FRONT_ENDS },
      argumentStyle: 'xenstore',
      arguments:
        "JSON in Xenstore 'rumprun/cfg', or a file of its root file system: _RUMPRUN_ROOTFSCFG=/json.cfg",
      memoryMib: 64,
      proof: 'documented-layout',
    },
  ],
  about: {
    language: 'C, C++, Go, Rust, Python and more, on NetBSD rump kernels',
    licence: 'BSD-2-Clause',
    status: 'last changed on 11 May 2020',
    recognition:
      "hw: the text 'rump kernel bare metal bootstrap' and a multiboot header; xen: a Xen guest named 'Mini-OS' with the " +
      "text '_RUMPRUN_ROOTFSCFG='. A Solo5 build contains the first too, and is Solo5",
    userData: 'none',
    console: "'rump kernel bare metal bootstrap', on the serial port or the screen",
    build:
      './build-rr.sh hw|xen, then rumprun-bake hw_virtio|hw_virtio_scsi|hw_generic|xen_pv out.bin PROGRAM',
    sources: [
      ['last change', 'https://github.com/rumpkernel/rumprun'],
      ['kinds and their drivers', 'rumpkernel/rumprun:app-tools/rumprun-bake.conf'],
      ['multiboot header and banner', 'rumpkernel/rumprun:platform/hw/arch/amd64/locore.S'],
      ['GUEST_OS=Mini-OS', 'rumpkernel/rumprun:platform/xen/xen/arch/x86/x86_64.S'],
      ['configuration', 'rumpkernel/rumprun:app-tools/rumprun and doc/config.md'],
      ['the first module comes before the command line', 'rumpkernel/rumprun:platform/hw/multiboot.c'],
      ['no quoting outside of its JSON', 'rumpkernel/rumprun:lib/librumprun_base/config.c'],
      ['a disk for GCE', 'solo-io/unik:pkg/compilers/rump/rump-gcloud.go'],
    ],
  },
};

function recognise(facts: ImageFacts): Recognition | undefined {
  if (guestOs(facts)?.name === 'Mini-OS') return found(facts, 'xen', XEN_MARK);
  return facts.bootProtocols.includes('multiboot1') ? found(facts, 'hw', BANNER) : undefined;
}

function found(facts: ImageFacts, variant: string, text: string): Recognition | undefined {
  const offset = facts.find(text);
  return offset === undefined ? undefined : { variant, because: `the text '${text}'`, offset };
}
