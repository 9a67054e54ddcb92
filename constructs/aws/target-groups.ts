import { LbTargetGroup } from '@cdktf/provider-aws/lib/lb-target-group';
import { TerraformStack } from 'cdktf';
import { KilnError } from '../../lib/errors';
import type { BalancedService } from './balanced-service';
import type { BalancerSpec } from './balancer';
import { awsName } from './names';
import { targetHealth } from './target-health';

/** AWS' limit for the name of a target group. */
const MAX_NAME = 32;

/** AWS' limit for the time that a departing target keeps its connections. */
const MAX_DRAIN_S = 3600;

export interface TargetGroupsProps {
  /** Which balancer they are of; each can have but one. */
  readonly side: 'public' | 'internal';
  readonly balancer: BalancerSpec['kind'];
  readonly vpcId: string;
  /** See `BoundNetwork`. */
  readonly networkIdentity: string;
}

/** Makes the target groups of a service behind one balancer, blue first. */
export function makeTargetGroups(
  service: BalancedService,
  props: TargetGroupsProps,
): readonly LbTargetGroup[] {
  const colours = service.colours === 2 ? ['blue', 'green'] : ['blue'];
  return colours.map((colour) => makeTargetGroup(service, props, colour));
}

function makeTargetGroup(service: BalancedService, props: TargetGroupsProps, colour: string): LbTargetGroup {
  const { side, balancer, vpcId, networkIdentity } = props;
  const stack = TerraformStack.of(service.construct).node.id;
  const protocol = balancer === 'network' ? 'TCP' : 'HTTP';
  const green = colour === 'green';
  const group = new LbTargetGroup(
    service.construct,
    `${side === 'public' ? 'Public' : 'Internal'}Targets${green ? 'Green' : ''}`,
    {
      // All that makes it another group is in the name, so that the new one can be there before the old one goes.
      name: awsName(
        [stack, service.id],
        MAX_NAME,
        JSON.stringify([side, colour, protocol, service.port, networkIdentity]),
      ),
      port: service.port,
      protocol,
      vpcId,
      targetType: 'instance',
      deregistrationDelay: `${drainSeconds(service)}`,
      healthCheck: targetHealth(service.healthCheck, balancer),
      ...(balancer === 'network' ? networkAttributes(side) : {}),
      tags: { Name: [stack, service.id, side, ...(green ? [colour] : [])].join('-') },
      lifecycle: { createBeforeDestroy: true },
    },
  );
  group.overrideLogicalId(`${service.id}_${side}${green ? '_green' : ''}`);
  return group;
}

/**
 * A service that is exposed sees its clients' addresses. One that is called by peers sees the balancer's: with the callers'
 * own, one that calls itself over the balancer would get no answer, and connections of one caller over two zones could
 * collide. The firewall is the same either way, as a rule for a balancer's group covers what comes through it.
 */
function networkAttributes(side: TargetGroupsProps['side']) {
  return { connectionTermination: true, preserveClientIp: side === 'public' ? 'true' : 'false' };
}

function drainSeconds({ construct, drainMs }: BalancedService): number {
  const seconds = Math.ceil(drainMs / 1000);
  if (seconds <= MAX_DRAIN_S) return seconds;
  throw new KilnError(
    `'drainTimeout' of '${construct.node.path}' is ${seconds} s, and a balancer of AWS keeps a departing instance's connections ` +
      `for at most ${MAX_DRAIN_S} s; set it to that or less`,
    { code: 'constructs.balancer' },
  );
}
