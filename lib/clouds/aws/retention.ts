import type { Ami } from './ami';

/** An image that nobody claimed is being made for so long at most; after that it was left behind. */
export const MAKING_MS = 3_600_000;

/**
 * `current`: a Terraform state holds it; `copy`: it goes with its original; `making`: it was just made, and will be claimed;
 * `kept`: for going back; `surplus`: beyond what is kept.
 */
export type Standing = 'current' | 'copy' | 'making' | 'kept' | 'surplus';

export interface RankedImage {
  readonly image: Ami;
  readonly standing: Standing;
  /** Of those that are not in service, from 1, the newest first; undefined for all others. */
  readonly place: number | undefined;
}

export interface RankOptions {
  /** How many earlier images stay. */
  readonly keep: number;
  /** Milliseconds since 1970, by AWS' clock. */
  readonly now: number;
  /** Claimed in this process, which the tags may not show yet. @default - none */
  readonly claimed?: ReadonlySet<string> | undefined;
  /** Retired in this process, with the owner that was taken off: another one is of a later claim. @default - none */
  readonly retired?: ReadonlyMap<string, string | undefined> | undefined;
  /** @default MAKING_MS */
  readonly makingMs?: number | undefined;
}

/** What becomes of each of a service's images in one region: first those in service, then those that left it last. */
export function rankImages(images: readonly Ami[], options: RankOptions): RankedImage[] {
  const { keep, now, claimed, retired, makingMs = MAKING_MS } = options;
  const standingOf = (image: Ami): Standing | undefined => {
    if (image.copyOf !== undefined) return 'copy';
    if (claimed?.has(image.id)) return 'current';
    if (image.owner !== undefined && image.owner !== retired?.get(image.id)) return 'current';
    if (retired?.has(image.id)) return undefined;
    return image.retiredAt === undefined && now - leftAt(image, now) < makingMs ? 'making' : undefined;
  };
  const isOut = (image: Ami) => Number(standingOf(image) === undefined);
  const sorted = [...images].sort(
    (a, b) =>
      isOut(a) - isOut(b) ||
      leftAt(b, now) - leftAt(a, now) ||
      createdAt(b) - createdAt(a) ||
      (a.id < b.id ? -1 : 1),
  );
  let place = 0;
  return sorted.map((image) => {
    const standing = standingOf(image);
    if (standing !== undefined) return { image, standing, place: undefined };
    place++;
    return { image, standing: place <= keep ? 'kept' : 'surplus', place };
  });
}

/** When it went out of service; one that was never claimed, when it was made. */
function leftAt(image: Ami, now: number): number {
  return image.retiredAt?.getTime() ?? image.createdAt?.getTime() ?? now;
}

function createdAt(image: Ami): number {
  return image.createdAt?.getTime() ?? 0;
}
