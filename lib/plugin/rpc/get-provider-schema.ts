import type { AnyProvider } from '../definition';
import type { ResponseOf, SchemaMessage } from '../protocol/messages';
import { type Schema, schema } from '../schema/schema';
import { schemaToMessage } from '../schema/to-message';
import type { Session } from './session';

const NO_ARGUMENTS = schema({ attributes: {} });

export const serverCapabilities = {
  planDestroy: true,
  getProviderSchemaOptional: true,
  moveResourceState: true,
};

export function providerSchemaOf(provider: AnyProvider): Schema {
  return provider.schema ?? NO_ARGUMENTS;
}

export async function getProviderSchema({ provider }: Session): Promise<ResponseOf<'GetProviderSchema'>> {
  return {
    provider: schemaToMessage(providerSchemaOf(provider)),
    resourceSchemas: schemasOf(provider.resources),
    dataSourceSchemas: schemasOf(provider.dataSources ?? {}),
    serverCapabilities,
  };
}

export async function getMetadata({ provider }: Session): Promise<ResponseOf<'GetMetadata'>> {
  return {
    serverCapabilities,
    resources: Object.keys(provider.resources).map((typeName) => ({ typeName })),
    dataSources: Object.keys(provider.dataSources ?? {}).map((typeName) => ({ typeName })),
  };
}

function schemasOf(definitions: Readonly<Record<string, { readonly schema: Schema }>>) {
  return Object.fromEntries(
    Object.entries(definitions).map(([name, definition]): [string, SchemaMessage] => [
      name,
      schemaToMessage(definition.schema),
    ]),
  );
}
