import { KilnError } from '../../errors';
import type { Piece } from './disk-plan';
import { type FatIdentity, renderFatBoot } from './fat-boot-sector';
import { type FatGeometry, fatGeometry } from './fat-geometry';
import { ATTRIBUTE, entriesOf, renderEntry, renderShort } from './fat-names';
import { SECTOR } from './layout';

const ENTRY = 32;
const FIRST_CLUSTER = 2;
/** Sizes are 32 bit numbers, and readers round them up to clusters without a further bit (fsck.fat 4.2 does). */
const MAX_FILE = 0x100000000 - 32_768;
const END_OF_CHAIN = { 16: 0xffff, 32: 0x0fffffff } as const;
/** What the first two entries of a table say: a fixed disk, cleanly unmounted. */
const TABLE_START = { 16: [0xfff8, 0xffff], 32: [0x0ffffff8, 0x0fffffff] } as const;

/** A file that a volume is to hold. */
export interface FatFile {
  /** From the root, with slashes: `/EFI/BOOT/BOOTX64.EFI`. */
  readonly path: string;
  /** Size in bytes. */
  readonly size: number;
}

/** A planned volume: where each file's bytes go, in one piece, and everything around them. */
export interface FatVolume {
  /** Sectors of the volume. */
  readonly sectors: number;
  readonly bits: 16 | 32;
  /** Offset of a file's bytes from the start of the volume. */
  offsetOf(path: string): number;
  /** The tables and folders. */
  readonly pieces: readonly Piece[];
  /** The boot sector, which names the volume. */
  boot(identity: FatIdentity): readonly Piece[];
}

/** A file or folder with its clusters. */
interface Node {
  readonly name: string;
  readonly path: string;
  readonly size: number;
  /** Undefined for a file. */
  readonly children: Node[] | undefined;
  cluster: number;
  clusters: number;
}

/**
 * Lays out a FAT volume with every file in one piece. The same files give the same bytes: there is no time in it.
 * @param label of the volume, eleven capitals at most
 * @throws KilnError `image.too-large` for a file of nearly 4 GiB or more
 */
export function planFat(files: readonly FatFile[], label: string): FatVolume {
  for (const { path, size } of files) if (size > MAX_FILE) throw tooLarge(path, size);
  const root = treeOf(files);
  const nodes = [...walk(root)];
  const geometry = fatGeometry((clusterSize, bits) =>
    nodes.reduce((sum, node) => sum + clustersOf(node, node === root, clusterSize, bits), 0),
  );
  const used = allocate(nodes, root, geometry);
  const places = new Map(nodes.map((node) => [node.path, placeOf(node, geometry)]));
  const table = renderTable(nodes, geometry);
  return {
    sectors: geometry.sectors,
    bits: geometry.bits,
    offsetOf: (path) => places.get(path) as number,
    pieces: [
      { at: geometry.reserved * SECTOR, bytes: table },
      { at: (geometry.reserved + geometry.tableSectors) * SECTOR, bytes: table },
      ...nodes
        .filter(({ children }) => children !== undefined)
        .map((node) => ({ at: placeOf(node, geometry), bytes: renderFolder(node, root, label) })),
    ],
    boot: (identity) => renderFatBoot(geometry, identity, used),
  };
}

/** Only the root folder of FAT16 and empty files have no cluster, and no one looks for the bytes of the latter. */
function placeOf({ cluster }: Node, { root, data, clusterSize }: FatGeometry): number {
  if (cluster === 0) return root * SECTOR;
  return data * SECTOR + (cluster - FIRST_CLUSTER) * clusterSize;
}

function treeOf(files: readonly FatFile[]): Node {
  const root = nodeOf('', '', 0, []);
  for (const { path, size } of files) {
    const names = path.split('/').slice(1);
    let folder = root;
    for (const name of names.slice(0, -1)) {
      const known = folder.children?.find((child) => child.name === name);
      const next = known ?? nodeOf(name, `${folder.path}/${name}`, 0, []);
      if (!known) folder.children?.push(next);
      folder = next;
    }
    folder.children?.push(nodeOf(names.at(-1) ?? '', path, size, undefined));
  }
  return root;
}

function nodeOf(name: string, path: string, size: number, children: Node[] | undefined): Node {
  return { name, path, size, children, cluster: 0, clusters: 0 };
}

/** Folders before files, so that all that must be read to find a file lies together. */
function* walk(folder: Node): Generator<Node> {
  const all = [folder];
  for (const node of all) for (const child of node.children ?? []) if (child.children) all.push(child);
  yield* all;
  for (const node of all) yield* (node.children ?? []).filter((child) => child.children === undefined);
}

function clustersOf(node: Node, isRoot: boolean, clusterSize: number, bits: 16 | 32): number {
  if (node.children === undefined) return Math.ceil(node.size / clusterSize);
  if (isRoot && bits === 16) return 0;
  return Math.ceil(folderSize(node) / clusterSize);
}

/** Two entries are for `.` and `..`, or in the root one for the label. */
function folderSize({ children = [] }: Node): number {
  return ENTRY * children.reduce((sum, { name }) => sum + entriesOf(name), 2);
}

function allocate(nodes: readonly Node[], root: Node, { bits, clusterSize }: FatGeometry): number {
  let next = FIRST_CLUSTER;
  for (const node of nodes) {
    node.clusters = clustersOf(node, node === root, clusterSize, bits);
    node.cluster = node.clusters === 0 ? 0 : next;
    next += node.clusters;
  }
  return next - FIRST_CLUSTER;
}

function renderTable(nodes: readonly Node[], { bits, tableSectors }: FatGeometry): Buffer {
  const table = Buffer.alloc(tableSectors * SECTOR);
  const put = (cluster: number, value: number) =>
    bits === 16 ? table.writeUInt16LE(value, cluster * 2) : table.writeUInt32LE(value, cluster * 4);
  for (const [cluster, value] of TABLE_START[bits].entries()) put(cluster, value);
  for (const { cluster, clusters } of nodes) {
    const end = cluster + clusters;
    for (let at = cluster; at < end; at += 1) put(at, at + 1 === end ? END_OF_CHAIN[bits] : at + 1);
  }
  return table;
}

function renderFolder(folder: Node, root: Node, label: string): Buffer {
  const { children = [] } = folder;
  const own = { attributes: ATTRIBUTE.directory, size: 0 };
  const parent = parentOf(root, folder);
  const start =
    folder === root
      ? [renderShort(label, { attributes: ATTRIBUTE.volumeLabel, cluster: 0, size: 0 })]
      : [
          renderShort('.', { ...own, cluster: folder.cluster }),
          // The root is 0 here, also where it has a cluster.
          renderShort('..', { ...own, cluster: parent === root ? 0 : (parent?.cluster ?? 0) }),
        ];
  const entries = children.map(({ name, size, cluster, children: inner }, index) => {
    const attributes = inner ? ATTRIBUTE.directory : ATTRIBUTE.readOnly;
    return renderEntry({ name, attributes, cluster, size }, index + 1);
  });
  return Buffer.concat([...start, ...entries]);
}

function parentOf(folder: Node, child: Node): Node | undefined {
  if (folder.children?.includes(child)) return folder;
  for (const inner of folder.children ?? []) {
    const found = parentOf(inner, child);
    if (found) return found;
  }
  return undefined;
}

function tooLarge(path: string, size: number): KilnError {
  return new KilnError(
    `'${path}' has ${size} bytes, and a FAT file system holds at most ${MAX_FILE} in a file`,
    {
      code: 'image.too-large',
      remedy: 'Put what is large on a disk of its own.',
    },
  );
}
