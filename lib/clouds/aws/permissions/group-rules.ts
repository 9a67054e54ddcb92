import { serviceRole } from './balancer-rules';
import { allow, type Grant, imply, when } from './grant';
import type { Rules } from './rules';
import { blocksOf, findReferred, literalOf, type StackFacts, type StackResource } from './stack-facts';
import { tagsOf } from './tagging';
import { narrowed, type Targets } from './targets';

const GROUP = 'autoscaling:autoScalingGroup';

/** Launch templates, groups and what scales them, as hashicorp/aws makes them. Recorded with 5.100.0. */
export const GROUP_RULES: Rules = {
  aws_launch_template: {
    reads: ['ec2:DescribeLaunchTemplates', 'ec2:DescribeLaunchTemplateVersions'],
    writes: (template, to, stack) => [
      allow('ec2:CreateLaunchTemplate', to.made('ec2:launch-template')),
      allow(
        [
          'ec2:CreateLaunchTemplateVersion',
          'ec2:DeleteLaunchTemplate',
          ...when(template.args.update_default_version === true, 'ec2:ModifyLaunchTemplate'),
        ],
        to.own('ec2:launch-template'),
      ),
      ...tagsOf(to, 'ec2:launch-template', 'CreateLaunchTemplate'),
      ...passedRole(template, to, stack),
    ],
  },
  aws_autoscaling_group: {
    reads: ['autoscaling:DescribeAutoScalingGroups'],
    writes: (group, to) => [
      allow('autoscaling:CreateAutoScalingGroup', to.made(GROUP)),
      allow(
        [
          'autoscaling:UpdateAutoScalingGroup',
          'autoscaling:DeleteAutoScalingGroup',
          'autoscaling:CreateOrUpdateTags',
          'autoscaling:DeleteTags',
          ...when(
            'enabled_metrics' in group.args,
            'autoscaling:EnableMetricsCollection',
            'autoscaling:DisableMetricsCollection',
          ),
          ...when('warm_pool' in group.args, 'autoscaling:PutWarmPool', 'autoscaling:DeleteWarmPool'),
          ...when(
            'suspended_processes' in group.args,
            'autoscaling:SuspendProcesses',
            'autoscaling:ResumeProcesses',
          ),
          // A group that is there comes behind another balancer, or its port changes.
          ...when(
            'target_group_arns' in group.args,
            'autoscaling:AttachLoadBalancerTargetGroups',
            'autoscaling:DetachLoadBalancerTargetGroups',
          ),
        ],
        to.own(GROUP),
      ),
      allow(
        [
          ...when('warm_pool' in group.args, 'autoscaling:DescribeWarmPool'),
          ...when('target_group_arns' in group.args, 'autoscaling:DescribeLoadBalancerTargetGroups'),
        ],
        to.everything(),
      ),
      ...launching(to),
      imply('iam:CreateServiceLinkedRole', serviceRole(to, 'autoscaling', 'AWSServiceRoleForAutoScaling')),
      ...when(
        usesSpot(group),
        imply('iam:CreateServiceLinkedRole', serviceRole(to, 'spot', 'AWSServiceRoleForEC2Spot')),
      ),
    ],
  },
  aws_autoscaling_policy: {
    reads: ['autoscaling:DescribePolicies'],
    writes: (_, to) => [allow(['autoscaling:PutScalingPolicy', 'autoscaling:DeletePolicy'], to.own(GROUP))],
  },
};

/**
 * Who makes a group, or moves it to a version of its template, must be allowed to launch what it launches: AWS checks
 * that as `ec2:RunInstances` and the tags as `ec2:CreateTags` (Auto Scaling user guide, "API permissions").
 */
export function launching(to: Targets): Grant[] {
  const kinds = ['instance', 'volume', 'network-interface', 'subnet', 'security-group', 'launch-template'];
  const own = kinds.flatMap((kind) => to.any(`ec2:${kind}`).resources);
  const templates = to.any('ec2:launch-template').resources;
  const launch = { name: 'Launch', resources: [...own, ...to.unowned('', ['image', 'snapshot']).resources] };
  const tagged = {
    name: 'TagWhatIsMade',
    resources: ['instance', 'volume'].flatMap((kind) => to.any(`ec2:${kind}`).resources),
  };
  return [
    imply('ec2:RunInstances', narrowed(launch, { ArnLike: { 'ec2:LaunchTemplate': templates } })),
    imply('ec2:CreateTags', narrowed(tagged, { StringEquals: { 'ec2:CreateAction': ['RunInstances'] } })),
  ];
}

/** The role of the instances, which whoever makes a template hands to EC2. */
function passedRole({ args }: StackResource, to: Targets, stack: StackFacts): Grant[] {
  return blocksOf(args.iam_instance_profile).map(({ arn, name }) => {
    const profile = findReferred(stack, 'aws_iam_instance_profile', arn ?? name);
    return passRole(roleOf(profile?.args.role, stack), to);
  });
}

/** Handing a role to EC2. */
export function passRole(name: string, to: Targets): Grant {
  const target = to.global('PassRole', 'iam', [`role/${name}`]);
  const condition = { StringEquals: { 'iam:PassedToService': 'ec2.amazonaws.com' } };
  return imply('iam:PassRole', narrowed(target, condition));
}

/** A role's name, with a star for what is only known after an apply. */
export function roleOf(reference: unknown, stack: StackFacts): string {
  const role = findReferred(stack, 'aws_iam_role', reference);
  if (!role) return literalOf(reference) ?? '*';
  return nameOf(role);
}

/** `name`, or `name_prefix` and a star, or a star. */
export function nameOf({ args }: StackResource): string {
  const prefix = literalOf(args.name_prefix);
  return literalOf(args.name) ?? (prefix === undefined ? '*' : `${prefix}*`);
}

function usesSpot({ args }: StackResource): boolean {
  return blocksOf(args.mixed_instances_policy)
    .flatMap((policy) => blocksOf(policy.instances_distribution))
    .some((distribution) => distribution.on_demand_percentage_above_base_capacity !== 100);
}
