import { TerraformStack, Token } from 'cdktf';
import type { Construct } from 'constructs';
import { KilnError } from '../../lib/errors';
import { checkKnown } from '../checks';
import { checkAddress, pickAddress } from './addresses';
import type { BoundNetwork, PublicSubnets, Subnet } from './bound-network';
import { Cidr } from './cidr';
import { checkZoneIsIn } from './zones';

export interface ExistingSubnet {
  /** Such as `subnet-0123456789abcdef0`; may be a token. */
  readonly id: string;
  /** Name of its availability zone. */
  readonly zone: string;
  readonly cidr: string;
}

export interface ExistingPrivateSubnet extends ExistingSubnet {
  /**
   * The address that the stack's internal balancer has in this subnet. Give one that is free, where the picked one is taken.
   * @default - picked by the stack's name among the 64 highest of the subnet
   */
  readonly internalAddress?: string;
}

export interface ExistingNetworkOptions {
  /** Such as `vpc-0123456789abcdef0`; may be a token. */
  readonly vpcId: string;
  /** The VPC's range that the subnets are in. */
  readonly cidr: string;
  /** For instances and the internal balancer; one for each zone. Services reach each other by the first one's balancer. */
  readonly privateSubnets: readonly ExistingPrivateSubnet[];
  /**
   * For the public balancer; one for each zone, with a route to an internet gateway. They may be the private ones.
   * @default - none, so nothing can be exposed
   */
  readonly publicSubnets?: readonly ExistingSubnet[];
}

/** AWS' limit for a subnet. */
const SMALLEST_SUBNET = 28;

/** @throws KilnError `constructs.network` or `constructs.token` */
export function checkExistingNetwork({
  vpcId,
  cidr,
  privateSubnets,
  publicSubnets = [],
}: ExistingNetworkOptions): void {
  checkId('vpcId', vpcId, 'vpc-');
  checkKnown('cidr', cidr, 'the subnets are checked against it');
  const network = Cidr.parse(cidr, "'cidr'");
  if (privateSubnets.length === 0) {
    throw refusal(
      "'privateSubnets' is empty, so instances would have no place; give one for each zone to use",
    );
  }
  checkSubnets('privateSubnets', privateSubnets, network);
  checkSubnets('publicSubnets', publicSubnets, network);
  checkApart(privateSubnets, publicSubnets);
  checkPublicZones(privateSubnets, publicSubnets);
  privateSubnets.forEach((subnet, index) => {
    if (subnet.internalAddress === undefined) return;
    const prop = `privateSubnets[${index}].internalAddress`;
    checkKnown(prop, subnet.internalAddress, 'it is part of the images of those who call');
    checkAddress(prop, subnet.internalAddress, Cidr.parse(subnet.cidr, prop));
  });
}

/** @throws KilnError `constructs.network` for zones of another region */
export function bindExistingNetwork(
  scope: Construct,
  region: string,
  options: ExistingNetworkOptions,
): BoundNetwork {
  const { vpcId, cidr, privateSubnets, publicSubnets = [] } = options;
  for (const { zone } of [...privateSubnets, ...publicSubnets]) checkZoneIsIn(region, zone);
  const owner = TerraformStack.of(scope).node.id;
  return {
    vpcId,
    identity: Token.isUnresolved(vpcId) ? cidr : vpcId,
    cidr,
    privateSubnets: privateSubnets.map(plainSubnet),
    internalSubnets: privateSubnets.map((subnet) => ({
      ...plainSubnet(subnet),
      address: subnet.internalAddress ?? pickAddress(Cidr.parse(subnet.cidr, "'cidr'"), owner),
    })),
    publicSubnets: () => requirePublic(publicSubnets),
  };
}

function requirePublic(subnets: readonly ExistingSubnet[]): PublicSubnets {
  if (subnets.length > 0) return { subnets: subnets.map(plainSubnet), dependsOn: [] };
  throw refusal(
    "the existing network was given without 'publicSubnets', so nothing in it can be exposed; name one for each zone, " +
      'with a route to an internet gateway',
  );
}

function checkSubnets(prop: string, subnets: readonly ExistingSubnet[], network: Cidr): void {
  subnets.forEach((subnet, index) => {
    checkSubnet(`${prop}[${index}]`, subnet, network);
    const other = subnets.findIndex(({ zone }) => zone === subnet.zone);
    if (other === index) return;
    throw refusal(
      `'${prop}[${other}]' and '${prop}[${index}]' are both in '${subnet.zone}', and a balancer takes one subnet of a ` +
        'zone; leave one of them out',
    );
  });
}

function checkSubnet(what: string, subnet: ExistingSubnet, network: Cidr): void {
  checkId(`${what}.id`, subnet.id, 'subnet-');
  checkKnown(`${what}.zone`, subnet.zone, 'two of them must not be in the same');
  checkKnown(`${what}.cidr`, subnet.cidr, 'addresses of balancers are computed from it');
  const cidr = Cidr.parse(subnet.cidr, `'${what}.cidr'`);
  if (cidr.prefix > SMALLEST_SUBNET) {
    throw refusal(
      `'${what}.cidr' is '${cidr}', and AWS has no subnet below /${SMALLEST_SUBNET}; look at its range again`,
    );
  }
  if (network.contains(cidr)) return;
  throw refusal(
    `'${what}.cidr' is '${cidr}', which is not in 'cidr', '${network}'; give the range of the VPC that all its subnets ` +
      'here are in',
  );
}

/** A subnet may be public and private at once; any two others have nothing in common. */
function checkApart(privates: readonly ExistingSubnet[], publics: readonly ExistingSubnet[]): void {
  const inBoth = ({ id, cidr }: ExistingSubnet) => privates.some((one) => one.id === id && one.cidr === cidr);
  const ranges = [
    ...privates.map(({ cidr }, index) => ({ what: `privateSubnets[${index}]`, cidr })),
    ...publics.flatMap((subnet, index) =>
      inBoth(subnet) ? [] : [{ what: `publicSubnets[${index}]`, cidr: subnet.cidr }],
    ),
  ].map(({ what, cidr }) => ({ what, cidr: Cidr.parse(cidr, what) }));
  ranges.forEach((one, index) => {
    const other = ranges.slice(index + 1).find(({ cidr }) => cidr.overlaps(one.cidr));
    if (other === undefined) return;
    throw refusal(
      `'${one.what}.cidr' is '${one.cidr}' and '${other.what}.cidr' is '${other.cidr}', which overlap, as no two subnets ` +
        'of a VPC do; look at their ranges again',
    );
  });
}

/** AWS calls a target unused when it is in a zone that its balancer is not in. */
function checkPublicZones(privates: readonly ExistingSubnet[], publics: readonly ExistingSubnet[]): void {
  if (publics.length === 0) return;
  const missing = privates.find(({ zone }) => !publics.some((other) => other.zone === zone));
  if (missing === undefined) return;
  throw refusal(
    `'privateSubnets' has one in '${missing.zone}' and 'publicSubnets' has none there, so instances in that zone would get ` +
      'no calls from outside; name a public subnet of it, or leave the private one out',
  );
}

function checkId(prop: string, id: string, prefix: string): void {
  if (Token.isUnresolved(id) || id.startsWith(prefix)) return;
  throw refusal(`'${prop}' is ${JSON.stringify(id)}; give an id that begins with '${prefix}'`);
}

function plainSubnet({ id, zone, cidr }: ExistingSubnet): Subnet {
  return { id, zone, cidr };
}

function refusal(message: string): KilnError {
  return new KilnError(message, { code: 'constructs.network' });
}
