import type { Diagnostic } from './diagnostics';
import type { ConfigOf, PlannedOf, StateOf, UnknownableMembers } from './schema/infer';
import type { Schema } from './schema/schema';

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

type Fields = Readonly<Record<string, unknown>>;

/** Lines for Terraform's own log (`TF_LOG`); users do not see them otherwise. */
export interface Logger {
  debug(message: string, fields?: Fields): void;
  info(message: string, fields?: Fields): void;
  warn(message: string, fields?: Fields): void;
  error(message: string, fields?: Fields): void;
}

/** What every call is given. */
export interface CallContext {
  /** Aborted when the user interrupts Terraform, when Terraform dies, or when the call's timeout is over. */
  readonly signal: AbortSignal;
  readonly log: Logger;
  /** Shows a warning with the result. */
  warn(warning: Omit<Diagnostic, 'severity'>): void;
}

export interface ConfigureContext extends CallContext {
  readonly terraformVersion: string;
}

/** A call to a configured provider. `meta` is what `configure` returned. */
export interface ConfiguredContext<Meta> extends CallContext {
  readonly meta: Meta;
}

/** Facts of the provider's own, kept beside the state and never shown. Absent on the first call. */
export interface PrivateState {
  get(key: string): Json | undefined;
  set(key: string, value: Json | undefined): void;
}

export interface ResourceContext<Meta> extends ConfiguredContext<Meta> {
  readonly privateState: PrivateState;
}

export interface ApplyContext<S extends Schema, Meta> extends ResourceContext<Meta> {
  /**
   * Records what is true by now. Where the call then fails, this is kept: a failed create leaves a tainted
   * resource that Terraform will replace, a failed update leaves these changes. Without it a failed create
   * leaves nothing, and a failed update the prior state.
   */
  saveState(known: Partial<StateOf<S>>): void;
}

/** What is being planned. `prior` is null for a create. */
export interface PlanInput<S extends Schema> {
  readonly config: UnknownableMembers<ConfigOf<S>>;
  readonly prior: StateOf<S> | null;
  /** The configuration with defaults, and computed values kept or unknown. */
  readonly proposed: UnknownableMembers<PlannedOf<S>>;
}

export interface PlanChanges<S extends Schema> {
  /** Values for computed attributes that can be said now. They must come true at apply. */
  readonly set?: Partial<UnknownableMembers<PlannedOf<S>>>;
  /** Attributes whose change replaces the resource, besides those declared so. */
  readonly requiresReplace?: readonly (keyof S['attributes'] & string)[];
}

export type Operation = 'create' | 'read' | 'update' | 'delete';

export interface MoveSource {
  readonly providerAddress: string;
  readonly typeName: string;
  readonly schemaVersion: number;
  readonly state: JsonObject;
}

/**
 * One kind of resource. Throw a `KilnError` or `DiagnosticsError` to refuse; anything else is reported as a fault
 * of the provider.
 */
export interface ResourceDefinition<S extends Schema = Schema, Meta = unknown> {
  readonly schema: S;
  /** Milliseconds after which the call's signal is aborted. @default - no limit */
  readonly timeouts?: { readonly [O in Operation]?: number };

  /** Makes it. Every value that is unknown in `planned` must be known in the result, all others the same. */
  create(ctx: ApplyContext<S, Meta>, planned: PlannedOf<S>, config: ConfigOf<S>): Promise<StateOf<S>>;

  /** Looks at what is there; null only when it is really gone. */
  read(ctx: ResourceContext<Meta>, state: StateOf<S>): Promise<StateOf<S> | null>;

  /** Changes it in place. @default - every argument forces replacement */
  update?(
    ctx: ApplyContext<S, Meta>,
    prior: StateOf<S>,
    planned: PlannedOf<S>,
    config: ConfigOf<S>,
  ): Promise<StateOf<S>>;

  /** Removes it; done when it is already gone. */
  delete(ctx: ApplyContext<S, Meta>, state: StateOf<S>): Promise<void>;

  /** The state of something that exists under `id`. @default - import is refused */
  importState?(ctx: ResourceContext<Meta>, id: string): Promise<StateOf<S>>;

  /** Must be pure: Terraform plans again at apply, and refuses a different answer. @default - the plan stands */
  modifyPlan?(
    ctx: ResourceContext<Meta>,
    input: PlanInput<S>,
  ): Promise<PlanChanges<S> | undefined> | PlanChanges<S> | undefined;

  /** Warns about, or refuses, a planned destroy. @default - destroying is fine */
  planDelete?(ctx: ResourceContext<Meta>, prior: StateOf<S>): Promise<void> | void;

  /** Checks across attributes; one attribute's own rule is its `check`. @default - nothing to check */
  validate?(config: UnknownableMembers<ConfigOf<S>>): readonly Diagnostic[];

  /** For each older schema version, how its state (as JSON) becomes today's. @default - members of the same name */
  readonly upgradeState?: {
    readonly [version: number]: (ctx: CallContext, state: JsonObject) => StateOf<S> | Promise<StateOf<S>>;
  };

  /** Takes over a resource of another type (`moved` block); undefined when it does not know that type. */
  moveState?(ctx: CallContext, source: MoveSource): StateOf<S> | undefined | Promise<StateOf<S> | undefined>;
}

export interface DataSourceDefinition<S extends Schema = Schema, Meta = unknown> {
  readonly schema: S;
  /** Milliseconds after which the signal is aborted. @default - no limit */
  readonly timeout?: number;
  read(ctx: ConfiguredContext<Meta>, config: ConfigOf<S>): Promise<StateOf<S>>;
  validate?(config: UnknownableMembers<ConfigOf<S>>): readonly Diagnostic[];
}

/** The members of a value whose schema is not known to the compiler. */
export type Values = Readonly<Record<string, unknown>>;

interface AnyApplyContext<Meta> extends ResourceContext<Meta> {
  saveState(known: Values): void;
}

/** A {@link ResourceDefinition} of any schema. */
export interface AnyResource<Meta = unknown> {
  readonly schema: Schema;
  readonly timeouts?: { readonly [O in Operation]?: number };
  create(ctx: AnyApplyContext<Meta>, planned: Values, config: Values): Promise<Values>;
  read(ctx: ResourceContext<Meta>, state: Values): Promise<Values | null>;
  update?(ctx: AnyApplyContext<Meta>, prior: Values, planned: Values, config: Values): Promise<Values>;
  delete(ctx: AnyApplyContext<Meta>, state: Values): Promise<void>;
  importState?(ctx: ResourceContext<Meta>, id: string): Promise<Values>;
  modifyPlan?(
    ctx: ResourceContext<Meta>,
    input: { readonly config: Values; readonly prior: Values | null; readonly proposed: Values },
  ): Promise<AnyPlanChanges | undefined> | AnyPlanChanges | undefined;
  planDelete?(ctx: ResourceContext<Meta>, prior: Values): Promise<void> | void;
  validate?(config: Values): readonly Diagnostic[];
  readonly upgradeState?: {
    readonly [version: number]: (ctx: CallContext, state: JsonObject) => Values | Promise<Values>;
  };
  moveState?(ctx: CallContext, source: MoveSource): Values | undefined | Promise<Values | undefined>;
}

export interface AnyPlanChanges {
  readonly set?: Values;
  readonly requiresReplace?: readonly string[];
}

/** A {@link DataSourceDefinition} of any schema. */
export interface AnyDataSource<Meta = unknown> {
  readonly schema: Schema;
  readonly timeout?: number;
  read(ctx: ConfiguredContext<Meta>, config: Values): Promise<Values>;
  validate?(config: Values): readonly Diagnostic[];
}

export interface ProviderDefinition<S extends Schema = Schema, Meta = unknown> {
  readonly name: string;
  readonly version: string;
  /** The provider block's. @default - it takes no arguments */
  readonly schema?: S;
  validate?(config: UnknownableMembers<ConfigOf<S>>): readonly Diagnostic[];
  /** Prepares what the resources need; the place to load heavy code. Values may be unknown while planning. */
  configure?(ctx: ConfigureContext, config: UnknownableMembers<ConfigOf<S>>): Promise<Meta> | Meta;
  /** By type name, `kiln_ami`. */
  readonly resources: Readonly<Record<string, AnyResource<Meta>>>;
  readonly dataSources?: Readonly<Record<string, AnyDataSource<Meta>>>;
}

/** A {@link ProviderDefinition} of any schema. */
export interface AnyProvider<Meta = unknown> {
  readonly name: string;
  readonly version: string;
  readonly schema?: Schema;
  validate?(config: Values): readonly Diagnostic[];
  configure?(ctx: ConfigureContext, config: Values): Promise<Meta> | Meta;
  readonly resources: Readonly<Record<string, AnyResource<Meta>>>;
  readonly dataSources?: Readonly<Record<string, AnyDataSource<Meta>>>;
}
