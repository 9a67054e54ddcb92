import { CreateTagsCommand, DeleteTagsCommand } from '@aws-sdk/client-ec2';
import { callAws } from './call';
import { faultBehind, isGone } from './fault';
import type { AwsSession } from './session';
import { toTags } from './tags';

/**
 * Writes tags on images and snapshots, over those of the same keys. What was just made may be unknown for a moment.
 *
 * @throws KilnError `aws.*` of a call that failed; `faultBehind` of it says where one is gone
 */
export async function writeTags(
  ids: readonly string[],
  tags: Readonly<Record<string, string>>,
  session: AwsSession,
  signal: AbortSignal | undefined,
): Promise<void> {
  const command = new CreateTagsCommand({ Resources: [...ids], Tags: toTags(tags) });
  await callAws(
    session,
    {
      action: 'ec2:CreateTags',
      send: (options) => session.ec2.send(command, options),
      notYet: { is: isGone, until: performance.now() + session.timing.lingerMs },
    },
    signal,
  );
}

/**
 * Takes tags off. A value says that the tag goes only where it is that one; what is not there, or gone itself, is as good.
 *
 * @throws KilnError `aws.*` of a call that failed
 */
export async function removeTags(
  ids: readonly string[],
  tags: readonly { readonly key: string; readonly value?: string | undefined }[],
  session: AwsSession,
  signal: AbortSignal | undefined,
): Promise<void> {
  const Tags = tags.map(({ key, value }) => ({ Key: key, ...(value === undefined ? {} : { Value: value }) }));
  const command = new DeleteTagsCommand({ Resources: [...ids], Tags });
  try {
    await callAws(
      session,
      { action: 'ec2:DeleteTags', send: (options) => session.ec2.send(command, options) },
      signal,
    );
  } catch (error) {
    if (!isGone(faultBehind(error))) throw error;
  }
}
