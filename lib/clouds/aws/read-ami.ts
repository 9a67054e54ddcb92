import type { Ami } from './ami';
import { describeImage } from './images';
import type { AwsSession } from './session';
import { describeSnapshot } from './snapshots';

/**
 * The image of an id; undefined where it is gone.
 *
 * @throws KilnError `aws.*`, of a call that failed
 */
export function readAmi(
  id: string,
  session: AwsSession,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<Ami | undefined> {
  return describeImage(session, id, options.signal);
}

/**
 * ARN of the key that encrypts a snapshot; undefined where none does, or it is gone.
 *
 * @throws KilnError `aws.*`, of a call that failed
 */
export async function readKey(
  snapshotId: string,
  session: AwsSession,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<string | undefined> {
  return (await describeSnapshot(session, snapshotId, 0, options.signal))?.KmsKeyId;
}
