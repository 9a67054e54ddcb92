import { readAwsPorts } from '../../../constructs/testing/aws-ports';
import type { JsonObject, JsonResource } from '../../../constructs/testing/terraform-json';

/** `{ 'aws_lb.public': { ... } }` as resources. */
function resources(all: Record<string, JsonObject>): JsonResource[] {
  return Object.entries(all).map(([address, args]) => ({
    address,
    type: address.split('.')[0] ?? '',
    path: [address],
    arguments: args,
  }));
}

/** As cdktf writes a reference. */
function ref(to: string): string {
  return `\${${to}}`;
}

const open = (all: Record<string, JsonObject>) =>
  readAwsPorts(resources(all)).map(({ range, where }) => [range && `${range.from}-${range.to}`, where]);

const BALANCER = {
  'aws_lb.public': { internal: false, security_groups: [ref('aws_security_group.public.id')] },
  'aws_security_group.public': {},
  'aws_lb_listener.web': { load_balancer_arn: ref('aws_lb.public.arn'), port: 443 },
} as const;

const RULE = {
  security_group_id: ref('aws_security_group.public.id'),
  from_port: 443,
  to_port: 443,
  ip_protocol: 'tcp',
  cidr_ipv4: '0.0.0.0/0',
} as const;

test('a listener is open where a rule of its balancer lets the internet in', () => {
  expect(open({ ...BALANCER, 'aws_vpc_security_group_ingress_rule.a': RULE })).toEqual([
    ['443-443', 'aws_lb_listener.web, to 0.0.0.0/0 by aws_vpc_security_group_ingress_rule.a'],
  ]);
});

test.each([
  ['no rule', {}],
  [
    'a rule for another port',
    { 'aws_vpc_security_group_ingress_rule.a': { ...RULE, to_port: 80, from_port: 80 } },
  ],
  [
    'a rule for private addresses',
    { 'aws_vpc_security_group_ingress_rule.a': { ...RULE, cidr_ipv4: '10.0.0.0/8' } },
  ],
  [
    'a rule for the network',
    { 'aws_vpc_security_group_ingress_rule.a': { ...RULE, cidr_ipv4: ref('aws_vpc.network.cidr_block') } },
  ],
  [
    'a rule for more than one of them',
    { 'aws_vpc_security_group_ingress_rule.a': { ...RULE, cidr_ipv4: '172.16.0.0/12' } },
  ],
  ['a rule to the outside', { 'aws_vpc_security_group_egress_rule.a': RULE }],
])('a listener is closed with %s', (_, more) => {
  expect(open({ ...BALANCER, ...more })).toEqual([]);
});

test.each([
  [
    'aws_security_group_rule.a',
    {
      ...RULE,
      type: 'ingress',
      protocol: 'tcp',
      ip_protocol: null,
      cidr_ipv4: null,
      cidr_blocks: ['0.0.0.0/0'],
    },
  ],
  ['aws_security_group_rule.a', { ...RULE, type: 'ingress', cidr_ipv4: null, ipv6_cidr_blocks: ['::/0'] }],
  ['aws_vpc_security_group_ingress_rule.a', { ...RULE, cidr_ipv4: null, prefix_list_id: 'pl-1' }],
  ['aws_vpc_security_group_ingress_rule.a', { ...RULE, ip_protocol: '-1', from_port: null, to_port: null }],
  ['aws_vpc_security_group_ingress_rule.a', { ...RULE, cidr_ipv4: ref('var.office') }],
  ['aws_vpc_security_group_ingress_rule.a', { ...RULE, cidr_ipv4: '10.0.0.0/7' }],
])('every form of a rule counts, %s (%#)', (address, rule) => {
  expect(open({ ...BALANCER, [address]: rule })).toEqual([['443-443', expect.stringContaining(address)]]);
});

test('rules within a group count too', () => {
  const ingress = [{ from_port: 443, to_port: 443, protocol: 'tcp', cidr_blocks: ['0.0.0.0/0'] }];
  expect(open({ ...BALANCER, 'aws_security_group.public': { ingress } })).toHaveLength(1);
});

test.each([
  ['without a firewall', []],
  ['with one that is not in the stack', ['sg-123']],
])('a balancer %s has all its listeners open', (_, groups) => {
  expect(open({ ...BALANCER, 'aws_lb.public': { internal: false, security_groups: groups } })).toEqual([
    ['443-443', 'aws_lb_listener.web, by a firewall that is not in the stack, or none'],
  ]);
});

test('an internal balancer is not reached', () => {
  expect(open({ ...BALANCER, 'aws_lb.public': { internal: true } })).toEqual([]);
});

test('a rule for the internet in front of anything else counts with all its ports', () => {
  const rule = {
    ...RULE,
    security_group_id: ref('aws_security_group.web.id'),
    from_port: 8000,
    to_port: 9000,
  };
  expect(open({ 'aws_vpc_security_group_ingress_rule.a': rule })).toEqual([
    ['8000-9000', 'aws_vpc_security_group_ingress_rule.a, to 0.0.0.0/0'],
  ]);
});
