import { DIGEST_TAG } from '../tags';
import { allow, type Grant, imply, type Target } from './grant';
import type { Rules } from './rules';
import { literalOf, type StackResource } from './stack-facts';
import { narrowed, type Targets } from './targets';

/** What Kiln's own resources call: their code is in this folder's parent. */
export const KILN_RULES: Rules = {
  kiln_ami: {
    reads: ['ec2:DescribeImages'],
    writes: (ami, to) => [
      allow('ebs:StartSnapshot', taggedByRequest(to.unowned('StartUpload', ['snapshot']))),
      allow(['ebs:PutSnapshotBlock', 'ebs:CompleteSnapshot'], ofKiln(to.unowned('Upload', ['snapshot']))),
      allow('ec2:DescribeSnapshots', to.everything()),
      allow('ec2:RegisterImage', taggedByRequest(to.unowned('RegisterImage', ['image']))),
      allow('ec2:RegisterImage', ofKiln(to.unowned('Images', ['snapshot']))),
      ...removal(to),
      imply('ec2:CreateTags', taggedByRequest(to.unowned('TagImages', ['image', 'snapshot']))),
      ...encryption(ami),
    ],
    prunes: (_, to) => removal(to),
  },
};

function removal(to: Targets): Grant[] {
  const images = ofKiln(to.unowned('Images', ['image', 'snapshot']));
  return [allow(['ec2:CreateTags', 'ec2:DeleteTags', 'ec2:DeregisterImage', 'ec2:DeleteSnapshot'], images)];
}

/** The use of a key, which EBS makes of it on the caller's behalf (EBS user guide, "Permissions for EBS direct APIs"). */
function encryption({ args }: StackResource): Grant[] {
  const copies = Object.values((args.copies ?? {}) as Record<string, { kms_key_id?: unknown }>);
  const keys = [args.kms_key_id, ...copies.map((copy) => copy?.kms_key_id)]
    .filter((key) => key !== undefined && key !== null)
    .map((key) => literalOf(key) ?? '*');
  if (keys.length === 0) return [];
  const use = { name: 'Key', resources: keys };
  return [
    imply(['kms:DescribeKey', 'kms:Encrypt', 'kms:Decrypt', 'kms:GenerateDataKey*', 'kms:ReEncrypt*'], use),
    imply(
      'kms:CreateGrant',
      narrowed({ ...use, name: 'KeyForEbs' }, { Bool: { 'kms:GrantIsForAWSResource': 'true' } }),
    ),
  ];
}

/** Only what Kiln made: each of its images and snapshots says what it was made of. */
function ofKiln(target: Target): Target {
  return narrowed(target, { Null: { [`aws:ResourceTag/${DIGEST_TAG}`]: 'false' } });
}

function taggedByRequest(target: Target): Target {
  return narrowed(target, { Null: { [`aws:RequestTag/${DIGEST_TAG}`]: 'false' } });
}
