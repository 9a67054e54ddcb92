import type { Ami } from './ami';
import { describeImage } from './images';
import type { AwsSession } from './session';
import { COMMIT_TAG, OWNER_TAG, RETIRED_TAG } from './tags';
import { removeTags, writeTags } from './write-tags';

type Claimed = Pick<Ami, 'id'> & Partial<Pick<Ami, 'snapshotId' | 'service' | 'commit'>>;

/**
 * Writes on an image whose it is. Two that ask for the same image get the same one; the last to claim it is the one to delete it.
 * One that was retired is in service again.
 *
 * @param options.commit written where the image has none
 * @throws KilnError `aws.*` of a call that failed
 */
export async function claimAmi(
  ami: Claimed,
  owner: string,
  session: AwsSession,
  options: { readonly commit?: string | undefined; readonly signal?: AbortSignal | undefined } = {},
): Promise<void> {
  const { commit, signal } = options;
  const missing = commit !== undefined && ami.commit === undefined ? { [COMMIT_TAG]: commit } : {};
  await writeTags([ami.id], { [OWNER_TAG]: owner, ...missing }, session, signal);
  const { snapshotId } = ami;
  const all = snapshotId === undefined ? [ami.id] : [ami.id, snapshotId];
  // Its owner counts by now, so a prune leaves it alone.
  if (ami.service !== undefined) await removeTags(all, [{ key: RETIRED_TAG }], session, signal);
  const written = ami.commit ?? commit;
  if (snapshotId !== undefined && written !== undefined)
    await writeTags([snapshotId], { [COMMIT_TAG]: written }, session, signal);
}

/** Who claimed an image last; undefined where nobody did or it is gone. */
export async function ownerOf(
  id: string,
  session: AwsSession,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<string | undefined> {
  return (await describeImage(session, id, options.signal))?.owner;
}
