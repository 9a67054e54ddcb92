import { TerraformStack, Testing, Token } from 'cdktf';
import type { CreateNetworkOptions } from '../../../constructs/aws/created-network';
import { AwsNetwork } from '../../../constructs/aws/network';
import { refusal } from '../../helpers/refusal';
import { awsStack, REGION, ref, resolved, resources, synthesised } from './network-fixtures';

test('a network has two zones, private subnets in each, and a name', () => {
  const { stack } = created();
  expect(resources(stack, 'aws_vpc').network).toEqual({
    cidr_block: '10.0.0.0/16',
    enable_dns_hostnames: true,
    enable_dns_support: true,
    tags: { Name: 'shop' },
  });
  const subnets = resources(stack, 'aws_subnet');
  expect(Object.keys(subnets)).toEqual(['network_private-1', 'network_private-2']);
  expect(subnets['network_private-2']).toMatchObject({
    cidr_block: '10.0.64.0/18',
    map_public_ip_on_launch: false,
    vpc_id: ref('aws_vpc.network.id'),
    tags: { Name: 'shop-private-2' },
  });
});

test('nothing leads to the internet until something is exposed', () => {
  const { stack, network } = created();
  for (const type of ['aws_internet_gateway', 'aws_route', 'aws_nat_gateway', 'aws_eip']) {
    expect(resources(stack, type)).toEqual({});
  }
  network.publicSubnets();
  expect(Object.keys(resources(stack, 'aws_internet_gateway'))).toEqual(['network']);
  expect(resources(stack, 'aws_route').network_public).toMatchObject({
    destination_cidr_block: '0.0.0.0/0',
    gateway_id: ref('aws_internet_gateway.network.id'),
    route_table_id: ref('aws_route_table.network_public.id'),
  });
});

test('public subnets are made once, give no public addresses, and follow the gateway', () => {
  const { stack, network } = created();
  const { subnets, dependsOn } = network.publicSubnets();
  expect(network.publicSubnets().subnets).toBe(subnets);
  expect(dependsOn).toHaveLength(1);
  expect(subnets.map(({ cidr }) => cidr)).toEqual(['10.0.192.0/20', '10.0.208.0/20']);
  expect(resources(stack, 'aws_subnet')['network_public-1']).toMatchObject({
    map_public_ip_on_launch: false,
  });
});

test('private subnets have routes of their own, that lead nowhere', () => {
  const { stack } = created();
  expect(Object.keys(resources(stack, 'aws_route_table'))).toEqual(['network_private']);
  expect(Object.values(resources(stack, 'aws_route_table_association'))).toEqual([
    expect.objectContaining({ route_table_id: ref('aws_route_table.network_private.id') }),
    expect.objectContaining({ route_table_id: ref('aws_route_table.network_private.id') }),
  ]);
});

test("the VPC's own group, which would let its members call each other, is emptied", () => {
  const { stack } = created();
  expect(resources(stack, 'aws_default_security_group').network_unused).toMatchObject({
    vpc_id: ref('aws_vpc.network.id'),
    ingress: [],
    egress: [],
  });
});

test('the internal balancer has subnets of its own, made when it needs them, and their first addresses', () => {
  const { stack, network } = created();
  expect(Object.keys(resources(stack, 'aws_subnet'))).not.toContain('network_internal-1');
  expect(network.internalSubnets.map(({ cidr, address }) => [cidr, address])).toEqual([
    ['10.0.240.0/22', '10.0.240.4'],
    ['10.0.244.0/22', '10.0.244.4'],
  ]);
  expect(network.internalSubnets).toBe(network.internalSubnets);
  expect(Object.keys(resources(stack, 'aws_subnet'))).toContain('network_internal-1');
});

describe('zones', () => {
  test('are those that the account has in the region, without local ones, and no subnet moves when there are more', () => {
    const { stack, network } = created({ zones: 3 });
    expect(resolved(stack, network.privateSubnets[2]?.zone)).toBe(
      ref('aws_subnet.network_private-3.availability_zone'),
    );
    expect(synthesised(stack).data.aws_availability_zones?.network).toEqual({
      filter: [{ name: 'opt-in-status', values: ['opt-in-not-required'] }],
      state: 'available',
    });
    expect(resources(stack, 'aws_subnet')['network_private-3']).toMatchObject({
      availability_zone: ref('element(data.aws_availability_zones.network.names, 2)'),
      lifecycle: { ignore_changes: ['availability_zone'] },
    });
  });

  test('may be named, and then a subnet is where it is said to be', () => {
    const { stack, network } = created({ zones: ['eu-central-1b', 'eu-central-1c'] });
    expect(network.privateSubnets.map(({ zone }) => zone)).toEqual(['eu-central-1b', 'eu-central-1c']);
    expect(synthesised(stack).data).toEqual({});
    const subnet = resources(stack, 'aws_subnet')['network_private-1'];
    expect(subnet).toMatchObject({ availability_zone: 'eu-central-1b' });
    expect(subnet).not.toHaveProperty('lifecycle');
  });

  test.each([[1], [4], [2.5], [['eu-central-1a']], [[]]])('refuses %j', (zones) => {
    expect(refusal(() => AwsNetwork.create({ zones } as CreateNetworkOptions))).toEqual([
      'constructs.network',
      `'zones' is ${JSON.stringify(zones)}; give 2 or 3, or the names of as many, such as ['eu-central-1a', 'eu-central-1b']`,
    ]);
  });

  test('refuses the same one twice', () => {
    const zones = ['eu-central-1a', 'eu-central-1b', 'eu-central-1a'];
    expect(refusal(() => AwsNetwork.create({ zones }))).toEqual([
      'constructs.network',
      "'zones' names 'eu-central-1a' twice; name each zone once",
    ]);
  });

  test('refuses one of another region', () => {
    expect(refusal(() => created({ zones: ['eu-west-1a', 'eu-central-1a'] }))).toEqual([
      'constructs.network',
      "the zone 'eu-west-1a' is not in 'eu-central-1', the stack's region; its zones are named 'eu-central-1a' and so on",
    ]);
  });

  test('are not compared with a region that only Terraform will know', () => {
    const stack = awsStack();
    const network = AwsNetwork.create({ zones: ['eu-west-1a', 'eu-west-1b'] });
    expect(() => network.bind(stack, Token.asString({ resolve: () => 'x' }))).not.toThrow();
  });

  test('refuses tokens, of which two may be the same', () => {
    const token = Token.asString({ resolve: () => 'eu-central-1a' });
    expect(refusal(() => AwsNetwork.create({ zones: [token, 'eu-central-1b'] }))[0]).toBe('constructs.token');
  });
});

describe('address translation', () => {
  test('is one gateway for all zones', () => {
    const { stack } = created({ nat: 'one' });
    expect(Object.keys(resources(stack, 'aws_nat_gateway'))).toEqual(['network_nat']);
    expect(resources(stack, 'aws_nat_gateway').network_nat).toMatchObject({
      allocation_id: ref('aws_eip.network_nat.id'),
      subnet_id: ref('aws_subnet.network_public-1.id'),
      depends_on: ['aws_internet_gateway.network'],
    });
    expect(resources(stack, 'aws_route').network_nat).toMatchObject({
      destination_cidr_block: '0.0.0.0/0',
      nat_gateway_id: ref('aws_nat_gateway.network_nat.id'),
      route_table_id: ref('aws_route_table.network_private.id'),
    });
  });

  test('or one for each zone, so that one zone does not depend on another', () => {
    const { stack } = created({ nat: 'per-zone', zones: 3 });
    expect(Object.keys(resources(stack, 'aws_nat_gateway'))).toEqual([
      'network_nat-1',
      'network_nat-2',
      'network_nat-3',
    ]);
    expect(resources(stack, 'aws_route')['network_nat-3']).toMatchObject({
      nat_gateway_id: ref('aws_nat_gateway.network_nat-3.id'),
      route_table_id: ref('aws_route_table.network_private-3.id'),
    });
    expect(resources(stack, 'aws_route_table_association')['network_private-3']).toMatchObject({
      route_table_id: ref('aws_route_table.network_private-3.id'),
    });
  });

  test('refuses another word', () => {
    expect(refusal(() => AwsNetwork.create({ nat: true } as unknown as CreateNetworkOptions))).toEqual([
      'constructs.network',
      "'nat' is true; give false, 'one' or 'per-zone'",
    ]);
  });
});

test('refuses a range that is none, before there is a stack', () => {
  expect(refusal(() => AwsNetwork.create({ cidr: '10.0.0.0' }))[1]).toContain('\'cidr\' is "10.0.0.0"');
  expect(refusal(() => AwsNetwork.create({ cidr: '10.0.0.0/8' }))[1]).toContain('give a range from /16');
  const token = Token.asString({ resolve: () => '10.0.0.0/16' });
  expect(refusal(() => AwsNetwork.create({ cidr: token }))[0]).toBe('constructs.token');
});

test('two stacks get a network each', () => {
  const app = Testing.app();
  const network = AwsNetwork.create();
  for (const id of ['one', 'two']) {
    const stack = new TerraformStack(app, id);
    network.bind(stack, REGION);
    expect(resources(stack, 'aws_vpc').network).toMatchObject({ tags: { Name: id } });
  }
});

function created(options: CreateNetworkOptions = {}) {
  const stack = awsStack();
  return { stack, network: AwsNetwork.create(options).bind(stack, REGION) };
}
