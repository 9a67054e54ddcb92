/**
 * The messages of Terraform's plugin protocol, version 6: names, numbers and types of the fields that this
 * library reads or writes. The numbers are the protocol's (terraform: docs/plugin-protocol, tfplugin6). Fields
 * for functions, ephemeral resources, identities and deferral are left out: unknown fields are skipped.
 */
import {
  bool,
  bytes,
  type Draft,
  integer,
  type Message,
  type MessageOf,
  mapOf,
  message,
  nested,
  presence,
  repeated,
  string,
} from './message';

export const Severity = { error: 1, warning: 2 } as const;
export const Nesting = { single: 1, list: 2, set: 3, map: 4 } as const;
export const StringKind = { plain: 0, markdown: 1 } as const;

export const DynamicValue = message({ msgpack: bytes(1), json: bytes(2) });
export type DynamicValue = MessageOf<typeof DynamicValue>;

const dynamicValue = (number: number) => nested(number, () => DynamicValue);

const PathStep = message({
  attributeName: presence(string(1)),
  elementKeyString: presence(string(2)),
  elementKeyInt: presence(integer(3)),
});
export const AttributePath = message({ steps: repeated(1, () => PathStep) });
export type AttributePath = MessageOf<typeof AttributePath>;

export const DiagnosticMessage = message({
  severity: integer(1),
  summary: string(2),
  detail: string(3),
  attribute: nested(4, () => AttributePath),
});
export type DiagnosticMessage = MessageOf<typeof DiagnosticMessage>;

const diagnostics = (number: number) => repeated(number, () => DiagnosticMessage);

const RawState = message({ json: bytes(1) });
const ServerCapabilities = message({
  planDestroy: bool(1),
  getProviderSchemaOptional: bool(2),
  moveResourceState: bool(3),
});

export interface AttributeMessage {
  readonly name: string;
  /** The type as JSON, such as `["list","string"]`; empty where `nestedType` is given. */
  readonly type: Uint8Array;
  readonly nestedType: ObjectMessage | undefined;
  readonly description: string;
  readonly required: boolean;
  readonly optional: boolean;
  readonly computed: boolean;
  readonly sensitive: boolean;
  readonly descriptionKind: number;
  readonly deprecated: boolean;
  readonly writeOnly: boolean;
}

export interface ObjectMessage {
  readonly attributes: readonly AttributeMessage[];
  readonly nesting: number;
}

const AttributeMessage: Message<AttributeMessage> = message({
  name: string(1),
  type: bytes(2),
  nestedType: nested(10, () => ObjectMessage),
  description: string(3),
  required: bool(4),
  optional: bool(5),
  computed: bool(6),
  sensitive: bool(7),
  descriptionKind: integer(8),
  deprecated: bool(9),
  writeOnly: bool(11),
});

const ObjectMessage: Message<ObjectMessage> = message({
  attributes: repeated(1, () => AttributeMessage),
  nesting: integer(3),
});

const Block = message({
  version: integer(1),
  attributes: repeated(2, () => AttributeMessage),
  description: string(4),
  descriptionKind: integer(5),
  deprecated: bool(6),
});
export const SchemaMessage = message({ version: integer(1), block: nested(2, () => Block) });
export type SchemaMessage = MessageOf<typeof SchemaMessage>;

const Nothing = message({});
const TypeName = message({ typeName: string(1) });
const DiagnosticsFirst = message({ diagnostics: diagnostics(1) });

/** Every call that is answered: its request and its response. */
export const calls = {
  GetMetadata: {
    request: Nothing,
    response: message({
      serverCapabilities: nested(1, () => ServerCapabilities),
      diagnostics: diagnostics(2),
      dataSources: repeated(3, () => TypeName),
      resources: repeated(4, () => TypeName),
    }),
  },
  GetProviderSchema: {
    request: Nothing,
    response: message({
      provider: nested(1, () => SchemaMessage),
      resourceSchemas: mapOf(2, () => SchemaMessage),
      dataSourceSchemas: mapOf(3, () => SchemaMessage),
      diagnostics: diagnostics(4),
      serverCapabilities: nested(6, () => ServerCapabilities),
    }),
  },
  /** Asked by Terraform 1.12 and later; an empty answer means that no resource has an identity. */
  GetResourceIdentitySchemas: { request: Nothing, response: message({ diagnostics: diagnostics(2) }) },
  GetFunctions: { request: Nothing, response: message({ diagnostics: diagnostics(2) }) },
  ValidateProviderConfig: {
    request: message({ config: dynamicValue(1) }),
    response: message({ diagnostics: diagnostics(2) }),
  },
  ValidateResourceConfig: {
    request: message({ typeName: string(1), config: dynamicValue(2) }),
    response: DiagnosticsFirst,
  },
  ValidateDataResourceConfig: {
    request: message({ typeName: string(1), config: dynamicValue(2) }),
    response: DiagnosticsFirst,
  },
  ConfigureProvider: {
    request: message({ terraformVersion: string(1), config: dynamicValue(2) }),
    response: DiagnosticsFirst,
  },
  UpgradeResourceState: {
    request: message({ typeName: string(1), version: integer(2), rawState: nested(3, () => RawState) }),
    response: message({ upgradedState: dynamicValue(1), diagnostics: diagnostics(2) }),
  },
  ReadResource: {
    request: message({ typeName: string(1), currentState: dynamicValue(2), private: bytes(3) }),
    response: message({ newState: dynamicValue(1), diagnostics: diagnostics(2), private: bytes(3) }),
  },
  PlanResourceChange: {
    request: message({
      typeName: string(1),
      priorState: dynamicValue(2),
      proposedNewState: dynamicValue(3),
      config: dynamicValue(4),
      priorPrivate: bytes(5),
    }),
    response: message({
      plannedState: dynamicValue(1),
      requiresReplace: repeated(2, () => AttributePath),
      plannedPrivate: bytes(3),
      diagnostics: diagnostics(4),
    }),
  },
  ApplyResourceChange: {
    request: message({
      typeName: string(1),
      priorState: dynamicValue(2),
      plannedState: dynamicValue(3),
      config: dynamicValue(4),
      plannedPrivate: bytes(5),
    }),
    response: message({ newState: dynamicValue(1), private: bytes(2), diagnostics: diagnostics(3) }),
  },
  ImportResourceState: {
    request: message({ typeName: string(1), id: string(2) }),
    response: message({
      importedResources: repeated(1, () =>
        message({ typeName: string(1), state: dynamicValue(2), private: bytes(3) }),
      ),
      diagnostics: diagnostics(2),
    }),
  },
  MoveResourceState: {
    request: message({
      sourceProviderAddress: string(1),
      sourceTypeName: string(2),
      sourceSchemaVersion: integer(3),
      sourceState: nested(4, () => RawState),
      targetTypeName: string(5),
      sourcePrivate: bytes(6),
    }),
    response: message({
      targetState: dynamicValue(1),
      diagnostics: diagnostics(2),
      targetPrivate: bytes(3),
    }),
  },
  ReadDataSource: {
    request: message({ typeName: string(1), config: dynamicValue(2) }),
    response: message({ state: dynamicValue(1), diagnostics: diagnostics(2) }),
  },
  StopProvider: { request: Nothing, response: message({ error: string(1) }) },
} as const;

export type CallName = keyof typeof calls;
export type MessageOfCall<N extends CallName, D extends 'request' | 'response'> = MessageOf<
  (typeof calls)[N][D]
>;
export type RequestOf<N extends CallName> = MessageOfCall<N, 'request'>;
/** A response as a handler gives it: fields left out are left out on the wire. */
export type ResponseOf<N extends CallName> = Draft<MessageOfCall<N, 'response'>>;
