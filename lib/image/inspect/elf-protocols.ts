import type { BootProtocol } from '../../systems';
import type { ElfFile } from './elf';
import type { Evidence } from './image-inspection';
import type { ImageReader } from './image-reader';
import { type Multiboot1, tryFindMultiboot1, tryFindMultiboot2 } from './multiboot';

const XEN_GUEST_NOTE = 6;
const XEN_LOADER_NOTE = 8;
const XEN_PVH_NOTE = 18;
/** TamaGo writes it over Go's own note and keeps that owner; QEMU looks at the type alone (tamago-example microvm.sh). */
const PVH_OWNERS = ['Xen', 'Go '];
/** Unikraft describes itself in these; its build for Firecracker has no other mark. */
const UNIKRAFT_SECTIONS = ['.uk_libinfo', '.uk_bootinfo'];

/** The ways in which an ELF file offers to be started, and what showed them. */
export interface ElfProtocols {
  readonly bootProtocols: readonly BootProtocol[];
  readonly evidence: readonly Evidence[];
  readonly multiboot1: Multiboot1 | undefined;
}

/** All of these protocols are x86's: the same bytes in a file for another machine mean nothing. */
export function readElfProtocols(reader: ImageReader, file: ElfFile): ElfProtocols {
  const found: (readonly [BootProtocol, Evidence])[] = [];
  const add = (protocol: BootProtocol, offset: number, fact: string) =>
    found.push([protocol, { offset, fact }]);
  const isX86 = file.machine === 'x86' || file.machine === 'x86-64';
  const multiboot1 = isX86 ? tryFindMultiboot1(reader) : undefined;
  if (multiboot1) add('multiboot1', multiboot1.offset, describeMultiboot(multiboot1));
  const multiboot2 = isX86 ? tryFindMultiboot2(reader) : undefined;
  if (multiboot2?.architecture === 'x86') add('multiboot2', multiboot2.offset, 'multiboot2 header');
  if (isX86) {
    const pvh = pvhEntry(file);
    if (pvh) add('pvh', pvh.offset, pvh.fact);
    const pv = xenPv(reader, file);
    if (pv) add('xen-pv', pv.offset, pv.fact);
    const linux = linux64(file, multiboot1 !== undefined || pv !== undefined);
    if (linux) add('linux64', linux.offset, linux.fact);
  }
  return {
    bootProtocols: found.map(([protocol]) => protocol),
    evidence: found.map(([, evidence]) => evidence),
    multiboot1,
  };
}

export function describeMultiboot({ flags, kludge, video }: Multiboot1): string {
  const more = [kludge && 'load addresses', video && 'a video mode'].filter(Boolean).join(' and ');
  return `multiboot header, flags 0x${flags.toString(16)}${more && `, with ${more}`}`;
}

/** The entry is a number of the kernel's own width, and both occur (Xen public/elfnote.h). */
function pvhEntry(file: ElfFile): Evidence | undefined {
  const note = file.notes.find((one) => PVH_OWNERS.includes(one.owner) && one.type === XEN_PVH_NOTE);
  if (!note || (note.data.length !== 4 && note.data.length !== 8)) return undefined;
  const entry = note.data.length === 4 ? note.data.readUInt32LE(0) : note.data.readBigUInt64LE(0);
  return {
    offset: note.offset,
    fact: `ELF note '${note.owner.trim()}' 18, the PVH entry at 0x${entry.toString(16)}`,
  };
}

/** Newer guests say it in notes, older ones in a text: `GUEST_OS=Mini-OS,XEN_VER=xen-3.0,LOADER=generic`. */
function xenPv(reader: ImageReader, file: ElfFile): Evidence | undefined {
  const note = file.notes.find((one) => one.owner === 'Xen' && one.type === XEN_LOADER_NOTE);
  if (note) return { offset: note.offset, fact: "ELF note 'Xen' 8, the loader of a PV guest" };
  const section = file.sections.find((one) => one.name === '__xen_guest');
  if (!section) return undefined;
  const text = reader.read(section.offset, Math.min(section.size, 4096)).toString('latin1');
  if (!/\b(GUEST_OS|XEN_VER|LOADER)=/.test(text)) return undefined;
  return { offset: section.offset, fact: "section '__xen_guest', the mark of a PV guest" };
}

/** Nothing in an ELF file says that it takes Linux' 64 bit entry; two families are known to. */
function linux64(file: ElfFile, startsOtherwise: boolean): Evidence | undefined {
  if (file.bits !== 64 || file.machine !== 'x86-64') return undefined;
  const guest = file.notes.find((one) => one.owner === 'Xen' && one.type === XEN_GUEST_NOTE);
  if (guest?.data.toString('latin1').startsWith('linux')) {
    return { offset: guest.offset, fact: "a Linux kernel ('Xen' note), entered in 64 bit mode" };
  }
  const unikraft = file.sections.find((one) => UNIKRAFT_SECTIONS.includes(one.name));
  if (!unikraft || startsOtherwise) return undefined;
  return {
    offset: unikraft.offset,
    fact: `${unikraft.name} without another boot header, entered in 64 bit mode`,
  };
}
