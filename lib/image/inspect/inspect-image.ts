import { KilnError } from '../../errors';
import {
  type ImageFacts,
  type ImageFormat,
  type RecognisedSystem,
  type System,
  tryRecogniseSystem,
} from '../../systems';
import { commandLineOf } from './disk-arguments';
import { SEARCHED_IN_DISK, SEARCHED_IN_KERNEL, textFinder } from './find-text';
import type { ImageInspection } from './image-inspection';
import { type ImageReader, withImageFile } from './image-reader';
import { lookalikeOf, lookalikeOfElf } from './lookalike';
import { isQcow, qcow2Reader } from './qcow2';
import { type FormatFindings, readFormat } from './read-format';

/** A disk, a unified kernel image in it, and the kernel in that. What contains itself has no end. */
const MAX_DEPTH = 2;
/** A loader starts these. A disk inside a disk would have no end. */
const KERNEL_FORMATS: readonly ImageFormat[] = [
  'elf32',
  'elf64',
  'bzimage',
  'arm64-image',
  'uefi-app',
  'flat',
];

export interface InspectOptions {
  /** The systems that are looked for, in this order. @default - every system Kiln knows */
  readonly systems?: readonly System[];
  /** What the file is called in the result and in messages. @default - its path */
  readonly name?: string;
}

/**
 * Says what an image is: format, machine, boot protocols, system, and which bytes showed it. Reads only what its
 * headers need, so a 10 GiB disk takes no longer than a kernel. Judges nothing: see `requireBootable`.
 * @param image a path, or a reader of its bytes
 * @throws KilnError `image.missing`, `image.not-a-file`, `image.unreadable`, `image.empty`, `image.truncated`,
 * `image.damaged`, `image.changed`, `image.qcow2-unsupported`
 */
export function inspectImage(image: string | ImageReader, options: InspectOptions = {}): ImageInspection {
  const inspect = (reader: ImageReader) => inspectFile(reader, options);
  if (typeof image !== 'string') return inspect(image);
  return withImageFile(image, (file) => inspect({ ...file, name: options.name ?? file.name }));
}

function inspectFile(reader: ImageReader, options: InspectOptions): ImageInspection {
  if (reader.size === 0) {
    throw new KilnError(`the image '${reader.name}' is empty`, {
      code: 'image.empty',
      remedy: 'Its build probably failed; build it again.',
    });
  }
  return isQcow(reader) ? inspectQcow2(reader, options) : describe(reader, readFormat(reader), options);
}

/** The disk inside says everything; the file around it only how it is kept. */
function inspectQcow2(reader: ImageReader, options: InspectOptions): ImageInspection {
  const disk = qcow2Reader(reader);
  const { version, virtualSize, clusterSize } = disk.header;
  const inside = { ...disk, name: `${reader.name}, the disk inside` };
  const contains = describe(inside, readFormat(inside), options);
  const fact = `qcow2 magic, version ${version}, clusters of ${clusterSize} bytes`;
  return {
    ...contains,
    name: reader.name,
    size: reader.size,
    format: 'qcow2',
    evidence: [{ offset: 0, fact }],
    warnings: [],
    virtualSize,
    contains,
    lookalike: undefined,
  };
}

/** @param depth how many things this is inside of, a qcow2 not counted */
function describe(
  reader: ImageReader,
  found: FormatFindings,
  options: InspectOptions,
  depth = 0,
): ImageInspection {
  const known = tryRecogniseSystem(factsOf(reader, found), options.systems);
  const inner = inspectKernel(found, options, depth);
  const { contains } = inner;
  const system = known ?? systemInside(contains) ?? generic(found);
  return {
    name: reader.name,
    size: reader.size,
    format: found.format,
    machine: found.machine ?? contains?.machine,
    bootProtocols: found.bootProtocols,
    system,
    evidence: known ? [...found.evidence, { offset: known.offset, fact: known.because }] : found.evidence,
    warnings: [...found.warnings, ...inner.warnings],
    elf: found.elf,
    multiboot1: found.multiboot1,
    virtualSize: undefined,
    memory: found.memory,
    commandLine: commandLineOf(reader, found, known ?? contains?.system) ?? contains?.commandLine,
    contains,
    lookalike: lookalikeIn(reader, found, known),
  };
}

/** Undefined for what is an image. */
function lookalikeIn(
  reader: ImageReader,
  { format, elf, bootProtocols }: FormatFindings,
  known: RecognisedSystem | undefined,
): string | undefined {
  if (format === 'unknown') return lookalikeOf(reader);
  return elf && bootProtocols.length === 0 && !known ? lookalikeOfElf(elf) : undefined;
}

function factsOf(reader: ImageReader, found: FormatFindings): ImageFacts {
  return {
    format: found.format,
    size: reader.size,
    bootProtocols: found.bootProtocols,
    notes: found.notes,
    sections: found.sections,
    machine: found.machine,
    partitions: found.partitions,
    multiboot1: found.multiboot1 && { ...found.multiboot1, kludge: found.multiboot1.kludge !== undefined },
    interpreter: found.elf?.interpreter,
    read: (offset, length) => reader.read(offset, length),
    find: textFinder(reader, searchedOf(found)),
  };
}

/** Where a disk's kernel is known, its texts are looked for there. */
function searchedOf({ format, kernel }: FormatFindings): number {
  if (!format.endsWith('-disk')) return SEARCHED_IN_KERNEL;
  return kernel ? 0 : SEARCHED_IN_DISK;
}

/** A disk is what it is, even when the kernel in it is damaged. A disk inside a disk is no kernel. */
function inspectKernel(
  { kernel }: FormatFindings,
  options: InspectOptions,
  depth: number,
): { readonly contains: ImageInspection | undefined; readonly warnings: readonly string[] } {
  if (!kernel || kernel.reader.size === 0 || depth === MAX_DEPTH)
    return { contains: undefined, warnings: [] };
  try {
    const found = readFormat(kernel.reader);
    if (!KERNEL_FORMATS.includes(found.format)) return { contains: undefined, warnings: [] };
    return { contains: describe(kernel.reader, found, options, depth + 1), warnings: [] };
  } catch (error) {
    if (!KilnError.is(error)) throw error;
    return { contains: undefined, warnings: [error.message] };
  }
}

/** A disk is of its kernel's system, and its arguments are in it already. */
function systemInside(contains: ImageInspection | undefined): RecognisedSystem | undefined {
  const system = contains?.system;
  return system && system.id !== 'generic'
    ? { ...system, argumentStyle: 'fixed', dropsFirstWord: false }
    : undefined;
}

function generic({ bootProtocols }: FormatFindings): RecognisedSystem | undefined {
  const protocol = bootProtocols[0];
  if (protocol === undefined) return undefined;
  return {
    id: 'generic',
    title: GENERIC_TITLES[protocol],
    because: 'no system is recognised',
    offset: 0,
    dropsFirstWord: false,
    drivers: undefined,
    needsDisk: false,
    argumentStyle: protocol === 'bios-disk' || protocol === 'uefi-disk' ? 'fixed' : 'command-line',
  };
}

const GENERIC_TITLES = {
  multiboot1: 'multiboot kernel',
  multiboot2: 'multiboot2 kernel',
  pvh: 'PVH kernel',
  linux: 'Linux boot protocol kernel',
  linux64: '64 bit Linux boot protocol kernel',
  'xen-pv': 'Xen PV kernel',
  'bios-disk': 'bootable disk',
  'uefi-disk': 'bootable UEFI disk',
  uefi: 'UEFI application',
} as const;
