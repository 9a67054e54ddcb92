import { createHash } from 'node:crypto';
import type { Piece } from './disk-plan';
import { type DiskLayout, LAYOUT_VERSION } from './layout';

/**
 * 32 bytes that name a disk by its content. What a disk must be named by (GUIDs, serial numbers) is made from them, and
 * so is the same on every machine.
 */
export function diskIdentity(
  layout: DiskLayout,
  pieces: readonly Piece[],
  sha256s: readonly string[],
): Buffer {
  const hash = createHash('sha256').update(JSON.stringify(['kiln-disk', layout, LAYOUT_VERSION, sha256s]));
  for (const { at, bytes } of pieces) hash.update(`${at} ${bytes.length} `).update(bytes);
  return hash.digest();
}
