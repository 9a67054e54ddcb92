import { LEGACY_VIRTIO, MMIO_VIRTIO, MODERN_VIRTIO, XEN_FRONT_ENDS } from './device-sets';
import type { ImageFacts } from './image-facts';
import type { DocumentedSystem, Recognition, SystemVariant } from './system';

/** The version, and the version with the commit it was built from (lib/uklibid/include/uk/libid/info.h). */
const VERSION_RECORDS = [6, 7];

/** Name of a library in every image (lib/ukboot), and how its crash report begins: 'Unikraft Telesto 0.16.3~e453b74a'. */
const BOOT_LIBRARY = 'libukboot';
const BANNER = 'Unikraft ';

const COMMON = {
  arguments:
    'NAME netdev.ip=10.0.2.15/24:10.0.2.2 -- ARGS; DHCP without netdev.ip, where lwIP was built with it',
  // The first word is the program's name, argv[0].
  dropsFirstWord: true,
  memoryMib: 64,
} as const satisfies Partial<SystemVariant>;

/** On KVM: PCI by I/O ports; over MMIO where the configuration has it. Modern PCI may come with a release yet to be seen. */
const KVM_DRIVERS = [
  { below: '0.17', has: LEGACY_VIRTIO, maybe: MMIO_VIRTIO },
  { has: LEGACY_VIRTIO, maybe: [...MODERN_VIRTIO, ...MMIO_VIRTIO] },
] as const;

export const unikraft: DocumentedSystem = {
  id: 'unikraft',
  title: 'Unikraft',
  recognise,
  variants: [
    {
      ...COMMON,
      id: 'qemu',
      row: 'Unikraft qemu',
      title: 'Unikraft qemu',
      files: 'NAME_qemu-x86_64',
      format: 'elf32',
      bootProtocols: ['multiboot1'],
      drivers: KVM_DRIVERS,
      proof: 'tried',
    },
    {
      ...COMMON,
      id: 'efi',
      row: 'Unikraft efi',
      title: 'Unikraft efi',
      files: 'NAME_qemu-x86_64.efi',
      format: 'uefi-app',
      machines: ['x86-64', 'arm64'],
      bootProtocols: ['uefi'],
      drivers: KVM_DRIVERS,
      arguments: 'the file NAME.cmdl beside it, which Kiln writes',
      proof: 'real-file',
      faults: {
        uefi: { verdict: 'unknown', because: 'started by OVMF it ended without a word when it was tried' },
      },
    },
    {
      ...COMMON,
      id: 'fc',
      row: 'Unikraft fc',
      title: 'Unikraft fc',
      files: 'NAME_fc-x86_64',
      bootProtocols: ['linux64'],
      drivers: { has: MMIO_VIRTIO },
      proof: 'real-file',
    },
    {
      ...COMMON,
      id: 'xen',
      row: 'Unikraft xen',
      title: 'Unikraft xen',
      files: 'NAME_xen-x86_64',
      bootProtocols: ['xen-pv'],
      drivers: { has: XEN_FRONT_ENDS },
      proof: 'real-file',
    },
  ],
  about: {
    language: 'C; runs Linux programs',
    licence: 'BSD-3-Clause',
    status: 'alive; the newest tag seen is 0.17.0 of June 2024',
    recognition:
      "the ELF section '.uk_libinfo' or '.uk_bootinfo', the first of which holds the version; in a UEFI application the name of the " +
      "library 'libukboot' and the text 'Unikraft', a code name and the version",
    userData: 'none',
    console: "'Powered by', a logo, code name and version",
    build: 'kraft build, or make: build/NAME_{qemu,fc,xen}-x86_64',
    sources: [
      ['file names', 'unikraft/unikraft:plat/kvm/Linker.uk'],
      ['0.16 drives legacy virtio PCI only', 'tried: "Failed to probe (legacy) pci device"'],
      [
        'modern PCI was still a proposal in August 2026; whether a release has it since is not established',
        'https://github.com/unikraft/unikraft/pull/1884 and /pull/1124',
      ],
      ['xen is PV only', 'https://github.com/unikraft/unikraft/issues/69'],
      ['an empty segment that GRUB takes for an overlap', 'https://github.com/unikraft/unikraft/issues/1680'],
      ['arguments, GRUB disk from IDE and NVMe', 'tried with 0.16.3 and QEMU 7.2'],
      ['UEFI: it ends without a word under OVMF, with its command line file beside it', 'tried with 0.16.3'],
      ['the first word of the command line is argv[0]', 'tried with 0.16.3'],
      [
        'proof',
        '0.16.3 built with gcc 12, November 2026: qemu loaded by QEMU and from forged BIOS and UEFI disks; efi, fc and xen recognised',
      ],
    ],
  },
};

function recognise(facts: ImageFacts): Recognition | undefined {
  return facts.format === 'uefi-app' ? uefiApp(facts) : elf(facts);
}

/** Its sections have no names; what they hold is what an ELF has, with the library that starts the program in it. */
function uefiApp(facts: ImageFacts): Recognition | undefined {
  const library = facts.find(`${BOOT_LIBRARY}\0`);
  const banner = library === undefined ? undefined : facts.find(BANNER);
  if (banner === undefined) return undefined;
  const words = facts
    .read(banner, 128)
    .toString('latin1')
    .split(/[\s\0]/);
  const version = text(Buffer.from(words[2] ?? '', 'latin1'));
  return {
    variant: 'efi',
    ...(version === undefined ? {} : { version }),
    because: `the library '${BOOT_LIBRARY}' and the text '${BANNER.trim()}'`,
    offset: banner,
  };
}

function elf(facts: ImageFacts): Recognition | undefined {
  const section = facts.sections.find((one) => one.name === '.uk_libinfo' || one.name === '.uk_bootinfo');
  if (!section) return undefined;
  const version =
    section.name === '.uk_libinfo' ? versionIn(facts.read(section.offset, section.size)) : undefined;
  return {
    variant: variantOf(facts),
    ...(version === undefined ? {} : { version }),
    because: `ELF section ${section.name}`,
    offset: section.offset,
  };
}

function variantOf(facts: ImageFacts): string {
  if (facts.format === 'elf32') return 'qemu';
  return facts.notes.some((note) => note.owner === 'Xen') ? 'xen' : 'fc';
}

/** The first version record: packed headers {u32 length, u16 version}, records {u16 type, u32 length, data}. */
function versionIn(bytes: Buffer): string | undefined {
  let header = 0;
  while (header + 6 <= bytes.length) {
    const end = Math.min(header + bytes.readUInt32LE(header), bytes.length);
    let record = header + 6;
    while (record + 6 <= end) {
      const length = bytes.readUInt32LE(record + 2);
      if (length < 6 || record + length > end) break;
      if (VERSION_RECORDS.includes(bytes.readUInt16LE(record)))
        return text(bytes.subarray(record + 6, record + length));
      record += length;
    }
    if (end <= header) return undefined;
    header = end;
  }
  return undefined;
}

function text(bytes: Buffer): string | undefined {
  const value = bytes.toString('latin1').split('\0')[0] ?? '';
  return /^[\w.~+-]{1,40}$/.test(value) ? value : undefined;
}
