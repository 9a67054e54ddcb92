import type { BootProtocol, ImageFormat, Partition } from '../../systems';
import { tryReadDisk } from './disk';
import { type ElfFile, tryReadElf } from './elf';
import type { Evidence } from './image-inspection';
import type { ImageReader } from './image-reader';
import { type Multiboot1, tryFindMultiboot1, tryFindMultiboot2 } from './multiboot';
import { tryReadUefiApp } from './pe';

/** What the outer form of a file says, before any system is looked for. */
export interface FormatFindings {
  readonly format: ImageFormat;
  readonly machine: string | undefined;
  readonly bootProtocols: readonly BootProtocol[];
  readonly evidence: readonly Evidence[];
  readonly partitions: readonly Partition[];
  readonly elf: ElfFile | undefined;
  readonly multiboot1: Multiboot1 | undefined;
}

const XEN_LOADER_NOTE = 8;
const XEN_PVH_NOTE = 18;

/**
 * The order matters: a Linux kernel with an EFI stub is also a UEFI application, and a disk that GRUB boots carries
 * GRUB's own multiboot header. An ELF may have 55 AA at byte 510 by chance.
 */
const READERS = [qcow2, bzImage, uefiApp, elf, disk, flat] as const;

/** Finds the format by its first bytes. @throws KilnError `image.truncated` */
export function readFormat(reader: ImageReader): FormatFindings {
  for (const read of READERS) {
    const found = read(reader);
    if (found) return { ...NOTHING, ...found };
  }
  return NOTHING;
}

const NOTHING: FormatFindings = {
  format: 'unknown',
  machine: undefined,
  bootProtocols: [],
  evidence: [],
  partitions: [],
  elf: undefined,
  multiboot1: undefined,
};

type Found = Partial<FormatFindings> | undefined;

function qcow2(reader: ImageReader): Found {
  const magic = reader.read(0, 4);
  if (magic.length < 4 || magic.readUInt32BE(0) !== 0x514649fb) return undefined;
  return { format: 'qcow2', evidence: [{ offset: 0, fact: "qcow2 magic 'QFI'" }] };
}

function bzImage(reader: ImageReader): Found {
  const header = reader.read(0x1fe, 8);
  if (header.length < 8 || header.readUInt16LE(0) !== 0xaa55) return undefined;
  if (header.toString('latin1', 4, 8) !== 'HdrS') return undefined;
  return {
    format: 'bzimage',
    machine: 'x86-64',
    bootProtocols: tryReadUefiApp(reader) ? ['linux', 'uefi'] : ['linux'],
    evidence: [{ offset: 0x202, fact: "Linux setup header 'HdrS'" }],
  };
}

function uefiApp(reader: ImageReader): Found {
  const app = tryReadUefiApp(reader);
  if (!app) return undefined;
  const evidence = [{ offset: 0, fact: 'a PE file with the subsystem of UEFI applications' }];
  return { format: 'uefi-app', machine: app.machine, bootProtocols: ['uefi'], evidence };
}

function disk(reader: ImageReader): Found {
  const found = tryReadDisk(reader);
  if (!found) return undefined;
  return {
    format: `${found.table}-disk`,
    bootProtocols: ['bios-disk'],
    partitions: found.partitions,
    evidence: [
      { offset: 510, fact: 'boot signature 55 AA' },
      ...(found.table === 'gpt' ? [{ offset: 512, fact: "'EFI PART'" }] : []),
    ],
  };
}

function elf(reader: ImageReader): Found {
  const file = tryReadElf(reader);
  if (!file) return undefined;
  const multiboot1 = tryFindMultiboot1(reader);
  const multiboot2 = tryFindMultiboot2(reader);
  const evidence: Evidence[] = [{ offset: 0, fact: `ELF, ${file.bits} bit, machine ${file.machine}` }];
  const bootProtocols: BootProtocol[] = [];
  const add = (protocol: BootProtocol, offset: number, fact: string) => {
    bootProtocols.push(protocol);
    evidence.push({ offset, fact });
  };
  if (multiboot1) add('multiboot1', multiboot1.offset, describeMultiboot(multiboot1));
  if (multiboot2 !== undefined) add('multiboot2', multiboot2, 'multiboot2 header');
  const pvh = file.notes.find((note) => note.owner === 'Xen' && note.type === XEN_PVH_NOTE);
  if (pvh) add('pvh', pvh.offset, "ELF note 'Xen' 18, the PVH entry");
  const pv = xenPv(file);
  if (pv !== undefined) add('xen-pv', pv, 'the mark of a Xen PV guest');
  return {
    format: file.bits === 32 ? 'elf32' : 'elf64',
    machine: file.machine,
    bootProtocols,
    evidence,
    elf: file,
    multiboot1,
  };
}

function xenPv(file: ElfFile): number | undefined {
  const note = file.notes.find((one) => one.owner === 'Xen' && one.type === XEN_LOADER_NOTE);
  return note?.offset ?? file.sections.find((one) => one.name === '__xen_guest')?.offset;
}

/** A file of no format that tells a multiboot loader itself where its bytes go. */
function flat(reader: ImageReader): Found {
  const multiboot1 = tryFindMultiboot1(reader);
  if (!multiboot1?.kludge) return undefined;
  const evidence = [{ offset: multiboot1.offset, fact: describeMultiboot(multiboot1) }];
  return { format: 'flat', machine: 'x86', bootProtocols: ['multiboot1'], evidence, multiboot1 };
}

function describeMultiboot({ flags, kludge }: Multiboot1): string {
  return `multiboot header, flags 0x${flags.toString(16)}${kludge ? ', with load addresses' : ''}`;
}
