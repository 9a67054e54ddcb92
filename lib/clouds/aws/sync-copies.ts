import type { Ami } from './ami';
import { copyAmi } from './copy-ami';
import { deleteCopies } from './delete-copies';
import type { SessionIn } from './image-uses';
import type { AwsSession } from './session';
import { COPIES_TAG } from './tags';
import { removeTags, writeTags } from './write-tags';

export interface CopyTarget {
  /** ARN of a key of that region. @default - see `copyAmi` */
  readonly kmsKeyId?: string | undefined;
}

export interface SyncCopiesOptions {
  readonly sessionIn: SessionIn;
  readonly signal?: AbortSignal | undefined;
  readonly onStarted?: ((region: string, id: string) => void) | undefined;
  /** Hears of each copy that is available, also where another one then fails. */
  readonly onCopied?: ((copy: Ami) => void) | undefined;
}

/**
 * Makes the copies of an image, all at a time. Where they may be is written on the image first: whoever removes it finds
 * them.
 *
 * @throws KilnError of the first that failed, when all have ended
 */
export async function makeCopies(
  original: Ami,
  targets: ReadonlyMap<string, CopyTarget>,
  session: AwsSession,
  options: SyncCopiesOptions,
): Promise<void> {
  if (targets.size === 0) return;
  const { sessionIn, signal, onCopied } = options;
  const regions = [...new Set([...original.copiedTo, ...targets.keys()])];
  if (regions.length > original.copiedTo.length)
    await writeTags([original.id], { [COPIES_TAG]: regions.join(' ') }, session, signal);
  const outcomes = await Promise.allSettled(
    [...targets].map(async ([region, { kmsKeyId }]) => {
      const onStarted = (id: string) => options.onStarted?.(region, id);
      const copy = await copyAmi(original, await sessionIn(region), { kmsKeyId, signal, onStarted });
      onCopied?.(copy);
    }),
  );
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed) throw failed.reason;
}

/**
 * Removes the copies of an image in some regions, and then says on the image that they are gone.
 *
 * @throws KilnError `aws.*` of a call that failed, `aws.protected`
 */
export async function removeCopies(
  original: Ami,
  regions: readonly string[],
  session: AwsSession,
  { sessionIn, signal }: SyncCopiesOptions,
): Promise<void> {
  for (const region of regions) await deleteCopies(original, await sessionIn(region), { signal });
  const left = original.copiedTo.filter((region) => !regions.includes(region));
  if (left.length === original.copiedTo.length) return;
  if (left.length > 0) await writeTags([original.id], { [COPIES_TAG]: left.join(' ') }, session, signal);
  else await removeTags([original.id], [{ key: COPIES_TAG }], session, signal);
}
