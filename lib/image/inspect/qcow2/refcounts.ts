import { damaged } from '../damaged';
import type { ImageReader } from '../image-reader';
import type { Qcow2Header } from './header';

/**
 * Reading a disk needs no reference counts, but a file whose counts deny its own header and first table was written by
 * something that lost track, and what its tables name may belong to something else.
 * @throws KilnError `image.damaged`
 */
export function requireRefcounts(
  reader: ImageReader,
  header: Qcow2Header,
  numberAt: (offset: number) => bigint | undefined,
): void {
  if (header.isDirty) return;
  const { clusterSize, l1 } = header;
  const used = l1.entries > 0 ? [0, l1.offset / clusterSize] : [0];
  for (const cluster of used) requireCount(reader, header, cluster, numberAt);
}

function requireCount(
  reader: ImageReader,
  { clusterSize, refcounts }: Qcow2Header,
  cluster: number,
  numberAt: (offset: number) => bigint | undefined,
): void {
  const repair = `Repair it with 'qemu-img check -r all ${reader.name}', or build it again.`;
  const perBlock = (clusterSize * 8) / refcounts.bits;
  const entry = Math.floor(cluster / perBlock) * 8;
  const block = entry + 8 <= refcounts.size ? Number(numberAt(refcounts.offset + entry) ?? 0n) : 0;
  if (block % clusterSize !== 0 || block + clusterSize > reader.size) {
    const at = `0x${block.toString(16)}`;
    throw damaged(reader, `a block of its reference counts is said to be at offset ${at}`, repair);
  }
  const bit = (cluster % perBlock) * refcounts.bits;
  const bytes = reader.read(block + Math.floor(bit / 8), Math.max(1, refcounts.bits / 8));
  const value =
    refcounts.bits < 8
      ? ((bytes[0] ?? 0) >> (bit % 8)) & (2 ** refcounts.bits - 1)
      : Number(bytes.some(Boolean));
  if (block === 0 || value === 0) {
    throw damaged(reader, `its reference counts say that cluster ${cluster}, which it uses, is free`, repair);
  }
}
