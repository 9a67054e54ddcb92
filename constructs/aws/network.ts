import type { Construct } from 'constructs';
import type { BoundNetwork } from './bound-network';
import { CreatedNetwork, type CreateNetworkOptions, resolveCreateOptions } from './created-network';
import { bindExistingNetwork, checkExistingNetwork, type ExistingNetworkOptions } from './existing-network';

/** Where a stack's instances and balancers are: a VPC. */
export class AwsNetwork {
  /**
   * A VPC of the stack's own, in two or three zones. Instances are in private subnets; public ones and an internet gateway
   * are made when a service is exposed, or for `nat`.
   * @throws KilnError `constructs.network` or `constructs.token`
   */
  static create(options: CreateNetworkOptions = {}): AwsNetwork {
    const resolved = resolveCreateOptions(options);
    return new AwsNetwork((scope, region) => new CreatedNetwork(scope, region, resolved));
  }

  /**
   * A VPC that is there already; nothing about it is changed.
   * @throws KilnError `constructs.network` or `constructs.token`
   */
  static existing(options: ExistingNetworkOptions): AwsNetwork {
    checkExistingNetwork(options);
    return new AwsNetwork((scope, region) => bindExistingNetwork(scope, region, options));
  }

  private constructor(private readonly binder: (scope: Construct, region: string) => BoundNetwork) {}

  /**
   * Makes what there is to make of it in a stack; two stacks get two networks.
   * @param region may be a token
   * @throws KilnError `constructs.network` for zones of another region
   * @internal called by the platform, once
   */
  bind(scope: Construct, region: string): BoundNetwork {
    return this.binder(scope, region);
  }
}
