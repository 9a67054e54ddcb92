import { Token } from 'cdktf';
import { Firewall, ServiceFirewall } from '../../../constructs/aws/firewall';
import { AwsNetwork } from '../../../constructs/aws/network';
import { refusal } from '../../helpers/refusal';
import { awsStack, balanced, ref, resources } from './network-fixtures';
import { addService, awsStack as serviceStack } from './service-fixtures';

test('a group has no rules of its own, can be replaced beside its successor, and says whose it is', () => {
  const { stack } = firewalls();
  expect(resources(stack, 'aws_security_group').web).toEqual({
    name_prefix: 'shop-web-',
    description: 'Made by Kiln, opens declared ports to declared peers only',
    vpc_id: 'vpc-1',
    revoke_rules_on_delete: true,
    tags: { Name: 'shop-web' },
    lifecycle: { create_before_destroy: true },
  });
  expect(resources(stack, 'aws_vpc_security_group_ingress_rule')).toEqual({});
  expect(resources(stack, 'aws_vpc_security_group_egress_rule')).toEqual({});
});

test('a call from one group to another is let out here and in there, on that port alone', () => {
  const { stack, web, api } = firewalls();
  api.allowFrom(web, 9000);
  expect(resources(stack, 'aws_vpc_security_group_ingress_rule')).toEqual({
    api_from_web_9000: {
      security_group_id: ref('aws_security_group.api.id'),
      referenced_security_group_id: ref('aws_security_group.web.id'),
      ip_protocol: 'tcp',
      from_port: 9000,
      to_port: 9000,
      tags: { Name: 'shop-api from shop-web' },
    },
  });
  expect(resources(stack, 'aws_vpc_security_group_egress_rule')).toEqual({
    web_to_api_9000: {
      security_group_id: ref('aws_security_group.web.id'),
      referenced_security_group_id: ref('aws_security_group.api.id'),
      ip_protocol: 'tcp',
      from_port: 9000,
      to_port: 9000,
      tags: { Name: 'shop-web to shop-api' },
    },
  });
});

test('addresses are let in, or called, on one port', () => {
  const { stack, web } = firewalls();
  web.allowFromRange('203.0.113.0/24', 443);
  web.allowToRange('0.0.0.0/0', 443);
  expect(resources(stack, 'aws_vpc_security_group_ingress_rule')).toMatchObject({
    'web_from_203-0-113-0-24_443': { cidr_ipv4: '203.0.113.0/24', from_port: 443, to_port: 443 },
  });
  expect(resources(stack, 'aws_vpc_security_group_egress_rule')).toMatchObject({
    'web_to_0-0-0-0-0_443': { cidr_ipv4: '0.0.0.0/0', from_port: 443, to_port: 443 },
  });
});

test("a service's own is found, to open what nobody declared", () => {
  const stack = awsStack();
  const { construct, securityGroup } = balanced(stack, 'web');
  expect(ServiceFirewall.of(construct)).toBe(securityGroup);
  expect(refusal(() => ServiceFirewall.of(stack))).toEqual([
    'constructs.network',
    "'shop' has no firewall, as it is no service of a stack on AWS; give one that is",
  ]);
});

test('a service of a stack with address translation can be let out', () => {
  const stack = serviceStack({ network: AwsNetwork.create({ nat: 'one' }) });
  const web = addService(stack, 'web');
  ServiceFirewall.of(web).allowToRange('0.0.0.0/0', 443);
  expect(Object.keys(resources(stack, 'aws_vpc_security_group_egress_rule'))).toEqual([
    'web_to_0-0-0-0-0_443',
  ]);
});

test('refuses addresses that are no range, ports that are none, and tokens', () => {
  const { web } = firewalls();
  const token = Token.asString({ resolve: () => '0.0.0.0/0' });
  expect(refusal(() => web.allowToRange('0.0.0.0', 443))).toEqual([
    'constructs.network',
    "'cidr' is \"0.0.0.0\"; give a range of IPv4 addresses, such as '10.0.0.0/16'",
  ]);
  expect(refusal(() => web.allowFromRange('0.0.0.0/0', 65536))).toEqual([
    'constructs.number',
    "'port' is 65536; give a whole number from 1 to 65535",
  ]);
  expect(refusal(() => web.allowToRange(token, 443))[0]).toBe('constructs.token');
});

test('the same rule is made once', () => {
  const { web, api } = firewalls();
  for (let time = 0; time < 2; time++) {
    api.allowFrom(web, 9000);
    web.allowFromRange('0.0.0.0/0', 80);
  }
  expect(api.rules).toHaveLength(1);
  expect(web.rules).toHaveLength(2);
});

test('each group knows its own rules, for what must come after them', () => {
  const { web, api } = firewalls();
  api.allowFrom(web, 9000);
  expect(web.rules).toEqual([
    expect.objectContaining({ terraformResourceType: 'aws_vpc_security_group_egress_rule' }),
  ]);
  expect(api.rules).toEqual([
    expect.objectContaining({ terraformResourceType: 'aws_vpc_security_group_ingress_rule' }),
  ]);
});

test('a long name leaves room for what the provider adds', () => {
  const stack = awsStack();
  new Firewall(stack, 'Long', { name: 'x'.repeat(300), logicalId: 'long', vpcId: 'vpc-1' });
  expect(resources(stack, 'aws_security_group').long?.name_prefix).toHaveLength(101);
});

function firewalls() {
  const stack = awsStack();
  const [web, api] = ['web', 'api'].map(
    (id) => new Firewall(stack, id, { name: `shop-${id}`, logicalId: id, vpcId: 'vpc-1' }),
  ) as [Firewall, Firewall];
  return { stack, web, api };
}
