import { LEGACY_VIRTIO, XEN_FRONT_ENDS } from './device-sets';
import type { ImageFacts } from './image-facts';
import type { DocumentedSystem, Proof, Recognition, SystemVariant } from './system';

/** `ABI1`, read as a little-endian number (Solo5 include/solo5/elf_abi.h). */
const ABI_NOTE = 0x31494241;
/** `MFT1`: u32 version and u32 count after four bytes of padding, then entries (include/solo5/mft_abi.h). */
const MANIFEST_NOTE = 0x3154464d;
const MANIFEST = { version: 4, count: 8, entries: 12, entrySize: 104, type: 68, blockDevice: 1, network: 2 };
const TARGETS = ['', 'hvt', 'spt', 'virtio', 'muen', 'genode', 'xen'];

/** What needs a Solo5 tender, or another host of its own. */
function tended(id: string, cannotBoot: string, proof: Proof = 'real-file'): SystemVariant {
  return {
    id,
    row: 'Solo5 hvt, spt, etc.',
    title: `Solo5 ${id}`,
    files: `NAME.${id}`,
    drivers: { has: [] },
    arguments: id === 'hvt' || id === 'spt' ? `solo5-${id} NAME.${id} ARGS` : 'by its host',
    cannotBoot: `${cannotBoot}; build the virtio target`,
    memoryMib: 512,
    proof,
  };
}

/** MirageOS and everything else that is linked with Solo5. */
export const solo5: DocumentedSystem = {
  id: 'solo5',
  title: 'Solo5',
  recognise,
  variants: [
    {
      id: 'virtio',
      row: 'Solo5 virtio',
      title: 'Solo5 virtio',
      files: 'NAME.virtio',
      bootProtocols: ['multiboot1'],
      kludge: true,
      drivers: { has: LEGACY_VIRTIO },
      arguments:
        "the command line, such as --ipv4=10.0.2.15/24 --ipv4-gateway=10.0.2.2; its first word is taken for the kernel's name",
      // bindings/virtio/start.c takes everything up to the first space for the kernel's name.
      dropsFirstWord: true,
      memoryMib: 64,
      proof: 'tried',
    },
    {
      id: 'xen',
      row: 'Solo5 xen',
      title: 'Solo5 xen',
      files: 'NAME.xen',
      bootProtocols: ['pvh', 'multiboot1'],
      drivers: { has: XEN_FRONT_ENDS },
      arguments: "the command line: 'cmdline' in xl's configuration",
      faults: {
        multiboot1: {
          verdict: 'unknown',
          because:
            'its multiboot entry is made for GRUB in a Xen HVM domain, and nobody is known to have tried it on EC2',
        },
      },
      memoryMib: 64,
      proof: 'real-file',
    },
    tended('hvt', 'it runs only under solo5-hvt'),
    tended('spt', 'it runs only under solo5-spt'),
    tended('muen', 'it runs only on muen'),
    tended('genode', 'it runs only on genode', 'documented-layout'),
  ],
  about: {
    language: 'OCaml (MirageOS), C',
    licence: 'ISC',
    status: 'alive; Solo5 0.12.1 of 12 August 2026, MirageOS 4.11',
    recognition: "the ELF note 'Solo5' with type ABI1, whose first word is the target",
    userData: 'none',
    console: "Solo5's banner on COM1, 115200 baud; with muted logging only what the program writes",
    build: 'mirage configure -t hvt|spt|virtio|muen|genode|xen && make: dist/NAME.TARGET',
    sources: [
      ['targets and file names', 'mirage/mirage:lib/devices/target.ml'],
      [
        'virtio: one network card, one disk, legacy PCI only',
        'tried: "unknown virtio device (0x1100)... Aborting" with disable-legacy=on',
      ],
      ['GCE, and the virtio target as a layer for compatibility', 'Solo5/solo5:docs/building.md'],
      ['the first word is dropped', 'Solo5/solo5:bindings/virtio/start.c'],
      [
        'xen: PVHv2 on Xen 4.10 or later, and a multiboot entry',
        'Solo5/solo5:bindings/xen/boot.S and CHANGES (#482)',
      ],
      ['xen does not drop the first word', 'Solo5/solo5:CHANGES'],
      ['QEMU refuses hvt', 'tried: "Error loading uncompressed kernel without PVH ELF Note"'],
      ['the note', 'Solo5/solo5:include/solo5/elf_abi.h'],
      [
        'proof',
        '0.12.1 built with gcc 12, November 2026: its test_net and test_hello for virtio loaded by QEMU and from forged disks; hvt, spt, muen and xen recognised',
      ],
      ['the manifest', 'Solo5/solo5:include/solo5/mft_abi.h'],
      [
        'virtio aborts on a virtio device that is not in its manifest, the disk that it was loaded from included',
        'tried with 0.12.1: "not in manifest... Aborting"',
      ],
    ],
  },
};

function recognise(facts: ImageFacts): Recognition | undefined {
  const note = facts.notes.find((one) => one.owner === 'Solo5' && one.type === ABI_NOTE);
  if (!note || note.data.length < 4) return undefined;
  const target = note.data.readUInt32LE(0);
  const variant = TARGETS[target] || `target ${target}`;
  return {
    variant,
    because: `ELF note 'Solo5' ABI1, target ${target} (${variant})`,
    offset: note.offset,
    ...manifestOf(facts),
  };
}

function manifestOf(facts: ImageFacts): Pick<Recognition, 'asksFor'> {
  const data = facts.notes.find((one) => one.owner === 'Solo5' && one.type === MANIFEST_NOTE)?.data;
  if (!data || data.length < MANIFEST.entries || data.readUInt32LE(MANIFEST.version) !== 1) return {};
  const types: number[] = [];
  for (let entry = 0; entry < data.readUInt32LE(MANIFEST.count); entry += 1) {
    const at = MANIFEST.entries + entry * MANIFEST.entrySize + MANIFEST.type;
    if (at + 4 > data.length) return {};
    types.push(data.readUInt32LE(at));
  }
  const count = (type: number) => types.filter((one) => one === type).length;
  return { asksFor: { networks: count(MANIFEST.network), disks: count(MANIFEST.blockDevice) } };
}
