import { DefaultSecurityGroup } from '@cdktf/provider-aws/lib/default-security-group';
import { RouteTable } from '@cdktf/provider-aws/lib/route-table';
import { RouteTableAssociation } from '@cdktf/provider-aws/lib/route-table-association';
import { Subnet as SubnetResource } from '@cdktf/provider-aws/lib/subnet';
import { Vpc } from '@cdktf/provider-aws/lib/vpc';
import { TerraformStack, Token } from 'cdktf';
import { Construct } from 'constructs';
import { KilnError } from '../../lib/errors';
import { checkKnown } from '../checks';
import { firstAddress } from './addresses';
import type { BoundNetwork, InternalSubnet, PublicSubnets, Subnet } from './bound-network';
import { Cidr } from './cidr';
import { InternetAccess, type NatChoice } from './internet-access';
import { layOut, type ZoneLayout } from './subnets';
import { checkZones, zoneNames } from './zones';

export interface CreateNetworkOptions {
  /** Addresses of the VPC, /16 to /22. @default '10.0.0.0/16' */
  readonly cidr?: string;
  /** How many availability zones, 2 or 3, or their names. @default 2 */
  readonly zones?: 2 | 3 | readonly string[];
  /**
   * Whether instances can call out through address translation: not at all, through one gateway, or one for each zone.
   * A service's own firewall must let it out as well, by `ServiceFirewall.of(service).allowToRange`. @default false
   */
  readonly nat?: NatChoice;
}

export interface ResolvedCreateOptions {
  readonly cidr: Cidr;
  readonly zones: number | readonly string[];
  readonly layout: readonly ZoneLayout[];
  readonly nat: NatChoice;
}

/** @throws KilnError `constructs.network` or `constructs.token` */
export function resolveCreateOptions(options: CreateNetworkOptions): ResolvedCreateOptions {
  const { cidr: text = '10.0.0.0/16', zones = 2, nat = false } = options;
  checkKnown('cidr', text, 'the addresses of subnets and balancers are computed from it');
  const cidr = Cidr.parse(text, "'cidr'");
  checkZones(zones);
  if (![false, 'one', 'per-zone'].includes(nat)) {
    throw new KilnError(`'nat' is ${JSON.stringify(nat)}; give false, 'one' or 'per-zone'`, {
      code: 'constructs.network',
    });
  }
  const count = typeof zones === 'number' ? zones : zones.length;
  return { cidr, zones, nat, layout: layOut(cidr, count) };
}

/** A VPC and its subnets, below the stack as `Network`. */
export class CreatedNetwork extends Construct implements BoundNetwork {
  readonly vpcId: string;
  readonly identity: string;
  readonly cidr: string;
  readonly privateSubnets: readonly Subnet[];
  private readonly vpc: Vpc;
  private readonly name: string;
  private readonly zones: readonly string[];
  private internal: readonly InternalSubnet[] | undefined;
  private internet: InternetAccess | undefined;

  constructor(
    scope: Construct,
    region: string,
    private readonly options: ResolvedCreateOptions,
  ) {
    super(scope, 'Network');
    this.name = TerraformStack.of(scope).node.id;
    this.cidr = `${options.cidr}`;
    this.identity = this.cidr;
    this.vpc = new Vpc(this, 'Resource', {
      cidrBlock: this.cidr,
      enableDnsSupport: true,
      enableDnsHostnames: true,
      tags: { Name: this.name },
    });
    this.vpc.overrideLogicalId('network');
    this.vpcId = this.vpc.id;
    this.emptyDefaultGroup();
    this.zones = zoneNames(this, region, options.zones);
    this.privateSubnets = this.subnets('private', 'Private');
    this.addPrivateRoutes();
  }

  get internalSubnets(): readonly InternalSubnet[] {
    this.internal ??= this.subnets('internal', 'Internal').map((subnet, zone) => ({
      ...subnet,
      address: firstAddress((this.options.layout[zone] as ZoneLayout).internal),
    }));
    return this.internal;
  }

  publicSubnets(): PublicSubnets {
    const { subnets, gateway } = this.openInternet();
    return { subnets, dependsOn: [gateway] };
  }

  private openInternet(): InternetAccess {
    this.internet ??= new InternetAccess(this, {
      vpcId: this.vpcId,
      name: this.name,
      subnets: this.subnets('public', 'Public'),
    });
    return this.internet;
  }

  /** Every VPC comes with a group that lets its members call each other and out; nobody shall get it by accident. */
  private emptyDefaultGroup(): void {
    new DefaultSecurityGroup(this, 'DefaultGroup', {
      vpcId: this.vpcId,
      ingress: [],
      egress: [],
      tags: { Name: `${this.name}-unused` },
    }).overrideLogicalId('network_unused');
  }

  /** A table of their own, as the VPC's main one may be changed by anyone who sees to another network. */
  private addPrivateRoutes(): void {
    const { nat } = this.options;
    const tables = nat === 'per-zone' ? this.zones.length : 1;
    const routes = Array.from({ length: tables }, (_, index) => {
      const name = tables === 1 ? 'private' : `private-${index + 1}`;
      const table = new RouteTable(this, `PrivateRoutes${index + 1}`, {
        vpcId: this.vpcId,
        tags: { Name: `${this.name}-${name}` },
      });
      table.overrideLogicalId(`network_${name}`);
      return table;
    });
    this.privateSubnets.forEach((subnet, zone) => {
      new RouteTableAssociation(this, `PrivateRoutesOf${zone + 1}`, {
        subnetId: subnet.id,
        routeTableId: (routes[zone % tables] as RouteTable).id,
      }).overrideLogicalId(`network_private-${zone + 1}`);
    });
    if (nat !== false) this.openInternet().addNat(routes.map(({ id }) => id));
  }

  private subnets(kind: keyof ZoneLayout, id: string): readonly Subnet[] {
    return this.zones.map((zone, index) => {
      const cidr = `${(this.options.layout[index] as ZoneLayout)[kind]}`;
      const name = `${kind}-${index + 1}`;
      const subnet = new SubnetResource(this, `${id}${index + 1}`, {
        vpcId: this.vpcId,
        cidrBlock: cidr,
        availabilityZone: zone,
        mapPublicIpOnLaunch: false,
        tags: { Name: `${this.name}-${name}` },
        // A zone that AWS opens later may sort before others; no subnet moves for that.
        ...(typeof this.options.zones === 'number'
          ? { lifecycle: { ignoreChanges: ['availability_zone'] } }
          : {}),
      });
      subnet.overrideLogicalId(`network_${name}`);
      // A name that is known stays known: services may be told to run in some of the zones.
      return { id: subnet.id, zone: Token.isUnresolved(zone) ? subnet.availabilityZone : zone, cidr };
    });
  }
}
