import { KilnError } from '../../errors';
import type { AwsAccess } from '../aws-meta';
import { type AmiState, DEFAULT_KEEP } from './ami-schema';

/**
 * The state of an image that Kiln made, by its id. Where its file lies is not known; the next apply records it.
 * @throws KilnError `ami.not-found`, `ami.not-ours`; those of `readAmi`
 */
export async function importedAmi(
  id: string,
  { code, session }: AwsAccess,
  signal: AbortSignal,
): Promise<{ readonly state: AmiState; readonly owner: string | undefined }> {
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
    keep: DEFAULT_KEEP,
    copies: null,
    launch_permissions: null,
    source: null,
    id,
    snapshot_id: snapshotId,
    size_gib: volumeSizeGib,
    source_commit: found.commit ?? null,
    copy_ids: {},
  };
  return { state, owner: found.owner };
}
