import { KilnError } from '../../lib/errors';
import {
  bufferReader,
  type ImageReader,
  inspectImage,
  qcow2Reader,
  requireBootable,
} from '../../lib/image/inspect';
import { corpus } from '../fixtures/corpus';

/** More than any header needs; an inspection that reads more is a loop. */
export const MOST_READ = 64 * 1024 * 1024;
/** Processor time of one inspection; wall time would count the machine's other work. */
export const MOST_CPU_MS = 2000;

/** How one input ended. */
export interface FuzzOutcome {
  /** `image.truncated`, or the format that was found. */
  readonly outcome: string;
  readonly bytesRead: number;
}

/**
 * One input by its number: the same seed and number always give the same bytes. Most are mutated images of the corpus,
 * some are random; some are said to be far larger than their bytes, as a sparse file is.
 */
export function fuzzInput(seed: number, run: number): { readonly bytes: Buffer; readonly size: number } {
  const random = randomFrom(seed, run);
  const bytes = random.below(16) === 0 ? randomFile(random) : mutated(random);
  const isSparse = random.below(32) === 0;
  return { bytes, size: isSparse ? bytes.length + 2 ** (20 + random.below(24)) : bytes.length };
}

/**
 * Inspects an input as a user's file would be.
 * @throws anything but a KilnError that a reader threw, and an Error when it read too much
 */
export function fuzzOne(input: { readonly bytes: Buffer; readonly size: number }): FuzzOutcome {
  const counted = { bytes: 0 };
  const reader = countingReader(input, counted);
  try {
    const image = inspectImage(reader);
    for (const kind of ['kernel', 'disk'] as const) judged(() => requireBootable(image, { ...TARGET, kind }));
    if (image.format === 'qcow2') judged(() => walk(reader));
    return { outcome: image.format, bytesRead: counted.bytes };
  } catch (error) {
    if (!KilnError.is(error)) throw error;
    return { outcome: error.code, bytesRead: counted.bytes };
  }
}

const TARGET = { boot: 'disk', machine: 'x86-64' } as const;

function judged(action: () => void): void {
  try {
    action();
  } catch (error) {
    if (!KilnError.is(error)) throw error;
  }
}

/** The first pieces of a disk, as a conversion reads them. */
function walk(reader: ImageReader): void {
  const disk = qcow2Reader(reader);
  let at = disk.nextData(0);
  for (let steps = 0; at !== undefined && steps < 16; steps += 1) {
    disk.read(at, 65536);
    at = disk.nextData(at + 65536);
  }
}

function countingReader(
  { bytes, size }: { bytes: Buffer; size: number },
  counted: { bytes: number },
): ImageReader {
  const file = bufferReader(bytes, 'fuzz');
  const read = (offset: number, length: number) => {
    const there = file.read(offset, length);
    const wanted = Math.max(0, Math.min(length, size - offset, 1024 * 1024)) || 0;
    counted.bytes += wanted;
    if (counted.bytes > MOST_READ) throw new Error(`read ${counted.bytes} bytes`);
    return offset >= 0 && there.length < wanted
      ? Buffer.concat([there, Buffer.alloc(wanted - there.length)])
      : there;
  };
  return { name: 'fuzz', size, read };
}

type Random = ReturnType<typeof randomFrom>;

/** Splitmix32 of seed and run: no state is carried from one input to the next, so each can be made again alone. */
function randomFrom(seed: number, run: number) {
  let state = (Math.imul(seed, 0x9e3779b1) ^ Math.imul(run + 1, 0x85ebca77)) >>> 0;
  const next = (): number => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  };
  const below = (limit: number) => next() % limit;
  return { next, below, of: <T>(items: readonly T[]): T => items[below(items.length)] as T };
}

const IMAGES = Object.values(corpus);
const MAGICS = ['', '\x7fELF\x01\x01\x01', '\x7fELF\x02\x01\x01', 'MZ', 'QFI\xfb\0\0\0\x03', '\xeb\x58\x90'];

function randomFile(random: Random): Buffer {
  const bytes = Buffer.alloc(random.below(4096));
  for (let at = 0; at + 4 <= bytes.length; at += 4) bytes.writeUInt32LE(random.next(), at);
  bytes.write(random.of(MAGICS), 0, 'latin1');
  if (bytes.length >= 512 && random.below(2) === 0) bytes.writeUInt16LE(0xaa55, 510);
  return bytes;
}

function mutated(random: Random): Buffer {
  let bytes: Buffer = Buffer.from(random.of(IMAGES));
  const changes = 1 + random.below(8);
  for (let change = 0; change < changes; change += 1) bytes = random.of(MUTATIONS)(bytes, random);
  return bytes;
}

const EXTREMES = [0, 1, 2, 0x7f, 0x80, 0xff, 0xffff, 0x7fffffff, 0x80000000, 0xfffffff0, 0xffffffff];

/** Numbers of all widths and both byte orders, where headers have them. */
function extreme(bytes: Buffer, random: Random): Buffer {
  const width = random.of([1, 2, 4, 8]);
  if (bytes.length < 8) return bytes;
  const at = place(bytes, random, width);
  const value = random.of(EXTREMES);
  if (width === 8) {
    const high = random.of(EXTREMES) >>> 0;
    const [first, second] = random.below(2) === 0 ? [value, high] : [high, value];
    bytes.writeUInt32LE(first >>> 0, at);
    bytes.writeUInt32LE(second >>> 0, at + 4);
  } else if (random.below(2) === 0) bytes.writeUIntLE(value % 2 ** (8 * width), at, width);
  else bytes.writeUIntBE(value % 2 ** (8 * width), at, width);
  return bytes;
}

/** Half of the changes go to the beginning, a quarter to the end: headers and tables are there. */
function place(bytes: Buffer, random: Random, width: number): number {
  const room = Math.max(1, bytes.length - width + 1);
  const near = Math.min(room, random.of([64, 512, 4096]));
  const kind = random.below(4);
  const at = kind < 2 ? random.below(near) : kind === 2 ? room - 1 - random.below(near) : random.below(room);
  return at - (at % width);
}

const MUTATIONS: readonly ((bytes: Buffer, random: Random) => Buffer)[] = [
  extreme,
  extreme,
  extreme,
  function flip(bytes, random) {
    if (bytes.length === 0) return bytes;
    const at = place(bytes, random, 1);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
    return bytes;
  },
  function noise(bytes, random) {
    if (bytes.length === 0) return bytes;
    const at = place(bytes, random, 1);
    const end = Math.min(bytes.length, at + 1 + random.below(64));
    for (let index = at; index < end; index += 1) bytes[index] = random.next();
    return bytes;
  },
  function cut(bytes, random) {
    return random.below(3) === 0 ? bytes.subarray(0, random.below(bytes.length + 1)) : bytes;
  },
  function splice(bytes, random) {
    const other = random.of(IMAGES);
    const from = random.below(other.length);
    const piece = other.subarray(from, from + 1 + random.below(2048));
    if (bytes.length > 0) piece.copy(bytes, place(bytes, random, 1));
    return bytes;
  },
  function repeat(bytes, random) {
    if (bytes.length < 16) return bytes;
    const from = place(bytes, random, 8);
    bytes.copy(bytes, place(bytes, random, 8), from, from + 8 * (1 + random.below(8)));
    return bytes;
  },
];
