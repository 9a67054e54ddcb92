import { allow, when } from './grant';
import type { Rules } from './rules';
import { tagsOf } from './tagging';

/** Networks and firewalls, as hashicorp/aws makes them. Recorded with 5.100.0. */
export const NETWORK_RULES: Rules = {
  aws_vpc: {
    reads: [
      'ec2:DescribeVpcs',
      'ec2:DescribeVpcAttribute',
      // For the ids of those that come with it.
      'ec2:DescribeNetworkAcls',
      'ec2:DescribeRouteTables',
      'ec2:DescribeSecurityGroups',
    ],
    writes: ({ args }, to) => [
      allow('ec2:CreateVpc', to.made('ec2:vpc')),
      allow(
        [
          'ec2:DeleteVpc',
          ...when(
            args.enable_dns_hostnames === true || args.enable_dns_support === false,
            'ec2:ModifyVpcAttribute',
          ),
        ],
        to.own('ec2:vpc'),
      ),
      ...tagsOf(to, 'ec2:vpc', 'CreateVpc'),
    ],
  },
  aws_default_security_group: {
    reads: ['ec2:DescribeSecurityGroups'],
    writes: (_, to) => [
      // It is not the stack's own until it is tagged, so nothing tells it from others.
      allow(
        [
          'ec2:CreateTags',
          'ec2:DeleteTags',
          'ec2:RevokeSecurityGroupEgress',
          'ec2:RevokeSecurityGroupIngress',
        ],
        to.any('ec2:security-group'),
      ),
    ],
  },
  aws_subnet: {
    reads: ['ec2:DescribeSubnets'],
    writes: ({ args }, to) => [
      allow('ec2:CreateSubnet', to.made('ec2:subnet')),
      allow('ec2:CreateSubnet', to.own('ec2:vpc')),
      allow(
        ['ec2:DeleteSubnet', ...when(args.map_public_ip_on_launch === true, 'ec2:ModifySubnetAttribute')],
        to.own('ec2:subnet'),
      ),
      // Until the network cards in it are gone, it cannot go.
      allow('ec2:DescribeNetworkInterfaces', to.everything()),
      ...tagsOf(to, 'ec2:subnet', 'CreateSubnet'),
    ],
  },
  aws_internet_gateway: {
    reads: ['ec2:DescribeInternetGateways'],
    writes: (_, to) => [
      allow('ec2:CreateInternetGateway', to.made('ec2:internet-gateway')),
      allow(
        ['ec2:AttachInternetGateway', 'ec2:DetachInternetGateway', 'ec2:DeleteInternetGateway'],
        to.own('ec2:internet-gateway'),
      ),
      allow(['ec2:AttachInternetGateway', 'ec2:DetachInternetGateway'], to.own('ec2:vpc')),
      ...tagsOf(to, 'ec2:internet-gateway', 'CreateInternetGateway'),
    ],
  },
  aws_route_table: {
    reads: ['ec2:DescribeRouteTables'],
    writes: (_, to) => [
      allow('ec2:CreateRouteTable', to.made('ec2:route-table')),
      allow('ec2:CreateRouteTable', to.own('ec2:vpc')),
      allow('ec2:DeleteRouteTable', to.own('ec2:route-table')),
      ...tagsOf(to, 'ec2:route-table', 'CreateRouteTable'),
    ],
  },
  aws_route: {
    reads: ['ec2:DescribeRouteTables'],
    writes: ({ args }, to) => [
      allow(
        // The last when it is to lead to another NAT gateway.
        ['ec2:CreateRoute', 'ec2:DeleteRoute', ...when('nat_gateway_id' in args, 'ec2:ReplaceRoute')],
        to.own('ec2:route-table'),
      ),
    ],
  },
  aws_route_table_association: {
    reads: ['ec2:DescribeRouteTables'],
    writes: (_, to) => [
      allow(['ec2:AssociateRouteTable', 'ec2:DisassociateRouteTable'], to.own('ec2:route-table')),
      allow(['ec2:AssociateRouteTable', 'ec2:DisassociateRouteTable'], to.own('ec2:subnet')),
    ],
  },
  aws_eip: {
    reads: ['ec2:DescribeAddresses', 'ec2:DescribeAddressesAttribute'],
    writes: (_, to) => [
      allow('ec2:AllocateAddress', to.made('ec2:elastic-ip')),
      allow(['ec2:ReleaseAddress', 'ec2:DisassociateAddress'], to.own('ec2:elastic-ip')),
      ...tagsOf(to, 'ec2:elastic-ip', 'AllocateAddress'),
    ],
  },
  aws_nat_gateway: {
    reads: ['ec2:DescribeNatGateways'],
    writes: (_, to) => [
      allow('ec2:CreateNatGateway', to.made('ec2:natgateway')),
      allow('ec2:CreateNatGateway', to.own('ec2:subnet')),
      allow('ec2:CreateNatGateway', to.own('ec2:elastic-ip')),
      allow('ec2:DeleteNatGateway', to.own('ec2:natgateway')),
      ...tagsOf(to, 'ec2:natgateway', 'CreateNatGateway'),
    ],
  },
  aws_security_group: {
    reads: ['ec2:DescribeSecurityGroups'],
    writes: (_, to) => [
      allow('ec2:CreateSecurityGroup', to.made('ec2:security-group')),
      allow('ec2:CreateSecurityGroup', to.own('ec2:vpc')),
      // AWS gives a new one a rule that lets everything out; the provider takes it away.
      allow(['ec2:DeleteSecurityGroup', 'ec2:RevokeSecurityGroupEgress'], to.own('ec2:security-group')),
      allow('ec2:DescribeNetworkInterfaces', to.everything()),
      ...tagsOf(to, 'ec2:security-group', 'CreateSecurityGroup'),
    ],
  },
  aws_vpc_security_group_ingress_rule: firewallRule('Ingress'),
  aws_vpc_security_group_egress_rule: firewallRule('Egress'),
};

function firewallRule(direction: 'Ingress' | 'Egress'): Rules[string] {
  const authorize = `ec2:AuthorizeSecurityGroup${direction}`;
  return {
    reads: ['ec2:DescribeSecurityGroupRules'],
    writes: (_, to) => [
      allow(
        [authorize, `ec2:RevokeSecurityGroup${direction}`, 'ec2:ModifySecurityGroupRules'],
        to.own('ec2:security-group'),
      ),
      allow(authorize, to.made('ec2:security-group-rule')),
      allow('ec2:ModifySecurityGroupRules', to.own('ec2:security-group-rule')),
      ...tagsOf(to, 'ec2:security-group-rule', `AuthorizeSecurityGroup${direction}`),
    ],
  };
}
