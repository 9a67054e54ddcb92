import type { ITerraformDependable } from 'cdktf';

export interface Subnet {
  /** May be a token. */
  readonly id: string;
  /** Name of its availability zone; may be a token. */
  readonly zone: string;
  readonly cidr: string;
}

/** A subnet that the internal balancer is in. */
export interface InternalSubnet extends Subnet {
  /** The balancer's fixed address there, known at synth. */
  readonly address: string;
}

export interface PublicSubnets {
  readonly subnets: readonly Subnet[];
  /** What must be there before, and still after, anything that is reached from the internet. */
  readonly dependsOn: ITerraformDependable[];
}

/** A network as the resources of a stack use it. */
export interface BoundNetwork {
  /** May be a token. */
  readonly vpcId: string;
  /** Plain text that is another one when the VPC is: part of names that must differ then. */
  readonly identity: string;
  readonly cidr: string;
  /** For instances, one for each zone. */
  readonly privateSubnets: readonly Subnet[];
  /** For the internal balancer, one for each zone; the first one's address is what callers get. */
  readonly internalSubnets: readonly InternalSubnet[];
  /**
   * For what is reached from the internet. A new network gets them, and its internet gateway, when this is first called.
   * @throws KilnError `constructs.network` where an existing network was given without any
   */
  publicSubnets(): PublicSubnets;
}
