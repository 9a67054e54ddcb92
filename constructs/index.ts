export {
  type ArgumentStyle,
  type BootProtocol,
  type Device,
  type DiskDevice,
  type DocumentedSystem,
  type Drivers,
  type ElfNote,
  type ElfSection,
  type Fault,
  findSystem,
  type ImageFacts,
  type ImageFormat,
  type NetworkDevice,
  type Partition,
  type Recognition,
  type System,
  type SystemAbout,
  type SystemVariant,
  type VersionedDrivers,
} from '../lib/systems';
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
export { type InstanceRange, Scaling, type ScalingSpec } from './scaling';
export { Toolchain } from './toolchain';
export type { ClickOsOptions } from './toolchains/clickos';
export type { HalvmOptions } from './toolchains/halvm';
export type { HermitOptions } from './toolchains/hermit';
export type { IncludeOsOptions } from './toolchains/includeos';
export type { RailingOptions } from './toolchains/ling';
export type { CommandOptions, MakeOptions } from './toolchains/make';
export type { OpsOptions } from './toolchains/nanos';
export type { CapstanOptions, OsvOptions } from './toolchains/osv';
export type { RumprunOptions, RumprunPlatform } from './toolchains/rumprun';
export type { MirageOptions, MirageTarget, Solo5Options, Solo5Target } from './toolchains/solo5';
export type { TamagoOptions } from './toolchains/tamago';
export type { ToolchainOptions, ToolchainSpec } from './toolchains/toolchain-spec';
export type {
  KraftOptions,
  UnikraftMakeOptions,
  UnikraftOptions,
  UnikraftPlatform,
} from './toolchains/unikraft';
export {
  BootMode,
  type BuildOptions,
  type DiskOptions,
  type ImageBuild,
  type KernelOptions,
  UnikernelImage,
} from './unikernel-image';
export { type ExposeOptions, UnikernelService, type UnikernelServiceProps } from './unikernel-service';
