/** Terraform's plugin protocol 6: a provider is an object, and `servePlugin` speaks for it. */
export type {
  AnyDataSource,
  AnyProvider,
  AnyResource,
  ApplyContext,
  CallContext,
  ConfigureContext,
  ConfiguredContext,
  DataSourceDefinition,
  Json,
  JsonObject,
  Logger,
  MoveSource,
  PlanChanges,
  PlanInput,
  PrivateState,
  ProviderDefinition,
  ResourceContext,
  ResourceDefinition,
} from './definition';
export { type Diagnostic, DiagnosticsError, pathText, type ValuePath } from './diagnostics';
export {
  computed,
  nested,
  optional,
  optionalComputed,
  required,
  withDefault,
  writeOnly,
} from './schema/attributes';
export type { ConfigOf, InputOf, PlannedOf, StateOf, Unknownable, UnknownableMembers } from './schema/infer';
export { type Attribute, type Attributes, type Schema, schema } from './schema/schema';
export { t } from './schema/types';
export { type ReattachedPlugin, type ReattachOptions, serveReattached } from './server/reattach';
export { type ServeOptions, servePlugin } from './server/serve';
export { Decimal } from './values/decimal';
export { Dynamic } from './values/dynamic';
export { isUnknown, UNKNOWN, type Unknown } from './values/unknown';
