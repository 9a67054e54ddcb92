import type { Ami } from './ami';
import type { AwsSession } from './session';
import { OWNER_TAG, RETIRED_TAG } from './tags';
import { removeTags, writeTags } from './write-tags';

/**
 * Takes an image out of service: it is nobody's any more, and kept for going back until newer ones push it out. Its snapshot is marked
 * as well, so that it is found where a removal ends between the two.
 *
 * @param owner who it belongs to; where another one claims it at this moment, that one keeps it
 * @returns the image as it is now
 * @throws KilnError `aws.*` of a call that failed
 */
export async function retireAmi(
  ami: Ami,
  owner: string | undefined,
  session: AwsSession,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<Ami> {
  const { signal } = options;
  const retiredAt = ami.retiredAt ?? new Date(session.clock.now());
  const ids = ami.snapshotId === undefined ? [ami.id] : [ami.id, ami.snapshotId];
  await writeTags(ids, { [RETIRED_TAG]: retiredAt.toISOString() }, session, signal);
  await removeTags([ami.id], [{ key: OWNER_TAG, value: owner }], session, signal);
  return { ...ami, owner: undefined, retiredAt };
}
