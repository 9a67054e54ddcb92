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
  /** For the public balancer; one for each zone, with a route to an internet gateway. @default - none, nothing can be exposed */
  readonly publicSubnets?: readonly ExistingSubnet[];
}

/** AWS' limit for a subnet. */
const SMALLEST_SUBNET = 28;

/** @throws KilnError `constructs.network` or `constructs.token` */
export function checkExistingNetwork(options: ExistingNetworkOptions): void {
  checkId('vpcId', options.vpcId, 'vpc-');
  checkKnown('cidr', options.cidr, 'the subnets are checked against it');
  const network = Cidr.parse(options.cidr, "'cidr'");
  if (options.privateSubnets.length === 0) {
    throw refusal(
      "'privateSubnets' is empty, so instances would have no place; give one for each zone to use",
    );
  }
  const { publicSubnets = [] } = options;
  checkSubnets("'privateSubnets'", options.privateSubnets, network);
  checkSubnets("'publicSubnets'", publicSubnets, network);
  checkApart([...options.privateSubnets, ...publicSubnets]);
  for (const subnet of options.privateSubnets) {
    if (subnet.internalAddress === undefined) continue;
    checkKnown('internalAddress', subnet.internalAddress, "it is part of other images' digests");
    checkAddress(subnet.internalAddress, Cidr.parse(subnet.cidr, "'cidr'"), `'${subnet.id}'`);
  }
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
  const zones = new Map<string, ExistingSubnet>();
  subnets.forEach((subnet, index) => {
    const what = `${prop}[${index}]`;
    checkId(`${what}.id`, subnet.id, 'subnet-');
    checkKnown(`${what}.zone`, subnet.zone, 'two of them must not be in the same');
    checkKnown(`${what}.cidr`, subnet.cidr, 'addresses of balancers are computed from it');
    const cidr = Cidr.parse(subnet.cidr, `${what}.cidr`);
    if (cidr.prefix > SMALLEST_SUBNET) {
      throw refusal(
        `${what}.cidr is '${cidr}', and AWS has no subnet below /${SMALLEST_SUBNET}; look at its range again`,
      );
    }
    if (!network.contains(cidr)) {
      throw refusal(
        `${what}.cidr is '${cidr}', which is not in 'cidr', '${network}'; give the range of the VPC that all its ` +
          'subnets here are in',
      );
    }
    const other = zones.get(subnet.zone);
    if (other !== undefined) {
      throw refusal(
        `'${other.id}' and '${subnet.id}' of ${prop} are both in '${subnet.zone}', and a balancer takes one subnet of a ` +
          'zone; leave one of them out',
      );
    }
    zones.set(subnet.zone, subnet);
  });
}

function checkApart(subnets: readonly ExistingSubnet[]): void {
  const ranges = subnets.map(({ id, cidr }) => ({ id, cidr: Cidr.parse(cidr, "'cidr'") }));
  ranges.forEach((one, index) => {
    const other = ranges.slice(index + 1).find(({ cidr }) => cidr.overlaps(one.cidr));
    if (other === undefined) return;
    throw refusal(
      `the subnets '${one.id}' and '${other.id}' are said to have '${one.cidr}' and '${other.cidr}', which overlap; ` +
        'in a VPC no two do, so look at their ranges again, or name a subnet once',
    );
  });
}

function checkId(prop: string, id: string, prefix: string): void {
  if (Token.isUnresolved(id) || id.startsWith(prefix)) return;
  throw refusal(`${prop} is ${JSON.stringify(id)}; give an id that begins with '${prefix}'`);
}

function plainSubnet({ id, zone, cidr }: ExistingSubnet): Subnet {
  return { id, zone, cidr };
}

function refusal(message: string): KilnError {
  return new KilnError(message, { code: 'constructs.network' });
}
