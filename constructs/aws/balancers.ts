import type { Construct } from 'constructs';
import type { BalancedService, InternalReach, PublicReach } from './balanced-service';
import { Balancer } from './balancer';
import type { BoundNetwork } from './bound-network';
import type { ServiceFirewall } from './firewall';
import { InternalBalancer } from './internal-balancer';
import { PublicBalancer } from './public-balancer';
import type { PublicOptions } from './public-options';

export interface AwsBalancersProps {
  /** Asked for when the first balancer is made. */
  readonly network: () => BoundNetwork;
  /** May be a token. */
  readonly region: string;
  /** The public one. @default Balancer.network() */
  readonly balancer?: Balancer;
}

/** The balancers of a stack: one for callers from outside, one for its services among each other; each made when needed. */
export class AwsBalancers {
  private internal: InternalBalancer | undefined;
  private public: PublicBalancer | undefined;

  /** @param scope the stack */
  constructor(
    private readonly scope: Construct,
    private readonly props: AwsBalancersProps,
  ) {}

  /**
   * Lets `caller` reach a service at a fixed address with the service's own port.
   * @throws KilnError `constructs.expose` where another service that is called has that port, or what the health check throws
   */
  reach(service: BalancedService, caller: ServiceFirewall): InternalReach {
    const { deletionProtection } = this.spec;
    this.internal ??= new InternalBalancer(this.scope, this.props.network(), deletionProtection);
    return this.internal.reach(service, caller);
  }

  /**
   * Makes a service reachable from outside; the same again changes nothing.
   * @throws KilnError `constructs.expose`, `constructs.balancer`, `constructs.certificate`, `constructs.health-check` or
   * `constructs.network`
   */
  expose(service: BalancedService, options: PublicOptions = {}): PublicReach {
    this.public ??= new PublicBalancer(this.scope, this.props.network(), this.props.region, this.spec);
    return this.public.expose(service, options);
  }

  private get spec() {
    return (this.props.balancer ?? Balancer.network()).toSpec();
  }
}
