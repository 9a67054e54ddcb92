import { KilnError } from '../../errors';
import { type ImageFacts, type RecognisedSystem, tryRecogniseSystem } from '../../systems';
import { findText } from './find-text';
import type { ImageInspection } from './image-inspection';
import { type ImageReader, withImageFile } from './image-reader';
import { lookalikeOf } from './lookalike';
import { readFormat } from './read-format';

/**
 * Says what an image is: format, machine, boot protocols, system, and which bytes showed it. Reads only what its
 * headers need, so a 10 GiB disk takes no longer than a kernel. Judges nothing: see `requireBootable`.
 * @param image a path, or a reader of its bytes
 * @throws KilnError `image.missing`, `image.not-a-file`, `image.unreadable`, `image.empty`, `image.truncated`
 */
export function inspectImage(image: string | ImageReader): ImageInspection {
  return typeof image === 'string' ? withImageFile(image, inspect) : inspect(image);
}

function inspect(reader: ImageReader): ImageInspection {
  if (reader.size === 0) {
    throw new KilnError(`the image '${reader.name}' is empty`, {
      code: 'image.empty',
      remedy: 'Its build probably failed; build it again.',
    });
  }
  const found = readFormat(reader);
  const facts: ImageFacts = {
    format: found.format,
    size: reader.size,
    bootProtocols: found.bootProtocols,
    notes: found.elf?.notes ?? [],
    sections: found.elf?.sections ?? [],
    machine: found.machine,
    partitions: found.partitions,
    multiboot1: found.multiboot1 && { ...found.multiboot1, kludge: found.multiboot1.kludge !== undefined },
    interpreter: found.elf?.interpreter,
    read: (offset, length) => reader.read(offset, length),
    find: (text) => findText(reader, text),
  };
  const known = tryRecogniseSystem(facts);
  return {
    name: reader.name,
    size: reader.size,
    format: found.format,
    machine: found.machine,
    bootProtocols: found.bootProtocols,
    system: known ?? generic(facts),
    evidence: known ? [...found.evidence, { offset: known.offset, fact: known.because }] : found.evidence,
    elf: found.elf,
    multiboot1: found.multiboot1,
    lookalike: found.format === 'unknown' ? lookalikeOf(reader) : undefined,
  };
}

function generic(facts: ImageFacts): RecognisedSystem | undefined {
  const protocol = facts.bootProtocols[0];
  if (protocol === undefined) return undefined;
  const title = GENERIC_TITLES[protocol];
  return {
    id: 'generic',
    title,
    because: 'no system is recognised',
    offset: 0,
    dropsFirstWord: false,
    drivers: undefined,
    needsDisk: false,
    argumentStyle: 'command-line',
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
