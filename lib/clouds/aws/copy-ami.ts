import { createHash } from 'node:crypto';
import { CopyImageCommand } from '@aws-sdk/client-ec2';
import { KilnError } from '../../errors';
import type { Ami } from './ami';
import { callAws } from './call';
import { deleteCopies } from './delete-copies';
import { faultBehind, isGone } from './fault';
import { describeImage, findImage, hasFailed, waitForImage } from './images';
import { poll } from './poll';
import { originOf } from './service-images';
import type { AwsSession } from './session';
import { COMMIT_TAG, COPY_OF_TAG, DIGEST_TAG, SERVICE_TAG, toTags } from './tags';
import { writeTags } from './write-tags';

/** Copies that may be gone when their token is used again, before that is an error. */
const GENERATIONS = 4;

export interface CopyOptions {
  /** ARN of a key of the region that it goes to. @default - as the image is: not encrypted, or with that region's own key */
  readonly kmsKeyId?: string | undefined;
  /** Hears of the copy's id, as soon as there is one. */
  readonly onStarted?: ((id: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The copy of an image in a session's region: one that is there, by name and digest, or a new one, waited for. One that does not
 * come about is removed.
 *
 * @throws KilnError `aws.conflict` where the name is another image's there, `aws.image-failed`, others `aws.*`
 */
export async function copyAmi(original: Ami, session: AwsSession, options: CopyOptions = {}): Promise<Ami> {
  const { signal } = options;
  const there = await findUsable(original, session, signal);
  if (there?.state === 'available') return there;
  const limitMs = session.timing.copyMs;
  // Another run's, which is waited for and not removed.
  if (there !== undefined) return waitForImage(session, there.id, signal, limitMs);
  try {
    const id = await startCopy(original, session, options);
    options.onStarted?.(id);
    return await waitForImage(session, id, signal, limitMs);
  } catch (error) {
    if (!KilnError.is(error) || error.code !== 'aws.conflict') await cleanUp(original, session);
    throw error;
  }
}

/** The copy that is there. One of an original of the same name that is gone is taken over; one that failed is removed. */
async function findUsable(
  original: Ami,
  session: AwsSession,
  signal: AbortSignal | undefined,
): Promise<Ami | undefined> {
  const there = await findImage(session, original.name, signal);
  if (there === undefined) return undefined;
  requireCopy(there, original);
  if (there.copyOf !== originOf(original)) {
    const ids = [there.id, there.snapshotId].filter((id) => id !== undefined);
    await writeTags(ids, { [COPY_OF_TAG]: originOf(original) }, session, signal);
  }
  if (!hasFailed(there)) return there;
  await deleteCopies(original, session, { signal });
  return undefined;
}

function requireCopy(there: Ami, original: Ami): void {
  const isCopy = there.copyOf?.startsWith(`${original.region}/`) === true;
  if (isCopy && there.digest === original.digest) return;
  throw new KilnError(
    `the name '${there.name}' belongs to another image in ${there.region}, ${there.id}, which is no copy of ${original.id}`,
    { code: 'aws.conflict', remedy: `Take ${there.region} out of 'copies', or deregister that one.` },
  );
}

/** The id of a copy that is on its way. AWS may name one that was deleted, while its token is remembered. */
async function startCopy(original: Ami, session: AwsSession, options: CopyOptions): Promise<string> {
  for (let generation = 0; generation < GENERATIONS; generation++) {
    const id = await requestCopy(original, session, options, generation);
    if (await isSeen(id, session, options.signal)) return id;
  }
  throw new KilnError(`${GENERATIONS} copies in a row of ${original.id} went away in ${session.region}`, {
    code: 'aws.image-failed',
    remedy: 'See who deregisters them: CloudTrail lists every DeregisterImage.',
  });
}

async function requestCopy(
  original: Ami,
  session: AwsSession,
  { kmsKeyId, signal }: CopyOptions,
  generation: number,
): Promise<string> {
  const tags = toTags(tagsOf(original));
  const command = new CopyImageCommand({
    Name: original.name,
    SourceImageId: original.id,
    SourceRegion: original.region,
    ClientToken: tokenOf(original, session.region, kmsKeyId, generation),
    ...(original.description ? { Description: original.description } : {}),
    ...(kmsKeyId === undefined ? {} : { Encrypted: true, KmsKeyId: kmsKeyId }),
    TagSpecifications: [
      { ResourceType: 'image', Tags: tags },
      { ResourceType: 'snapshot', Tags: tags },
    ],
  });
  try {
    const { ImageId } = await callAws(
      session,
      {
        action: 'ec2:CopyImage',
        isHeardOut: true,
        send: (sending) => session.ec2.send(command, sending),
        // The other region may not have heard of it.
        notYet: {
          is: isGone,
          until: performance.now() + session.timing.lingerMs,
        },
      },
      signal,
    );
    return ImageId as string;
  } catch (error) {
    if (faultBehind(error).name !== 'InvalidAMIName.Duplicate') throw error;
    const there = await poll(
      session,
      `the image '${original.name}' to be seen`,
      signal,
      () => findImage(session, original.name, signal),
      session.timing.visibleMs,
    );
    requireCopy(there, original);
    return there.id;
  }
}

/** Whether EC2 comes to know it; else it is one that went. */
async function isSeen(id: string, session: AwsSession, signal: AbortSignal | undefined): Promise<boolean> {
  const look = async () => ((await describeImage(session, id, signal)) === undefined ? undefined : true);
  try {
    return await poll(session, `the copy ${id} to be seen`, signal, look, session.timing.lingerMs);
  } catch (error) {
    // Without a cause: it is the looking that took its time, not a call.
    if (KilnError.is(error) && error.code === 'aws.timeout' && error.cause === undefined) return false;
    throw error;
  }
}

/** Within its time, whatever the signal says. What cannot be removed goes with the original, by its tag. */
async function cleanUp(original: Ami, session: AwsSession): Promise<void> {
  await deleteCopies(original, session, { signal: AbortSignal.timeout(session.timing.cleanUpMs) }).catch(
    () => undefined,
  );
}

function tagsOf(original: Ami): Record<string, string> {
  const { tags, digest, service, commit } = original;
  return {
    ...tags,
    ...(digest === undefined ? {} : { [DIGEST_TAG]: digest }),
    ...(service === undefined ? {} : { [SERVICE_TAG]: service }),
    ...(commit === undefined ? {} : { [COMMIT_TAG]: commit }),
    [COPY_OF_TAG]: originOf(original),
  };
}

function tokenOf(original: Ami, region: string, kmsKeyId: string | undefined, generation: number): string {
  const parts = [
    'kiln-copy',
    originOf(original),
    region,
    kmsKeyId ?? null,
    original.commit ?? null,
    generation,
  ];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
