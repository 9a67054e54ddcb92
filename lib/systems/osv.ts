import { ANY_PCI_VIRTIO, MMIO_VIRTIO, XEN_FRONT_ENDS } from './device-sets';
import type { ImageFacts } from './image-facts';
import type { DocumentedSystem, Recognition, SystemVariant } from './system';
import { guestOs } from './xen-guest';

/** The loader marks its boot sector so (OSv arch/x64/boot16.S), and its ELF follows at 64 KiB. */
const MARK_OFFSET = 0x1b8;
const LOADER_OFFSET = 65536;
/** `vmlinuz.bin`: four sectors with Linux' setup header, then the loader (OSv Makefile). */
const WRAPPED_LOADER = 2048;

const COMMON = {
  row: 'OSv',
  drivers: {
    has: [
      ...ANY_PCI_VIRTIO,
      ...MMIO_VIRTIO,
      ...XEN_FRONT_ENDS,
      'ena',
      'nvme',
      'ahci',
      'ide',
      'vmxnet3',
      'pvscsi',
    ],
  },
  faults: {
    'xen-pv': { verdict: 'no', because: 'its wiki says that paravirtual Xen "currently cannot boot"' },
  },
  needsDisk: true,
  memoryMib: 256,
  proof: 'documented-layout',
} as const satisfies Partial<SystemVariant>;

export const osv: DocumentedSystem = {
  id: 'osv',
  title: 'OSv',
  recognise,
  variants: [
    {
      ...COMMON,
      id: 'disk',
      title: "OSv's disk",
      files: 'build/release.x64/usr.img, a qcow2',
      format: 'mbr-disk',
      bootProtocols: ['bios-disk'],
      argumentStyle: 'disk-field',
      arguments:
        'a NUL-terminated text at byte 512: --ip=eth0,10.0.2.15,255.255.255.0 /program ARGS; DHCP without --ip',
    },
    {
      ...COMMON,
      id: 'loader',
      title: "OSv's loader",
      files: 'build/release.x64/loader-stripped.elf, beside usr.img as its disk',
      bootProtocols: ['pvh', 'xen-pv'],
      arguments: "the command line, as the disk's",
    },
    {
      ...COMMON,
      id: 'vmlinuz',
      title: "OSv's vmlinuz.bin",
      files: 'build/release.x64/vmlinuz.bin',
      format: 'bzimage',
      bootProtocols: ['linux'],
      arguments: "the command line, as the disk's",
      faults: {
        ...COMMON.faults,
        linux: {
          verdict: 'unknown',
          because: 'loaded by QEMU it stayed silent when it was tried; use loader-stripped.elf',
        },
      },
    },
  ],
  about: {
    language: 'C++; runs unmodified Linux programs and shared libraries',
    licence: 'BSD-3-Clause',
    status: 'alive; 0.57.0 of 14 December 2022, last change on 17 August 2026',
    recognition:
      "a disk with 'VSO' at 0x1B8 and an ELF at 64 KiB; a loader whose Xen note names 'osv'; a bzImage with an ELF at byte 2048",
    userData: 'EC2 and GCE user data, with its module cloud-init',
    readsUserData: true,
    console: "'OSv' and its version",
    build: './scripts/build fs=rofs image=APP: build/release.x64/usr.img',
    sources: [
      ['the first line of its console', 'cloudius-systems/osv:loader.cc'],
      ['drivers, and that there is none for gVNIC', 'cloudius-systems/osv:drivers/'],
      [
        'EC2: t2 and t3 work, Xen PV does not boot',
        'https://github.com/cloudius-systems/osv/wiki/Running-OSv-on-EC2',
      ],
      ['GCE', 'cloudius-systems/osv:scripts/deploy_to_gce.sh'],
      ['user data', 'cloudius-systems/osv:modules/cloud-init/data-source.cc'],
      ['vmlinuz.bin: four sectors, then the loader', 'cloudius-systems/osv:Makefile'],
      ['vmlinuz.bin stayed silent', 'tried with QEMU 7.2'],
      ['disk from virtio-blk, NVMe, SCSI and IDE; loader by its PVH entry', 'tried with QEMU 7.2'],
    ],
  },
};

function recognise(facts: ImageFacts): Recognition | undefined {
  if (facts.format === 'mbr-disk') return disk(facts);
  if (facts.format === 'bzimage') return vmlinuz(facts);
  const guest = guestOs(facts);
  if (guest?.name.toLowerCase() !== 'osv') return undefined;
  return { variant: 'loader', because: `Xen guest '${guest.name}'`, offset: guest.offset };
}

function disk(facts: ImageFacts): Recognition | undefined {
  if (facts.read(MARK_OFFSET, 3).toString('latin1') !== 'VSO') return undefined;
  if (!isElf(facts, LOADER_OFFSET)) return undefined;
  return { variant: 'disk', because: "'VSO' in the boot sector and an ELF at 64 KiB", offset: MARK_OFFSET };
}

function vmlinuz(facts: ImageFacts): Recognition | undefined {
  if (!isElf(facts, WRAPPED_LOADER)) return undefined;
  return {
    variant: 'vmlinuz',
    because: 'an ELF behind four sectors of Linux setup code',
    offset: WRAPPED_LOADER,
  };
}

function isElf(facts: ImageFacts, offset: number): boolean {
  return facts.read(offset, 4).toString('latin1') === '\x7fELF';
}
