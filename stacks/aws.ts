import '../constructs/aws/require-bindings';

export {
  type ApplicationBalancerOptions,
  Balancer,
  type NetworkBalancerOptions,
} from '../constructs/aws/balancer';
export { ConsoleLog, type ConsoleLogOptions } from '../constructs/aws/console-log';
export type { CreateNetworkOptions } from '../constructs/aws/created-network';
export type {
  ExistingNetworkOptions,
  ExistingPrivateSubnet,
  ExistingSubnet,
} from '../constructs/aws/existing-network';
export { ServiceFirewall } from '../constructs/aws/firewall';
export type { NatChoice } from '../constructs/aws/internet-access';
export { AwsNetwork } from '../constructs/aws/network';
export type { AwsServiceOptions } from '../constructs/aws/options';
export { AwsPlatform, type AwsPlatformProps } from '../constructs/aws/platform';
export { Spot, type SpotOptions, type SpotShareOptions } from '../constructs/aws/spot';
export { Certificate, type CreateCertificateOptions } from '../constructs/aws/tls';
export { UserData } from '../constructs/aws/user-data';
export { WarmPool, type WarmPoolOptions } from '../constructs/aws/warm-pool';
export { AwsStack, type AwsStackProps } from './aws-stack';
