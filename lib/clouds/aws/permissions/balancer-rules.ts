import { allow, type Grant, imply } from './grant';
import type { Rules } from './rules';
import { narrowed, type Targets } from './targets';

const ELB = 'elasticloadbalancing';

/** As {@link tagsOf} for EC2: given with what is made, and changed later. */
function elbTags(to: Targets, kind: string, action: string): Grant[] {
  const onCreation = narrowed(to.any(kind), { StringEquals: { [`${ELB}:CreateAction`]: [action] } });
  return [
    imply(`${ELB}:AddTags`, { ...onCreation, name: 'TagBalancingThatIsMade' }),
    allow([`${ELB}:AddTags`, `${ELB}:RemoveTags`], to.own(kind)),
  ];
}

/** Balancers, listeners and target groups, as hashicorp/aws makes them. Recorded with 5.100.0. */
export const BALANCER_RULES: Rules = {
  aws_lb: {
    reads: [
      `${ELB}:DescribeLoadBalancers`,
      `${ELB}:DescribeLoadBalancerAttributes`,
      `${ELB}:DescribeCapacityReservation`,
      `${ELB}:DescribeTags`,
    ],
    writes: (_, to) => [
      allow(`${ELB}:CreateLoadBalancer`, to.made(`${ELB}:loadbalancer`)),
      allow(
        // The last when its zones become more.
        [`${ELB}:DeleteLoadBalancer`, `${ELB}:ModifyLoadBalancerAttributes`, `${ELB}:SetSubnets`],
        to.own(`${ELB}:loadbalancer`),
      ),
      // Until its network cards are gone, its subnets cannot go.
      allow('ec2:DescribeNetworkInterfaces', to.everything()),
      imply('iam:CreateServiceLinkedRole', serviceRole(to, ELB, 'AWSServiceRoleForElasticLoadBalancing')),
      ...elbTags(to, `${ELB}:loadbalancer`, 'CreateLoadBalancer'),
    ],
  },
  aws_lb_target_group: {
    reads: [`${ELB}:DescribeTargetGroups`, `${ELB}:DescribeTargetGroupAttributes`, `${ELB}:DescribeTags`],
    writes: (_, to) => [
      allow(`${ELB}:CreateTargetGroup`, to.made(`${ELB}:targetgroup`)),
      allow(
        [`${ELB}:DeleteTargetGroup`, `${ELB}:ModifyTargetGroup`, `${ELB}:ModifyTargetGroupAttributes`],
        to.own(`${ELB}:targetgroup`),
      ),
      ...elbTags(to, `${ELB}:targetgroup`, 'CreateTargetGroup'),
    ],
  },
  aws_lb_listener: {
    reads: [`${ELB}:DescribeListeners`, `${ELB}:DescribeListenerAttributes`, `${ELB}:DescribeTags`],
    writes: (_, to) => [
      // What it is made on has the tag; the new one gets it with the request.
      allow(`${ELB}:CreateListener`, to.own(`${ELB}:loadbalancer`)),
      allow([`${ELB}:DeleteListener`, `${ELB}:ModifyListener`], to.own(`${ELB}:listener`)),
      ...elbTags(to, `${ELB}:listener`, 'CreateListener'),
    ],
  },
  aws_lb_listener_rule: {
    reads: [`${ELB}:DescribeRules`, `${ELB}:DescribeTags`],
    writes: (_, to) => [
      allow(`${ELB}:CreateRule`, to.own(`${ELB}:listener`)),
      allow(
        [`${ELB}:DeleteRule`, `${ELB}:ModifyRule`, `${ELB}:SetRulePriorities`],
        to.own(`${ELB}:listener-rule`),
      ),
      ...elbTags(to, `${ELB}:listener-rule`, 'CreateRule'),
    ],
  },
  aws_lb_listener_certificate: {
    reads: [`${ELB}:DescribeListenerCertificates`],
    writes: (_, to) => [
      allow(
        [`${ELB}:AddListenerCertificates`, `${ELB}:RemoveListenerCertificates`],
        to.own(`${ELB}:listener`),
      ),
    ],
  },
};

/** The role that a service makes for itself when an account first uses it. */
export function serviceRole(to: Targets, service: string, role: string) {
  const host = `${service}.amazonaws.com`;
  const target = to.global(`RoleOf${role.replace('AWSServiceRoleFor', '')}`, 'iam', [
    `role/aws-service-role/${host}/${role}`,
  ]);
  return narrowed(target, { StringEquals: { 'iam:AWSServiceName': host } });
}
