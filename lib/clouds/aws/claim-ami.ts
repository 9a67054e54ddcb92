import { CreateTagsCommand } from '@aws-sdk/client-ec2';
import { callAws } from './call';
import { describeImage } from './images';
import type { AwsSession } from './session';
import { OWNER_TAG } from './tags';

/**
 * Writes on an image whose it is. Two that ask for the same image get the same one; the last to claim it is the one to delete it.
 *
 * @throws KilnError `aws.*` of a call that failed
 */
export async function claimAmi(
  id: string,
  owner: string,
  session: AwsSession,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<void> {
  const command = new CreateTagsCommand({ Resources: [id], Tags: [{ Key: OWNER_TAG, Value: owner }] });
  const notYet = {
    is: ({ name }: { readonly name: string }) => name === 'InvalidAMIID.NotFound',
    until: performance.now() + session.timing.lingerMs,
  };
  const send = (sending: { readonly abortSignal: AbortSignal }) => session.ec2.send(command, sending);
  await callAws(session, { action: 'ec2:CreateTags', send, notYet }, options.signal);
}

/** Who claimed an image last; undefined where nobody did or it is gone. */
export async function ownerOf(
  id: string,
  session: AwsSession,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<string | undefined> {
  return (await describeImage(session, id, options.signal))?.owner;
}
