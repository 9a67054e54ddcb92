import { allow, type Grant } from './grant';
import { nameOf, passRole, roleOf } from './group-rules';
import type { Rules } from './rules';
import { literalOf, type StackFacts, type StackResource } from './stack-facts';
import type { Targets } from './targets';

/** Roles, logs, alarms, certificates and names around a service, as hashicorp/aws makes them. Recorded with 5.100.0. */
export const SURROUNDING_RULES: Rules = {
  aws_iam_role: {
    reads: [],
    looks: (role, to) => [
      allow(['iam:GetRole', 'iam:ListAttachedRolePolicies', 'iam:ListRolePolicies'], roles(role, to)),
    ],
    writes: (role, to) => [
      allow(
        [
          'iam:CreateRole',
          'iam:DeleteRole',
          'iam:ListInstanceProfilesForRole',
          'iam:TagRole',
          'iam:UntagRole',
          'iam:UpdateAssumeRolePolicy',
        ],
        roles(role, to),
      ),
    ],
  },
  aws_iam_role_policy: {
    reads: [],
    looks: ({ args }, to, stack) => [allow('iam:GetRolePolicy', role(roleOf(args.role, stack), to))],
    writes: ({ args }, to, stack) => [
      allow(['iam:PutRolePolicy', 'iam:DeleteRolePolicy'], role(roleOf(args.role, stack), to)),
    ],
  },
  aws_iam_role_policy_attachment: {
    reads: [],
    looks: ({ args }, to, stack) => [
      allow('iam:ListAttachedRolePolicies', role(roleOf(args.role, stack), to)),
    ],
    writes: ({ args }, to, stack) => [
      allow(['iam:AttachRolePolicy', 'iam:DetachRolePolicy'], role(roleOf(args.role, stack), to)),
    ],
  },
  aws_iam_instance_profile: {
    reads: [],
    looks: (profile, to) => [allow('iam:GetInstanceProfile', profiles(profile, to))],
    writes: (profile, to, stack) => profileWrites(profile, to, stack),
  },
  aws_cloudwatch_log_group: {
    reads: ['logs:DescribeLogGroups'],
    looks: (group, to) => [allow('logs:ListTagsForResource', logs(group, to))],
    writes: (group, to) => [
      allow(
        [
          'logs:CreateLogGroup',
          'logs:DeleteLogGroup',
          'logs:TagResource',
          'logs:UntagResource',
          ...('retention_in_days' in group.args
            ? ['logs:PutRetentionPolicy', 'logs:DeleteRetentionPolicy']
            : []),
        ],
        logs(group, to),
      ),
    ],
  },
  aws_cloudwatch_metric_alarm: {
    reads: ['cloudwatch:DescribeAlarms'],
    looks: (alarm, to) => [allow('cloudwatch:ListTagsForResource', alarms(alarm, to))],
    writes: (alarm, to) => [
      allow(
        [
          'cloudwatch:PutMetricAlarm',
          'cloudwatch:DeleteAlarms',
          'cloudwatch:TagResource',
          'cloudwatch:UntagResource',
        ],
        alarms(alarm, to),
      ),
    ],
  },
  aws_acm_certificate: {
    reads: [],
    looks: (_, to) => [
      allow(['acm:DescribeCertificate', 'acm:ListTagsForCertificate'], to.own('acm:certificate')),
    ],
    writes: (_, to) => [
      allow('acm:RequestCertificate', to.made('acm:certificate')),
      allow(
        ['acm:DeleteCertificate', 'acm:AddTagsToCertificate', 'acm:RemoveTagsFromCertificate'],
        to.own('acm:certificate'),
      ),
    ],
  },
  aws_acm_certificate_validation: {
    reads: [],
    looks: (_, to) => [allow('acm:DescribeCertificate', to.own('acm:certificate'))],
  },
  aws_route53_record: {
    reads: [],
    looks: ({ args }, to) => [
      allow(['route53:GetHostedZone', 'route53:ListResourceRecordSets'], zone(args.zone_id, to)),
    ],
    writes: ({ args }, to) => [
      allow('route53:ChangeResourceRecordSets', zone(args.zone_id, to)),
      allow('route53:GetChange', to.global('DnsChange', 'route53', ['change/*'], '')),
    ],
  },
};

/** What data sources look at. */
export const DATA_RULES: Rules = {
  aws_availability_zones: { reads: ['ec2:DescribeAvailabilityZones'] },
  aws_vpc: { reads: ['ec2:DescribeVpcs', 'ec2:DescribeVpcAttribute', 'ec2:DescribeRouteTables'] },
  aws_subnet: { reads: ['ec2:DescribeSubnets'] },
  aws_subnets: { reads: ['ec2:DescribeSubnets'] },
  aws_ec2_instance_type: { reads: ['ec2:DescribeInstanceTypes'] },
  aws_ec2_instance_type_offerings: { reads: ['ec2:DescribeInstanceTypeOfferings'] },
  aws_caller_identity: { reads: [] },
  aws_partition: { reads: [] },
  aws_region: { reads: [] },
  aws_iam_policy_document: { reads: [] },
};

function profileWrites(profile: StackResource, to: Targets, stack: StackFacts): Grant[] {
  return [
    allow(
      [
        'iam:CreateInstanceProfile',
        'iam:DeleteInstanceProfile',
        'iam:AddRoleToInstanceProfile',
        'iam:RemoveRoleFromInstanceProfile',
        'iam:TagInstanceProfile',
        'iam:UntagInstanceProfile',
      ],
      profiles(profile, to),
    ),
    allow('iam:GetRole', role(roleOf(profile.args.role, stack), to)),
    // Whoever gives a profile its role hands that to EC2.
    passRole(roleOf(profile.args.role, stack), to),
  ];
}

function roles(resource: StackResource, to: Targets) {
  return role(nameOf(resource), to);
}

function role(name: string, to: Targets) {
  return to.global('Role', 'iam', [`role/${name}`]);
}

function profiles(resource: StackResource, to: Targets) {
  return to.global('Profile', 'iam', [`instance-profile/${nameOf(resource)}`]);
}

function logs(resource: StackResource, to: Targets) {
  return to.named('Logs', 'logs', [`log-group:${nameOf(resource)}`, `log-group:${nameOf(resource)}:*`]);
}

function alarms({ args }: StackResource, to: Targets) {
  return to.named('Alarm', 'cloudwatch', [`alarm:${literalOf(args.alarm_name) ?? '*'}`]);
}

function zone(id: unknown, to: Targets) {
  return to.global('Dns', 'route53', [`hostedzone/${literalOf(id) ?? '*'}`], '');
}
