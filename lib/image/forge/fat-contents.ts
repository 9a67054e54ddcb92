import type { Copy, Piece } from './disk-plan';
import { type FatVolume, planFat } from './fat';
import { SECTOR } from './layout';

/** A file of a forged file system: text or bytes of ours, or a file of the user's. */
export type FatContent =
  | { readonly path: string; readonly bytes: Buffer }
  | ({ readonly path: string } & Omit<Copy, 'at'>);

/** A file system with what it holds, at its place on the disk. */
export interface FilledFat {
  readonly volume: FatVolume;
  /** Offset on the disk, in bytes. */
  readonly at: number;
  /** Everything but the boot sector. */
  readonly pieces: readonly Piece[];
  readonly copies: readonly Copy[];
}

/** Name of every volume that Kiln makes. */
export const LABEL = 'KILN';

/**
 * A FAT volume with these files, from a sector of the disk on.
 * @throws KilnError `image.too-large`
 */
export function fillFat(contents: readonly FatContent[], sector: number): FilledFat {
  const at = sector * SECTOR;
  const files = contents.map((one) => ({
    path: one.path,
    size: 'bytes' in one ? one.bytes.length : one.source.size,
  }));
  const volume = planFat(files, LABEL);
  const placeOf = (path: string) => at + volume.offsetOf(path);
  return {
    volume,
    at,
    pieces: [
      ...shifted(volume.pieces, at),
      ...contents.flatMap((one) => ('bytes' in one ? [{ at: placeOf(one.path), bytes: one.bytes }] : [])),
    ],
    copies: contents.flatMap((one) => ('source' in one ? [{ ...one, at: placeOf(one.path) }] : [])),
  };
}

/** Pieces of a volume, as pieces of the disk. */
export function shifted(pieces: readonly Piece[], by: number): Piece[] {
  return pieces.map(({ at, bytes }) => ({ at: at + by, bytes }));
}
