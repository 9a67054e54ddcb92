import { KilnError } from '../../errors';
import type { Ami } from './ami';
import { faultBehind } from './fault';
import { deregisterImage, describeImage } from './images';
import type { AwsSession } from './session';
import { deleteSnapshot } from './snapshots';

/**
 * Deregisters an image, then deletes its snapshot, unless another image is over it too. What is gone already is as good.
 * Instances that run keep running.
 *
 * @param ami without its snapshot's id, EC2 is asked for it first
 * @throws KilnError `aws.protected` where the image may not be deregistered; `aws.*` of a call that failed
 */
export async function deleteAmi(
  ami: Pick<Ami, 'id' | 'snapshotId'>,
  session: AwsSession,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<void> {
  const { signal } = options;
  const snapshotId = ami.snapshotId ?? (await describeImage(session, ami.id, signal))?.snapshotId;
  try {
    await deregisterImage(session, ami.id, signal);
  } catch (error) {
    if (faultBehind(error).name !== 'OperationNotPermitted') throw error;
    throw new KilnError(`the image ${ami.id} is protected against being deregistered`, {
      code: 'aws.protected',
      remedy: `Take the protection off: aws ec2 disable-image-deregistration-protection --image-id ${ami.id}`,
      cause: (error as Error).cause,
    });
  }
  if (snapshotId !== undefined) await deleteSnapshot(session, snapshotId, signal);
}
