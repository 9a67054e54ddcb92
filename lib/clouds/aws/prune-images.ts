import { KilnError, messageOf } from '../../errors';
import type { Ami } from './ami';
import { deleteAmi } from './delete-ami';
import { deleteCopies } from './delete-copies';
import type { ImageUse, SessionIn } from './image-uses';
import { describeImage } from './images';
import { deleteTemplateVersions, type TemplateVersion } from './launch-templates';
import type { AwsSession } from './session';
import { deleteSnapshot } from './snapshots';
import type { StraySnapshot, Survey, SurveyedImage } from './survey-images';
import { RETIRED_TAG } from './tags';
import { writeTags } from './write-tags';

/** What could not be removed. */
export interface PruneFailure {
  /** Such as `ami-1` or `snap-1`. */
  readonly id: string;
  readonly error: KilnError;
}

export interface PruneReport {
  readonly removed: readonly SurveyedImage[];
  readonly removedSnapshots: readonly StraySnapshot[];
  /** Somebody took these into service, or began to use them, meanwhile. */
  readonly spared: readonly SurveyedImage[];
  readonly failed: readonly PruneFailure[];
}

export interface PruneOptions {
  readonly sessionIn: SessionIn;
  /** Claimed, and retired, in this process: see `rankImages`. */
  readonly claimed?: ReadonlySet<string> | undefined;
  readonly retired?: ReadonlyMap<string, string | undefined> | undefined;
  /** Ends at the first that fails. @default false */
  readonly endsAtFault?: boolean;
  readonly signal?: AbortSignal | undefined;
  /** Hears of each image that is gone. */
  readonly onRemoved?: ((image: Ami) => void) | undefined;
}

/**
 * Removes what a survey found prunable, the oldest first: with each image its copies, its snapshot, and the versions of Kiln's own launch templates that
 * nothing uses. What fails is reported, and the others are gone on with; another prune goes on from there, also while this one
 * runs.
 *
 * @throws KilnError `aws.cancelled`
 */
export async function pruneImages(
  survey: Survey,
  session: AwsSession,
  options: PruneOptions,
): Promise<PruneReport> {
  const removed: SurveyedImage[] = [];
  const removedSnapshots: StraySnapshot[] = [];
  const spared: SurveyedImage[] = [];
  const failed: PruneFailure[] = [];
  const attempt = async (id: string, work: () => Promise<void>) => {
    try {
      await work();
    } catch (error) {
      if (options.signal?.aborted) throw error;
      failed.push({ id, error: asKilnError(error) });
    }
  };
  for (const stray of survey.strays)
    await attempt(stray.id, async () => {
      await deleteSnapshot(session, stray.id, options.signal, 0);
      removedSnapshots.push(stray);
    });
  for (const one of [...survey.images].reverse()) {
    if (one.verdict !== 'prunable') continue;
    if (options.endsAtFault && failed.length > 0) break;
    await attempt(one.image.id, async () => {
      const isGone = await removeImage(one.image, one.use, session, options);
      (isGone ? removed : spared).push(one);
      if (isGone) options.onRemoved?.(one.image);
    });
  }
  return { removed, removedSnapshots, spared, failed };
}

/**
 * Removes an image and all that goes with it; the image last, so that what is left of a removal that ends early is found by it.
 *
 * @returns false where it was taken into service meanwhile
 */
async function removeImage(
  image: Ami,
  use: ImageUse | undefined,
  session: AwsSession,
  { sessionIn, claimed, retired, signal }: PruneOptions,
): Promise<boolean> {
  const there = await describeImage(session, image.id, signal);
  // An owner that this process took off may be seen for a while.
  if (claimed?.has(image.id) || (there?.owner !== undefined && there.owner !== retired?.get(image.id)))
    return false;
  await deleteVersions(use?.idleVersions ?? [], session, signal);
  for (const { image: copy, idleVersions } of use?.copies ?? [])
    await deleteVersions(idleVersions, await sessionIn(copy.region), signal);
  for (const region of image.copiedTo) await deleteCopies(image, await sessionIn(region), { signal });
  const { snapshotId } = image;
  // Marked, a snapshot is found also where its image is gone.
  if (there && there.retiredAt === undefined && snapshotId !== undefined)
    await writeTags([snapshotId], { [RETIRED_TAG]: retirementOf(image, session) }, session, signal);
  await deleteAmi({ id: image.id, snapshotId }, session, { signal });
  return true;
}

async function deleteVersions(
  versions: readonly TemplateVersion[],
  session: AwsSession,
  signal: AbortSignal | undefined,
): Promise<void> {
  const templates = new Set(versions.map(({ templateId }) => templateId));
  for (const id of templates) {
    const numbers = versions.filter(({ templateId }) => templateId === id).map(({ version }) => version);
    await deleteTemplateVersions(id, numbers, session, signal);
  }
}

function retirementOf({ createdAt }: Ami, { clock }: AwsSession): string {
  return (createdAt ?? new Date(clock.now())).toISOString();
}

function asKilnError(error: unknown): KilnError {
  if (KilnError.is(error)) return error;
  return new KilnError(messageOf(error), { code: 'aws.refused', source: 'tool', cause: error });
}
