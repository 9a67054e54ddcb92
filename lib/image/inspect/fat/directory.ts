import { type ImageReader, MAX_READ } from '../image-reader';
import { windowOf } from '../window';
import { chainReader } from './chain';
import type { FatVolume } from './volume';

const ENTRY = 32;
/** FAT allows 65536 entries; what boots has some ten. */
const MAX_DIRECTORY = 128 * 1024;
const MAX_DEPTH = 8;
const DELETED = 0xe5;
const LONG_NAME = 0x0f;
const VOLUME_LABEL = 0x08;
const FOLDER = 0x10;
/** Where the 13 characters of a long name's piece are. */
const CHARACTERS = [1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30];

export interface FatEntry {
  /** The long name where there is one. */
  readonly name: string;
  readonly isFolder: boolean;
  readonly cluster: number;
  /** In bytes; 0 for a folder. */
  readonly size: number;
}

/** A file by its path with slashes, whatever the case of its letters; undefined where there is none. */
export function findFatFile(volume: FatVolume, path: string): ImageReader | undefined {
  const names = path.split('/').filter((name) => name !== '');
  if (names.length === 0 || names.length > MAX_DEPTH) return undefined;
  let folder: FatEntry | undefined;
  for (const [index, name] of names.entries()) {
    const entry = listFatFolder(volume, folder).find((one) => isNamed(one, name));
    if (!entry || entry.isFolder !== index < names.length - 1) return undefined;
    folder = entry;
  }
  return folder && openFatFile(volume, folder, `${volume.reader.name}:/${names.join('/')}`);
}

export function openFatFile(volume: FatVolume, entry: FatEntry, name: string): ImageReader {
  return chainReader(volume, entry.cluster, entry.size, name);
}

/** What a folder holds, without its labels and dots. @param folder @default - the root */
export function listFatFolder(volume: FatVolume, folder?: FatEntry): FatEntry[] {
  const bytes = folderReader(volume, folder).read(0, Math.min(MAX_DIRECTORY, MAX_READ));
  const entries: FatEntry[] = [];
  let longName = '';
  for (let at = 0; at + ENTRY <= bytes.length && bytes[at] !== 0; at += ENTRY) {
    const entry = bytes.subarray(at, at + ENTRY);
    const attributes = entry[11] ?? 0;
    if (entry[0] === DELETED) longName = '';
    else if ((attributes & 0x3f) === LONG_NAME) longName = pieceOf(entry) + longName;
    else {
      const name = longName || shortName(entry);
      longName = '';
      if ((attributes & VOLUME_LABEL) !== 0 || name === '.' || name === '..') continue;
      const cluster = (volume.bits === 32 ? entry.readUInt16LE(20) * 65536 : 0) + entry.readUInt16LE(26);
      const isFolder = (attributes & FOLDER) !== 0;
      entries.push({ name, isFolder, cluster, size: isFolder ? 0 : entry.readUInt32LE(28) });
    }
  }
  return entries;
}

function folderReader(volume: FatVolume, folder: FatEntry | undefined): ImageReader {
  const { root, reader } = volume;
  if (folder) return chainReader(volume, folder.cluster, MAX_DIRECTORY, '');
  if ('cluster' in root) return chainReader(volume, root.cluster, MAX_DIRECTORY, '');
  return windowOf(reader, root.offset, root.size, '');
}

function pieceOf(entry: Buffer): string {
  const codes = CHARACTERS.map((offset) => entry.readUInt16LE(offset));
  const end = codes.findIndex((code) => code === 0 || code === 0xffff);
  return String.fromCharCode(...(end < 0 ? codes : codes.slice(0, end)));
}

function shortName(entry: Buffer): string {
  const text = entry.toString('latin1', 0, 11);
  const [base, extension] = [text.slice(0, 8).trimEnd(), text.slice(8).trimEnd()];
  return extension === '' ? base : `${base}.${extension}`;
}

function isNamed(entry: FatEntry, name: string): boolean {
  return entry.name.toLowerCase() === name.toLowerCase();
}
