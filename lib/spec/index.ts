export {
  ACCOUNT_ID,
  AWS_REGION,
  KEY_ARN,
  MAX_COPIES,
  MAX_TAG_KEY,
  MAX_TAG_VALUE,
  MAX_TAGS,
  RESERVED_TAG,
} from './ami-limits';
export { HealthCheckSpec } from './health-check-spec';
export { Digest, ImageSpec } from './image-spec';
export { instanceName, instanceNames, type LaunchSpec, revisionOf } from './instance-name';
export { KEPT_IMAGES, MOST_KEPT_IMAGES } from './kept-images';
export { parseWith } from './parse';
export { PeerSpec, Port, parseServiceSpec, ServiceName, ServiceSpec } from './service-spec';
export type {
  InstancePhase,
  InstanceStatus,
  RolloutFailure,
  ServiceEvent,
  ServicePhase,
  ServiceStatus,
} from './service-status';
export { CanaryStep, UpdatePolicySpec } from './update-policy-spec';
