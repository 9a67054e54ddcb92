import type { TerraformResource } from 'cdktf';
import type { Construct } from 'constructs';
import type { HealthCheckSpec } from '../../lib/spec';
import type { ServiceFirewall } from './firewall';

/** A service as the balancers see it. */
export interface BalancedService {
  /** Its path in the stack, joined with hyphens: `web`. */
  readonly id: string;
  /** What its target groups and listeners are made below. */
  readonly construct: Construct;
  /** TCP port of its instances. */
  readonly port: number;
  readonly healthCheck: HealthCheckSpec;
  /** How long a departing instance keeps its connections, in ms. */
  readonly drainMs: number;
  /** Groups of instances: two for blue/green. */
  readonly colours: 1 | 2;
  readonly securityGroup: ServiceFirewall;
}

/** What a service got from a balancer. */
export interface Reach {
  /** Token. */
  readonly listenerArn: string;
  /** Tokens, one for each colour, blue first. */
  readonly targetGroupArns: readonly string[];
  /** What must be there before an instance can be seen healthy: without its listener a target group checks nothing. */
  readonly dependsOn: readonly TerraformResource[];
}

export interface InternalReach extends Reach {
  /** Where peers call it, known at synth: `10.0.240.4:9000`. */
  readonly address: string;
}

export interface PublicReach extends Reach {
  /** Token: `http://HOST:PORT` or `https://HOST:PORT`, without the port that the protocol has by itself. */
  readonly endpoint: string;
  /**
   * Tokens: what AWS calls the requests of each target group in `ALBRequestCountPerTarget`; undefined for a network balancer,
   * which counts none.
   */
  readonly requestLabels: readonly string[] | undefined;
}
