import { Token } from 'cdktf';
import type { ExistingNetworkOptions } from '../../../constructs/aws/existing-network';
import { AwsNetwork } from '../../../constructs/aws/network';
import { refusal } from '../../helpers/refusal';
import { awsStack, EXISTING, REGION, synthesised } from './network-fixtures';

const [FIRST, SECOND] = EXISTING.privateSubnets as [Private, Private];
const [PUBLIC_FIRST] = EXISTING.publicSubnets as [Private];
type Private = ExistingNetworkOptions['privateSubnets'][number];

test('an existing network is used as it is, and nothing is made', () => {
  const { stack, network } = bound();
  expect(network.vpcId).toBe('vpc-1');
  expect(network.privateSubnets).toEqual(EXISTING.privateSubnets);
  expect(network.publicSubnets()).toEqual({ subnets: EXISTING.publicSubnets, dependsOn: [] });
  expect(synthesised(stack)).toMatchObject({ resource: {}, data: {} });
});

test('the internal balancer is in the private subnets, high, and each stack has other addresses there', () => {
  const { network } = bound();
  expect(network.internalSubnets).toEqual([
    { ...FIRST, address: '172.31.0.253' },
    { ...SECOND, address: expect.stringMatching(/^172\.31\.1\.(19\d|2\d\d)$/) },
  ]);
  const other = AwsNetwork.existing(EXISTING).bind(awsStack('bank'), REGION);
  expect(other.internalSubnets[0]?.address).not.toBe('172.31.0.253');
});

test('its address may be given, where the picked one is taken', () => {
  const { network } = bound({ privateSubnets: [{ ...FIRST, internalAddress: '172.31.0.10' }, SECOND] });
  expect(network.internalSubnets[0]?.address).toBe('172.31.0.10');
});

test('ids may be tokens', () => {
  const token = Token.asString({ resolve: () => 'vpc-1' });
  expect(() => bound({ vpcId: token, privateSubnets: [{ ...FIRST, id: token }, SECOND] })).not.toThrow();
});

test('a subnet may be both private and public', () => {
  const { privateSubnets } = EXISTING;
  const { network } = bound({ publicSubnets: privateSubnets });
  expect(network.publicSubnets().subnets).toEqual(privateSubnets);
});

test('refuses to expose anything where no subnet is public', () => {
  const { vpcId, cidr, privateSubnets } = EXISTING;
  const network = AwsNetwork.existing({ vpcId, cidr, privateSubnets }).bind(awsStack(), REGION);
  expect(refusal(() => network.publicSubnets())).toEqual([
    'constructs.network',
    "the existing network was given without 'publicSubnets', so nothing in it can be exposed; name one for each zone, with " +
      'a route to an internet gateway',
  ]);
});

const REFUSED: readonly [title: string, options: Partial<ExistingNetworkOptions>, message: string][] = [
  [
    'an id that is none of a VPC',
    { vpcId: 'shop' },
    "'vpcId' is \"shop\"; give an id that begins with 'vpc-'",
  ],
  [
    'an id that is none of a subnet',
    { privateSubnets: [{ ...FIRST, id: 'a' }] },
    "'privateSubnets[0].id' is \"a\"; give an id that begins with 'subnet-'",
  ],
  [
    'no private subnets',
    { privateSubnets: [] },
    "'privateSubnets' is empty, so instances would have no place; give one for each zone to use",
  ],
  [
    'a range that is none',
    { cidr: '172.31.0.0' },
    "'cidr' is \"172.31.0.0\"; give a range of IPv4 addresses, such as '10.0.0.0/16'",
  ],
  [
    "a subnet outside of the VPC's range",
    { privateSubnets: [FIRST, { ...SECOND, cidr: '10.0.1.0/24' }] },
    "'privateSubnets[1].cidr' is '10.0.1.0/24', which is not in 'cidr', '172.31.0.0/16'; give the range of the VPC that " +
      'all its subnets here are in',
  ],
  [
    'a subnet that AWS would not have',
    { privateSubnets: [{ ...FIRST, cidr: '172.31.0.0/29' }] },
    "'privateSubnets[0].cidr' is '172.31.0.0/29', and AWS has no subnet below /28; look at its range again",
  ],
  [
    'two subnets in one zone',
    { privateSubnets: [FIRST, { ...SECOND, zone: FIRST.zone }] },
    "'privateSubnets[0]' and 'privateSubnets[1]' are both in 'eu-central-1a', and a balancer takes one subnet of a zone; " +
      'leave one of them out',
  ],
  [
    'two subnets that overlap',
    { privateSubnets: [FIRST, { ...SECOND, cidr: '172.31.0.128/25' }] },
    "'privateSubnets[0].cidr' is '172.31.0.0/24' and 'privateSubnets[1].cidr' is '172.31.0.128/25', which overlap, as no " +
      'two subnets of a VPC do; look at their ranges again',
  ],
  [
    'a public and a private subnet that overlap',
    { publicSubnets: [{ ...FIRST, id: 'subnet-x' }] },
    "'privateSubnets[0].cidr' is '172.31.0.0/24' and 'publicSubnets[0].cidr' is '172.31.0.0/24', which overlap, as no two " +
      'subnets of a VPC do; look at their ranges again',
  ],
  [
    'a zone with instances and no public subnet',
    { publicSubnets: [PUBLIC_FIRST] },
    "'privateSubnets' has one in 'eu-central-1b' and 'publicSubnets' has none there, so instances in that zone would get no " +
      'calls from outside; name a public subnet of it, or leave the private one out',
  ],
  [
    'an address that is not of the subnet',
    { privateSubnets: [FIRST, { ...SECOND, internalAddress: '172.31.0.10' }] },
    '\'privateSubnets[1].internalAddress\' is "172.31.0.10"; give an address from 172.31.1.4 to 172.31.1.254 that nothing ' +
      'in the subnet has',
  ],
];

test.each(REFUSED)('refuses %s', (_, options, message) => {
  expect(refusal(() => AwsNetwork.existing({ ...EXISTING, ...options }))).toEqual([
    'constructs.network',
    message,
  ]);
});

test('refuses a zone of another region', () => {
  const privateSubnets = [{ ...FIRST, zone: 'us-east-1a' }];
  expect(refusal(() => bound({ privateSubnets, publicSubnets: [] }))[1]).toBe(
    "the zone 'us-east-1a' is not in 'eu-central-1', the stack's region; its zones are named 'eu-central-1a' and so on",
  );
});

test('refuses what is needed at synth and only Terraform will know', () => {
  const token = Token.asString({ resolve: () => 'x' });
  const attempts: Partial<ExistingNetworkOptions>[] = [
    { cidr: token },
    { privateSubnets: [{ ...FIRST, zone: token }] },
    { privateSubnets: [{ ...FIRST, cidr: token }] },
    { privateSubnets: [{ ...FIRST, internalAddress: token }], publicSubnets: [] },
  ];
  for (const attempt of attempts) {
    expect(refusal(() => AwsNetwork.existing({ ...EXISTING, ...attempt }))[0]).toBe('constructs.token');
  }
});

function bound(options: Partial<ExistingNetworkOptions> = {}) {
  const stack = awsStack();
  return { stack, network: AwsNetwork.existing({ ...EXISTING, ...options }).bind(stack, REGION) };
}
