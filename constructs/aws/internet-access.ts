import { Eip } from '@cdktf/provider-aws/lib/eip';
import { InternetGateway } from '@cdktf/provider-aws/lib/internet-gateway';
import { NatGateway } from '@cdktf/provider-aws/lib/nat-gateway';
import { Route } from '@cdktf/provider-aws/lib/route';
import { RouteTable } from '@cdktf/provider-aws/lib/route-table';
import { RouteTableAssociation } from '@cdktf/provider-aws/lib/route-table-association';
import { Construct } from 'constructs';
import type { Subnet } from './bound-network';

export type NatChoice = false | 'one' | 'per-zone';

const ANYWHERE = '0.0.0.0/0';

interface InternetAccessProps {
  readonly vpcId: string;
  /** The network's, for the names of its parts. */
  readonly name: string;
  readonly subnets: readonly Subnet[];
}

/** What joins a network to the internet: a gateway, the routes of its public subnets, and address translation. */
export class InternetAccess extends Construct {
  readonly gateway: InternetGateway;
  readonly subnets: readonly Subnet[];
  private readonly name: string;

  constructor(scope: Construct, { vpcId, name, subnets }: InternetAccessProps) {
    super(scope, 'Internet');
    this.name = name;
    this.subnets = subnets;
    this.gateway = new InternetGateway(this, 'Resource', { vpcId, tags: { Name: name } });
    this.gateway.overrideLogicalId('network');
    const table = new RouteTable(this, 'Routes', { vpcId, tags: { Name: `${name}-public` } });
    table.overrideLogicalId('network_public');
    new Route(this, 'Route', {
      routeTableId: table.id,
      destinationCidrBlock: ANYWHERE,
      gatewayId: this.gateway.id,
    }).overrideLogicalId('network_public');
    subnets.forEach((subnet, zone) => {
      new RouteTableAssociation(this, `RoutesOf${zone + 1}`, {
        subnetId: subnet.id,
        routeTableId: table.id,
      }).overrideLogicalId(`network_public-${zone + 1}`);
    });
  }

  /** A gateway for each table of routes, in the zone of the same number. */
  addNat(routeTableIds: readonly string[]): void {
    routeTableIds.forEach((routeTableId, index) => {
      const name = routeTableIds.length === 1 ? 'nat' : `nat-${index + 1}`;
      const address = new Eip(this, `NatAddress${index + 1}`, {
        domain: 'vpc',
        tags: { Name: `${this.name}-${name}` },
        dependsOn: [this.gateway],
      });
      address.overrideLogicalId(`network_${name}`);
      const nat = new NatGateway(this, `Nat${index + 1}`, {
        allocationId: address.id,
        subnetId: (this.subnets[index] as Subnet).id,
        tags: { Name: `${this.name}-${name}` },
        dependsOn: [this.gateway],
      });
      nat.overrideLogicalId(`network_${name}`);
      new Route(this, `NatRoute${index + 1}`, {
        routeTableId,
        destinationCidrBlock: ANYWHERE,
        natGatewayId: nat.id,
      }).overrideLogicalId(`network_${name}`);
    });
  }
}
