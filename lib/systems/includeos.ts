import { LEGACY_VIRTIO, MODERN_VIRTIO } from './device-sets';
import type { ImageFacts } from './image-facts';
import type { DocumentedSystem, Recognition, SystemVariant } from './system';

const MULTIBOOT = 0x1badb002;
/** Follows IncludeOS' multiboot header, 32 bytes after its start. */
const MARK = 0xfee1dead;
const MARK_AFTER = 32;
/** Where a multiboot header may be (Multiboot specification 0.6.96, section 3.1). */
const SEARCH = 8192;
const SECTOR = 512;

const COMMON = {
  row: 'IncludeOS',
  drivers: { has: [...LEGACY_VIRTIO, ...MODERN_VIRTIO, 'vmxnet3', 'e1000', 'ide'] },
  arguments: 'the multiboot command line',
  memoryMib: 128,
  proof: 'documented-layout',
} as const satisfies Partial<SystemVariant>;

export const includeos: DocumentedSystem = {
  id: 'includeos',
  title: 'IncludeOS',
  recognise,
  variants: [
    {
      ...COMMON,
      id: 'elf64',
      title: 'IncludeOS, 64 bit',
      files: 'NAME.elf.bin',
      bootProtocols: ['multiboot1'],
    },
    {
      ...COMMON,
      id: 'elf32',
      title: 'IncludeOS, 32 bit',
      files: 'NAME.elf.bin',
      format: 'elf32',
      bootProtocols: ['multiboot1'],
    },
    {
      ...COMMON,
      id: 'disk',
      title: "IncludeOS' disk",
      files: 'NAME.img of vmbuild',
      format: 'mbr-disk',
      bootProtocols: ['bios-disk'],
      argumentStyle: 'fixed',
      arguments: 'baked when vmbuild made the disk',
    },
  ],
  about: {
    language: 'C++',
    licence: 'Apache-2.0',
    status: 'alive; 0.15.1 of 2 June 2024, last change on 15 May 2026',
    recognition:
      'a multiboot header followed by 0xFEE1DEAD 32 bytes after its start; in a disk the same behind an ELF in the second sector',
    userData: 'none established',
    console: 'its name and version; not established in a run',
    build: 'nix-build unikernel.nix: NAME.elf.bin; vmbuild NAME.elf.bin: NAME.img',
    sources: [
      ['build, sizes and times, GCE', 'includeos/IncludeOS:README.md'],
      ['the disk: a boot sector and the raw ELF', 'includeos/IncludeOS:vmbuild/vmbuild.cpp'],
      ['drivers', 'includeos/IncludeOS:src/drivers'],
      ['0xFEE1DEAD', 'read in its source, not seen in a real file'],
    ],
  },
};

function recognise(facts: ImageFacts): Recognition | undefined {
  if (facts.format === 'mbr-disk') return disk(facts);
  const header = facts.multiboot1?.offset;
  if (header === undefined || !isMarked(facts.read(header + MARK_AFTER, 4))) return undefined;
  return found(facts.format === 'elf32' ? 'elf32' : 'elf64', header + MARK_AFTER);
}

function disk(facts: ImageFacts): Recognition | undefined {
  if (facts.read(SECTOR, 4).toString('latin1') !== '\x7fELF') return undefined;
  const start = facts.read(SECTOR, SEARCH);
  for (let at = 0; at + MARK_AFTER + 4 <= start.length; at += 4) {
    if (start.readUInt32LE(at) !== MULTIBOOT || !isMarked(start.subarray(at + MARK_AFTER))) continue;
    return found('disk', SECTOR + at + MARK_AFTER);
  }
  return undefined;
}

function isMarked(bytes: Buffer): boolean {
  return bytes.length >= 4 && bytes.readUInt32LE(0) === MARK;
}

function found(variant: string, offset: number): Recognition {
  return { variant, because: '0xFEE1DEAD after the multiboot header', offset };
}
