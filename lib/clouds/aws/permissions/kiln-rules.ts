import { DIGEST_TAG, SERVICE_TAG } from '../tags';
import { allow, type Grant, imply, type Target, when } from './grant';
import { launching } from './group-rules';
import type { Rules } from './rules';
import { blocksOf, literalOf, STACK_TAG, type StackFacts, type StackResource } from './stack-facts';
import { narrowed, type Targets } from './targets';

/** What Kiln's own resources call: their code is in the folders around this one. */
export const KILN_RULES: Rules = {
  kiln_ami: {
    reads: ['ec2:DescribeImages'],
    looks: ({ args }, to) => [
      allow(when('launch_permissions' in args, 'ec2:DescribeImageAttribute'), to.everything()),
    ],
    writes: (ami, to, stack) => [
      ...making(to),
      ...removing(to, stack),
      // Marked when it goes out of service, and the mark taken off when it comes back.
      allow('ec2:DeleteTags', imagesOf(to, stack)),
      ...sharing(ami, to, stack),
      ...encryption(ami),
    ],
    prunes: (_, to, stack) => [
      allow(['ec2:DescribeImages', 'ec2:DescribeSnapshots'], to.everything()),
      ...removing(to, stack),
    ],
  },
  kiln_aws_rollout: {
    reads: ['autoscaling:DescribeAutoScalingGroups', 'ec2:DescribeInstances'],
    looks: ({ args }, to) => [
      allow(
        [
          ...when(hasTargets(args), 'elasticloadbalancing:DescribeTargetHealth'),
          ...when(isBlueGreen(args), 'elasticloadbalancing:DescribeListeners'),
        ],
        to.everything(),
      ),
    ],
    writes: (rollout, to, stack) => rolling(rollout, to, stack),
  },
};

function making(to: Targets): Grant[] {
  return [
    allow('ec2:DescribeSnapshots', to.everything()),
    allow('ebs:StartSnapshot', madeByKiln(to.unowned('StartUpload', ['snapshot']))),
    allow(['ebs:PutSnapshotBlock', 'ebs:CompleteSnapshot'], ofKiln(to.unowned('Upload', ['snapshot']))),
    allow('ec2:RegisterImage', madeByKiln(to.unowned('RegisterImage', ['image']))),
    allow('ec2:RegisterImage', ofKiln(to.unowned('Upload', ['snapshot']))),
    imply('ec2:CreateTags', madeByKiln(to.unowned('TagImages', ['image', 'snapshot']))),
  ];
}

/** An image that was replaced is marked, and goes when newer ones have pushed it out and nothing uses it. */
function removing(to: Targets, stack: StackFacts): Grant[] {
  const services = servicesOf(stack);
  return [
    allow(['ec2:CreateTags', 'ec2:DeregisterImage', 'ec2:DeleteSnapshot'], imagesOf(to, stack)),
    ...when(
      services.length > 0,
      allow(
        [
          'ec2:DescribeImageReferences',
          'ec2:DescribeImageAttribute',
          'ec2:DescribeLaunchTemplates',
          'ec2:DescribeLaunchTemplateVersions',
          'autoscaling:DescribeAutoScalingGroups',
        ],
        to.everything(),
      ),
      allow('ec2:DeleteLaunchTemplateVersions', {
        ...ofServices(to.any('ec2:launch-template'), services),
        name: 'OldVersions',
      }),
    ),
  ];
}

function sharing({ args }: StackResource, to: Targets, stack: StackFacts): Grant[] {
  return [
    allow(when('launch_permissions' in args, 'ec2:ModifyImageAttribute'), imagesOf(to, stack)),
    ...when('copies' in args, allow('ec2:CopyImage', to.unowned('Copy', ['image', 'snapshot']))),
  ];
}

/** The use of a key, which EBS makes of it on the caller's behalf (EBS user guide, "Permissions for EBS direct APIs"). */
function encryption({ args }: StackResource): Grant[] {
  const copies = blocksOf(args.copies).flatMap((regions) => Object.values(regions).flatMap(blocksOf));
  const keys = [args, ...copies]
    .map(({ kms_key_id: key }) => key)
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

/** Moves a group to a version of its template, or one group's place to another's. */
function rolling({ args }: StackResource, to: Targets, stack: StackFacts): Grant[] {
  const bothColours = isBlueGreen(args);
  const group = to.own('autoscaling:autoScalingGroup');
  const alarms = Array.isArray(args.alarms) && args.alarms.length > 0;
  return [
    allow(
      [
        'autoscaling:DescribeScalingActivities',
        ...when(!bothColours, 'autoscaling:DescribeInstanceRefreshes'),
      ],
      to.everything(),
    ),
    allow(
      bothColours
        ? ['autoscaling:UpdateAutoScalingGroup']
        : [
            'autoscaling:StartInstanceRefresh',
            'autoscaling:CancelInstanceRefresh',
            'autoscaling:RollbackInstanceRefresh',
          ],
      group,
    ),
    ...when(
      bothColours,
      allow('elasticloadbalancing:ModifyListener', to.own('elasticloadbalancing:listener')),
    ),
    allow('ec2:GetConsoleOutput', instancesOf(stack, to)),
    ...when(alarms, imply('cloudwatch:DescribeAlarms', to.everything())),
    ...launching(to),
  ];
}

/** Instances have no resource of their own in the stack; their launch template says what tags they get. */
function instancesOf(stack: StackFacts, to: Targets): Target {
  const templates = stack.resources.filter(({ type }) => type === 'aws_launch_template');
  const areTagged = templates.every(({ args }) =>
    blocksOf(args.tag_specifications).some(
      ({ resource_type: type, tags }) =>
        type === 'instance' && literalOf(blocksOf(tags)[0]?.[STACK_TAG]) === stack.tag,
    ),
  );
  const all = to.any('ec2:instance');
  if (stack.tag === undefined || !areTagged) return all;
  const condition = { StringEquals: { [`aws:ResourceTag/${STACK_TAG}`]: stack.tag } };
  return { ...narrowed(all, condition), name: 'OwnInstances' };
}

function isBlueGreen({ update }: StackResource['args']): boolean {
  return blocksOf(update)[0]?.strategy === 'blue-green';
}

function hasTargets(args: StackResource['args']): boolean {
  return blocksOf(args.groups).some(({ target_group_arns: arns }) => Array.isArray(arns) && arns.length > 0);
}

function servicesOf(stack: StackFacts): string[] {
  const images = stack.resources.filter(({ type, isData }) => type === 'kiln_ami' && !isData);
  return images.flatMap(({ args }) => literalOf(args.service) ?? []);
}

/** Only what Kiln made: each of its images and snapshots says what it was made of. */
function ofKiln(target: Target): Target {
  return narrowed(target, { Null: { [`aws:ResourceTag/${DIGEST_TAG}`]: 'false' } });
}

function madeByKiln(target: Target): Target {
  return narrowed(target, { Null: { [`aws:RequestTag/${DIGEST_TAG}`]: 'false' } });
}

/** Images and snapshots of the stack's services; of all that Kiln made where an image is of none. */
function imagesOf(to: Targets, stack: StackFacts): Target {
  const services = servicesOf(stack);
  const images = stack.resources.filter(({ type, isData }) => type === 'kiln_ami' && !isData);
  const target = to.unowned('Images', ['image', 'snapshot']);
  return services.length < images.length ? ofKiln(target) : ofServices(target, services);
}

function ofServices(target: Target, services: readonly string[]): Target {
  return narrowed(target, { StringEquals: { [`aws:ResourceTag/${SERVICE_TAG}`]: services } });
}
