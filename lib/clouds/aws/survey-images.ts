import type { Snapshot } from '@aws-sdk/client-ec2';
import type { Ami } from './ami';
import { findImageUses, type ImageUse, type SessionIn } from './image-uses';
import { describeImage } from './images';
import { type RankedImage, rankImages } from './retention';
import { findServiceImages, findServiceSnapshots } from './service-images';
import type { AwsSession } from './session';
import { COPY_OF_TAG, RETIRED_TAG, SERVICE_TAG } from './tags';

const GIB = 1024 ** 3;

/** `in-use` also: in service, being made, a copy. `protected`: it may not be deregistered. */
export type Verdict = 'in-use' | 'kept' | 'protected' | 'prunable';

export interface SurveyedImage extends RankedImage {
  readonly verdict: Verdict;
  /** For people, each a reason for the verdict. */
  readonly because: readonly string[];
  /** Undefined where nobody looked. */
  readonly use: ImageUse | undefined;
  /** What removing it frees at most, in bytes: what its snapshot holds where EC2 says so, else the whole volume. */
  readonly bytes: number;
}

/** A snapshot of a service without an image: its removal ended between the two. */
export interface StraySnapshot {
  readonly id: string;
  readonly service: string;
  readonly bytes: number;
}

/** The images of services in one region, and what is to become of them. */
export interface Survey {
  readonly region: string;
  /** By service, then as `rankImages` orders them. */
  readonly images: readonly SurveyedImage[];
  readonly strays: readonly StraySnapshot[];
}

export interface SurveyOptions {
  /** @default - all that Kiln's tags name */
  readonly service?: string | undefined;
  /** How many earlier images of a service stay; infinite where that is not known. */
  keep(service: string): number;
  /** Whose uses are looked for: `surplus` takes fewer calls. */
  readonly uses: 'all' | 'surplus';
  readonly sessionIn: SessionIn;
  /** Claimed, and retired, in this process: see `rankImages`. */
  readonly claimed?: ReadonlySet<string> | undefined;
  readonly retired?: ReadonlyMap<string, string | undefined> | undefined;
  /** The service ends: nothing is being made, and no snapshot is anybody's without an image. @default false */
  readonly isEnd?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Looks at the images of services in a session's region: which are in service, which are kept, which may go, and why.
 *
 * @param images those of the service, where they are known already
 * @throws KilnError `aws.*` of a call that failed
 */
export async function surveyImages(
  session: AwsSession,
  options: SurveyOptions,
  images?: readonly Ami[],
): Promise<Survey> {
  const { service, signal } = options;
  const all = images ?? (await findServiceImages(session, service, signal));
  const snapshots = await findServiceSnapshots(session, service, signal);
  const ranked = [...groupBy(all, (image) => image.service ?? '')].flatMap(([name, some]) =>
    rankImages(some, {
      keep: options.keep(name),
      now: session.clock.now(),
      makingMs: options.isEnd ? Number.NEGATIVE_INFINITY : undefined,
      claimed: options.claimed,
      retired: options.retired,
    }),
  );
  const orphans = await orphansAmong(ranked, options);
  const isLooked = ({ image, standing }: RankedImage) =>
    standing === 'surplus' || orphans.has(image.id) || (options.uses === 'all' && standing !== 'copy');
  const looked = ranked.filter(isLooked).map(({ image }) => image);
  const uses = await findImageUses(looked, session, options.sessionIn, signal);
  const surveyed = ranked.map((one) => {
    const use = uses.get(one.image.id);
    const bytes = bytesOf(
      snapshots.find(({ SnapshotId }) => SnapshotId === one.image.snapshotId),
      one.image,
    );
    const keep = options.keep(one.image.service ?? '');
    return { ...one, use, bytes, ...judge(one, use, orphans.has(one.image.id), keep) };
  });
  return { region: session.region, images: surveyed, strays: straysAmong(snapshots, surveyed, options) };
}

function judge(
  { image, standing, place }: RankedImage,
  use: ImageUse | undefined,
  isOrphan: boolean,
  keep: number,
): { readonly verdict: Verdict; readonly because: readonly string[] } {
  const by = (use?.by ?? []).map((what) => `used by ${what}`);
  if (standing === 'current') return { verdict: 'in-use', because: ['in service', ...by] };
  if (standing === 'making') return { verdict: 'in-use', because: ['being made'] };
  if (standing === 'copy' && !isOrphan)
    return { verdict: 'in-use', because: [`goes with ${image.copyOf?.replace(/^(.*)\/(.*)$/, '$2 in $1')}`] };
  if (by.length > 0) return { verdict: 'in-use', because: by };
  if (standing === 'kept') return { verdict: 'kept', because: [keptText(place, keep)] };
  if (image.isProtected)
    return { verdict: 'protected', because: ['it is protected against being deregistered'] };
  return {
    verdict: 'prunable',
    because: [isOrphan ? 'what it is a copy of is gone' : `beyond the ${keep} that are kept`],
  };
}

function keptText(place: number | undefined, keep: number): string {
  if (Number.isFinite(keep)) return `${place} of ${keep} that are kept for going back`;
  return 'kept: how many earlier images are to stay is not known here, --keep says it';
}

/** Copies whose originals are gone. Asked of their regions only where there are copies. */
async function orphansAmong(
  ranked: readonly RankedImage[],
  { sessionIn, signal }: SurveyOptions,
): Promise<ReadonlySet<string>> {
  const orphans = new Set<string>();
  for (const { image, standing } of ranked) {
    if (standing !== 'copy' || image.copyOf === undefined) continue;
    const [region = '', id = ''] = image.copyOf.split('/');
    if ((await describeImage(await sessionIn(region), id, signal)) === undefined) orphans.add(image.id);
  }
  return orphans;
}

function straysAmong(
  snapshots: readonly Snapshot[],
  images: readonly SurveyedImage[],
  { isEnd = false }: SurveyOptions,
): StraySnapshot[] {
  const used = new Set(images.map(({ image }) => image.snapshotId));
  return snapshots.flatMap((snapshot) => {
    const { SnapshotId: id = '', Tags = [] } = snapshot;
    const tag = (key: string) => Tags.find(({ Key }) => Key === key)?.Value;
    // One that is being filled has no image yet either; a copy's goes with its original.
    const isLeft = isEnd || tag(RETIRED_TAG) !== undefined;
    if (used.has(id) || !isLeft || tag(COPY_OF_TAG) !== undefined) return [];
    return [{ id, service: tag(SERVICE_TAG) ?? '', bytes: bytesOf(snapshot, undefined) }];
  });
}

function bytesOf(snapshot: Snapshot | undefined, image: Ami | undefined): number {
  return snapshot?.FullSnapshotSizeInBytes ?? (snapshot?.VolumeSize ?? image?.volumeSizeGib ?? 0) * GIB;
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): [string, T[]][] {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1));
}
