import { KilnError } from '../../errors';
import type { Ami, AmiRequest, CreateAmiOptions, DiskBlocks } from './ami';
import { checkRequest } from './ami-request';
import { cancelled } from './aws-error';
import { deleteAmi } from './delete-ami';
import { findImage, hasFailed, waitForImage } from './images';
import { type LeftBehind, Leftovers } from './leftovers';
import { makeSnapshot } from './make-snapshot';
import { registerImage, requireSame } from './register-image';
import type { AwsSession } from './session';
import { uploadKey } from './tags';
import type { Work } from './work';

/**
 * Makes an image of a disk, without a bucket or a service role: EBS takes the blocks themselves. However often it is called,
 * interrupted or called twice at a time, there is one image of the name: one that is there already is taken, and only blocks
 * that hold data are sent. What a run that fails or is cancelled made is removed.
 *
 * @throws KilnError `aws.request` for what EC2 would refuse, `aws.conflict` where the name is another image's,
 * `aws.credentials`, `aws.credentials-expired`, `aws.permission`, `aws.quota`, `aws.throttled`, `aws.timeout`, `aws.network`,
 * `aws.service`, `aws.cancelled`, and others `aws.*`
 */
export async function createAmi(
  request: AmiRequest,
  disk: DiskBlocks,
  session: AwsSession,
  options: CreateAmiOptions = {},
): Promise<Ami> {
  const { signal, onProgress: report = () => undefined } = options;
  const checked = checkRequest(request, disk);
  const key = uploadKey(checked, session.region);
  const work = { request: checked, disk, session, key, signal, report };
  if (signal?.aborted) throw cancelled();
  return (await tryAdopt(work)) ?? (await make(work));
}

/** An image of the name that is there. One that failed is removed. */
async function tryAdopt(work: Work): Promise<Ami | undefined> {
  const { session, request, signal } = work;
  const there = await findImage(session, request.name, signal);
  if (there === undefined) return undefined;
  requireSame(there, request);
  if (hasFailed(there)) {
    await deleteAmi(there, session, { signal });
    return undefined;
  }
  work.report({ phase: 'found', imageId: there.id });
  return there.state === 'available' ? there : waitForImage(session, there.id, signal);
}

async function make(work: Work): Promise<Ami> {
  const { session, key, signal } = work;
  const leftovers = new Leftovers(session, key);
  let ami: Ami;
  try {
    const snapshotId = await makeSnapshot(work, leftovers);
    work.report({ phase: 'registering', snapshotId });
    const imageId = await registerImage(work, snapshotId, leftovers);
    work.report({ phase: 'waiting', imageId });
    ami = await waitForImage(session, imageId, signal);
  } catch (error) {
    throw withLeftBehind(error, await leftovers.remove());
  }
  for (const left of await leftovers.remove({ except: ami.snapshotId }))
    work.report({ phase: 'left-behind', ...left });
  return ami;
}

function withLeftBehind(error: unknown, left: readonly LeftBehind[]): unknown {
  if (left.length === 0 || !KilnError.is(error)) return error;
  const list = left.map(({ what, reason }) => `left behind: ${what}, since ${reason}`);
  const again = 'The next apply takes up or removes what was left behind.';
  return new KilnError(error.message, {
    code: error.code,
    source: error.source,
    remedy: error.remedy === undefined ? again : `${error.remedy} ${again}`,
    detail: [...(error.detail === undefined ? [] : [error.detail]), ...list].join('\n'),
    cause: error.cause,
  });
}
