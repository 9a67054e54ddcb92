import type { DiskKernel } from './disk-kernel';
import { tryReadElf } from './elf';
import { memoryFaults, memoryOf } from './elf-memory';
import { describeMultiboot, readElfProtocols } from './elf-protocols';
import type { Evidence } from './image-inspection';
import type { ImageReader } from './image-reader';
import { type LinuxImage, tryReadArm64Image, tryReadBzImage, tryReadZboot } from './linux-image';
import { tryFindMultiboot1 } from './multiboot';
import { tryReadUefiApp, type UefiApp } from './pe';
import type { FormatReader } from './read-format';
import { windowOf } from './window';

/** Multiboot's load addresses are physical, and an end of 0 means the file's. */
const END_OF_FILE = 0;

export const readBzImage: FormatReader = (reader) => linux(reader, 'bzimage', tryReadBzImage(reader));

export const readArm64Image: FormatReader = (reader) =>
  linux(reader, 'arm64-image', tryReadArm64Image(reader));

function linux(reader: ImageReader, format: 'bzimage' | 'arm64-image', image: LinuxImage | undefined) {
  if (!image) return undefined;
  const app = image.protocols.includes('uefi') ? tryReadUefiApp(reader) : undefined;
  const evidence: Evidence[] = [{ offset: image.offset, fact: image.fact }];
  if (app) evidence.push({ offset: app.offset, fact: 'a PE header: UEFI starts it as well' });
  return {
    format,
    machine: image.machine,
    bootProtocols: image.protocols,
    sections: app?.sections ?? [],
    memory: image.memorySize === undefined ? undefined : { low: undefined, size: image.memorySize },
    evidence,
  };
}

export const readUefiApp: FormatReader = (reader) => {
  const app = tryReadUefiApp(reader);
  if (!app) return undefined;
  const evidence = [{ offset: app.offset, fact: 'a PE file with the subsystem of UEFI applications' }];
  const zboot = tryReadZboot(reader);
  if (zboot !== undefined) {
    evidence.push({ offset: 4, fact: `Linux EFI zboot magic 'zimg', compressed with ${zboot}` });
  }
  const kernel = unifiedKernel(reader, app);
  if (kernel) evidence.push({ offset: kernel.offset, fact: kernel.fact });
  return {
    format: 'uefi-app',
    machine: app.machine,
    bootProtocols: ['uefi'],
    sections: app.sections,
    memory: app.memorySize === 0 ? undefined : { low: undefined, size: app.memorySize },
    evidence,
    kernel,
  };
};

/** The kernel of a unified kernel image, and its command line (UAPI group specification 5). */
function unifiedKernel(reader: ImageReader, { sections }: UefiApp): DiskKernel | undefined {
  const kernel = sections.find(({ name }) => name === '.linux');
  if (!kernel) return undefined;
  const line = sections.find(({ name }) => name === '.cmdline');
  const words = line && reader.read(line.offset, line.size).toString('utf8').split('\0')[0]?.trim();
  return {
    reader: windowOf(reader, kernel.offset, kernel.size, `${reader.name}, the kernel in section .linux`),
    words,
    offset: kernel.offset,
    fact: 'section .linux, the kernel of a unified kernel image',
  };
}

export const readElf: FormatReader = (reader) => {
  const elf = tryReadElf(reader);
  if (!elf) return undefined;
  const { bootProtocols, evidence, multiboot1 } = readElfProtocols(reader, elf);
  const header = { offset: 0, fact: `ELF, ${elf.bits} bit, for ${elf.machine}` };
  return {
    format: elf.bits === 32 ? 'elf32' : 'elf64',
    machine: elf.machine,
    bootProtocols,
    evidence: [header, ...evidence],
    warnings: bootProtocols.length > 0 ? memoryFaults(elf) : [],
    sections: elf.sections,
    notes: elf.notes,
    elf,
    multiboot1,
    memory: memoryOf(elf),
  };
};

/** A file of no format that tells a multiboot loader itself where its bytes go. */
export const readFlat: FormatReader = (reader) => {
  const multiboot1 = tryFindMultiboot1(reader);
  if (!multiboot1?.kludge) return undefined;
  const { loadAddress, loadEnd, bssEnd } = multiboot1.kludge;
  const end = loadEnd === END_OF_FILE ? loadAddress + reader.size : loadEnd;
  return {
    format: 'flat',
    machine: 'x86',
    bootProtocols: ['multiboot1'],
    evidence: [{ offset: multiboot1.offset, fact: describeMultiboot(multiboot1) }],
    multiboot1,
    memory: { low: loadAddress, size: Math.max(0, Math.max(end, bssEnd) - loadAddress) },
  };
};
