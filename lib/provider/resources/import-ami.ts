import type { Ami } from '../../clouds/aws';
import { KilnError } from '../../errors';
import { KEPT_IMAGES } from '../../spec';
import type { AwsAccess } from '../aws-meta';
import { type AmiMachine, amiName, namedBy } from './ami-arguments';
import type { Around } from './ami-around';
import type { AmiState } from './ami-schema';

/**
 * The state of an image that Kiln made, by its id. Where its file lies is not known; the next apply records it.
 * @throws KilnError `ami.not-found`, `ami.not-ours`; those of `readAmi`
 */
export async function importedAmi(
  id: string,
  access: AwsAccess,
  signal: AbortSignal,
): Promise<{ readonly state: AmiState; readonly owner: string | undefined }> {
  const { code, session } = access;
  if (!/^ami-[0-9a-f]{8,17}$/.test(id)) {
    throw new KilnError(`'${id}' is not the id of an image, such as 'ami-0123456789abcdef0'`, {
      code: 'ami.not-found',
    });
  }
  const found = await code.readAmi(id, session, { signal });
  if (found === undefined) {
    throw new KilnError(`there is no image '${id}' in ${session.region}`, {
      code: 'ami.not-found',
      remedy: "Set the provider's 'aws.region', or AWS_REGION, to where it is.",
    });
  }
  const { digest, architecture, bootMode, kernelId, snapshotId, volumeSizeGib } = found;
  const starts = bootMode ?? kernelId;
  if (!digest || !architecture || !starts || !snapshotId || volumeSizeGib === undefined) {
    throw new KilnError(
      `'${id}' was not made by kiln: it has no tag 'kiln:digest', or no snapshot or boot mode`,
      {
        code: 'ami.not-ours',
        remedy: "Use it by its id, or with the data source 'aws_ami'.",
      },
    );
  }
  const state: AmiState = {
    image: { path: '', kind: 'kernel', digest, boot_args: [], initrd: null },
    name: found.name,
    description: found.description ?? null,
    region: found.region,
    architecture,
    boot_mode: bootMode ?? null,
    kernel_id: kernelId ?? null,
    tpm: found.tpm,
    ena_support: found.enaSupport,
    imds_v2: found.imdsV2,
    encrypted: found.encrypted,
    kms_key_id: null,
    tags: found.tags,
    service: found.service ?? null,
    keep: KEPT_IMAGES,
    source: null,
    id,
    snapshot_id: snapshotId,
    size_gib: volumeSizeGib,
    source_commit: found.commit ?? null,
    ...(await aroundOf(found, access, signal)),
  };
  const key = found.encrypted ? await code.readKey(snapshotId, session, { signal }) : undefined;
  return { state: { ...state, kms_key_id: givenKey(state, key) }, owner: found.owner };
}

/**
 * The key, where one was given: EC2 names the account's own as well. A name that is made from the arguments tells; with any other
 * the key is taken for given.
 */
function givenKey(state: AmiState, key: string | undefined): string | null {
  const machine = { architecture: state.architecture, bootMode: state.boot_mode } as AmiMachine;
  return key === undefined || amiName(namedBy(state, machine)) === state.name ? null : key;
}

/** Of a copy's key only that is sure which encrypts a copy of an image that is not encrypted. */
async function aroundOf(
  found: Ami,
  { code, session, sessionIn }: AwsAccess,
  signal: AbortSignal,
): Promise<Around> {
  const copies: Record<string, { kms_key_id: string | null }> = {};
  const ids: Record<string, string> = {};
  for (const region of found.copiedTo) {
    const there = await sessionIn(region);
    const [copy] = await code.findCopies(there, [found], signal);
    if (copy === undefined) continue;
    const isGiven = copy.encrypted && !found.encrypted && copy.snapshotId !== undefined;
    const key = isGiven ? await code.readKey(copy.snapshotId ?? '', there, { signal }) : undefined;
    copies[region] = { kms_key_id: key ?? null };
    ids[region] = copy.id;
  }
  const { accounts } = await code.readLaunchPermissions(found.id, session, signal);
  return {
    copies: Object.keys(ids).length > 0 ? copies : null,
    copy_ids: ids,
    launch_permissions: accounts.length > 0 ? accounts : null,
  };
}
