import type { FileHandle } from 'node:fs/promises';
import { writeAll } from './atomic-output';
import type { SourceFile } from './source-file';
import { writeOutput } from './write-output';

/** Bytes that differ between a file and its copy on the disk. */
export interface Patch {
  /** Offset in the file, in bytes. */
  readonly offset: number;
  readonly bytes: Buffer;
  readonly because: string;
}

/** Bytes at a place of the disk. */
export interface Piece {
  /** Offset on the disk, in bytes. */
  readonly at: number;
  readonly bytes: Buffer;
}

/** A file at a place of the disk. */
export interface Copy {
  /** Offset on the disk, in bytes. */
  readonly at: number;
  readonly source: SourceFile;
  /** SHA-256 that its content must have, 64 hex digits. @default - any content */
  readonly expected: string | undefined;
  /** Applied to the copy. @default - none */
  readonly patches?: readonly Patch[];
}

/** Everything that a disk is made of; what no part names is zero. */
export interface DiskPlan {
  /** Size in bytes. */
  readonly size: number;
  readonly pieces: readonly Piece[];
  readonly copies: readonly Copy[];
  /** Further pieces, for which the SHA-256 of each copy must be known. @default - none */
  readonly seal?: (sha256s: readonly string[]) => readonly Piece[];
}

/**
 * Writes a disk; it appears under its name only when it is complete, and is read-only and sparse.
 * @throws KilnError `image.write-failed`, `image.changed`, `image.unreadable`
 */
export async function writePlan(out: string, plan: DiskPlan): Promise<void> {
  await writeOutput('disk', out, (disk) => writeParts(disk, plan));
}

async function writeParts(disk: FileHandle, plan: DiskPlan): Promise<void> {
  // Growing the file first leaves holes wherever nothing is written.
  await disk.truncate(plan.size);
  await writePieces(disk, plan.pieces);
  const sha256s: string[] = [];
  for (const { at, source, expected, patches = [] } of plan.copies) {
    sha256s.push(await source.copyTo(disk, at, expected, plan.seal !== undefined));
    for (const { offset, bytes } of patches) await writeAll(disk, bytes, at + offset);
  }
  await writePieces(disk, plan.seal?.(sha256s) ?? []);
}

async function writePieces(disk: FileHandle, pieces: readonly Piece[]): Promise<void> {
  await Promise.all(pieces.map(({ at, bytes }) => writeAll(disk, bytes, at)));
}
