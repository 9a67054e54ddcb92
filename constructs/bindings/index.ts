export { Ami, type AmiConfig, type AmiCopy, type AmiImage } from './ami';
export {
  AwsRollout,
  type AwsRolloutConfig,
  type AwsRolloutGroup,
  type AwsRolloutSize,
  type AwsRolloutTemplate,
} from './aws-rollout';
export {
  KILN_PROVIDER_SOURCE,
  KilnProvider,
  type KilnProviderAws,
  type KilnProviderConfig,
} from './kiln-provider';
export { LocalService, type LocalServiceConfig } from './local-service';
