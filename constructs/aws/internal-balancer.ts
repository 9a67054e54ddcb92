import { Lb } from '@cdktf/provider-aws/lib/lb';
import { LbListener } from '@cdktf/provider-aws/lib/lb-listener';
import { TerraformStack } from 'cdktf';
import { Construct } from 'constructs';
import type { BalancedService, InternalReach } from './balanced-service';
import type { BoundNetwork, InternalSubnet } from './bound-network';
import { Firewall, type ServiceFirewall } from './firewall';
import { forwardTo } from './forward';
import { ListenerPorts } from './listener-ports';
import { awsName } from './names';
import { makeTargetGroups } from './target-groups';

/** AWS' limit for the name of a load balancer. */
export const MAX_BALANCER_NAME = 32;

const PORT_TAKEN = "give one of them another 'port'";

/**
 * What the services of a stack reach each other through: a network load balancer with fixed private addresses, because
 * an address is part of the image of everyone who calls it. Below the stack as `InternalBalancer`.
 */
export class InternalBalancer extends Construct {
  private readonly resource: Lb;
  private readonly firewall: Firewall;
  private readonly ports = new ListenerPorts('the internal balancer', PORT_TAKEN);
  private readonly reaches = new Map<string, InternalReach>();

  constructor(
    scope: Construct,
    private readonly network: BoundNetwork,
    deletionProtection: boolean,
  ) {
    super(scope, 'InternalBalancer');
    const name = `${TerraformStack.of(this).node.id}-internal`;
    this.firewall = new Firewall(this, 'Firewall', {
      name,
      logicalId: 'balancer_internal',
      vpcId: network.vpcId,
    });
    this.resource = new Lb(this, 'Resource', {
      name: awsName([name], MAX_BALANCER_NAME),
      internal: true,
      loadBalancerType: 'network',
      securityGroups: [this.firewall.id],
      enableCrossZoneLoadBalancing: true,
      enableDeletionProtection: deletionProtection,
      subnetMapping: network.internalSubnets.map(({ id, address }) => ({
        subnetId: id,
        privateIpv4Address: address,
      })),
      tags: { Name: name },
    });
    this.resource.overrideLogicalId('balancer_internal');
  }

  /** Makes a service reachable, if it is not yet, and lets `caller` call it. */
  reach(service: BalancedService, caller: ServiceFirewall): InternalReach {
    const reach = this.reaches.get(service.id) ?? this.listenFor(service);
    this.reaches.set(service.id, reach);
    this.firewall.allowFrom(caller, service.port);
    return reach;
  }

  private listenFor(service: BalancedService): InternalReach {
    this.ports.claim(service.port, service);
    const { vpcId, identity, internalSubnets } = this.network;
    const groups = makeTargetGroups(service, {
      side: 'internal',
      balancer: 'network',
      vpcId,
      networkIdentity: identity,
    });
    const listener = new LbListener(service.construct, 'InternalListener', {
      loadBalancerArn: this.resource.arn,
      port: service.port,
      protocol: 'TCP',
      ...forwardTo(groups),
      tags: { Name: `${TerraformStack.of(this).node.id}-${service.id}` },
    });
    listener.overrideLogicalId(`${service.id}_internal`);
    service.securityGroup.allowFrom(this.firewall, service.port);
    return {
      address: `${(internalSubnets[0] as InternalSubnet).address}:${service.port}`,
      listenerArn: listener.arn,
      targetGroupArns: groups.map(({ arn }) => arn),
      dependsOn: [listener],
    };
  }
}
