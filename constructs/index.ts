export { Duration, PercentOrCount, type PercentOrCountInput, Size } from '../lib/units';
export { type AllowToOptions, Connections } from './connections';
export { HealthCheck, type HealthCheckOptions } from './health-check';
export {
  type BoundImage,
  type ConnectionDefinition,
  type IPlatform,
  type IServiceBinding,
  Platform,
  type ServiceDefinition,
} from './platform';
export {
  type CanaryStepOptions,
  type RollingUpdateOptions,
  RollingUpdatePolicy,
  type UpdateOptions,
} from './rolling-update-policy';
export { BootMode, type DiskOptions, type KernelOptions, UnikernelImage } from './unikernel-image';
export { type ExposeOptions, UnikernelService, type UnikernelServiceProps } from './unikernel-service';
