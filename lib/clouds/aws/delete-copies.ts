import type { Ami } from './ami';
import { deleteAmi } from './delete-ami';
import { findCopies, findCopySnapshots } from './service-images';
import type { AwsSession } from './session';
import { deleteSnapshot } from './snapshots';

/**
 * Removes the copies of an image in a session's region, whatever state they are in, and what an earlier removal left of them.
 *
 * @throws KilnError `aws.*` of a call that failed, `aws.protected`
 */
export async function deleteCopies(
  original: Pick<Ami, 'region' | 'id'>,
  session: AwsSession,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<void> {
  const { signal } = options;
  const copies = await findCopies(session, [original], signal);
  for (const copy of copies) await deleteAmi(copy, session, { signal });
  for (const { SnapshotId } of await findCopySnapshots(session, original, signal))
    if (SnapshotId !== undefined) await deleteSnapshot(session, SnapshotId, signal);
}
