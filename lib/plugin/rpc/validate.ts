import type { Values } from '../definition';
import { type Diagnostic, DiagnosticsError } from '../diagnostics';
import type { DynamicValue, RequestOf, ResponseOf } from '../protocol/messages';
import { checkAttributes } from '../schema/check';
import type { Schema } from '../schema/schema';
import { providerSchemaOf } from './get-provider-schema';
import type { Session } from './session';
import { readConfig } from './values';

interface Validated {
  readonly schema: Schema;
  validate?(config: Values): readonly Diagnostic[];
}

export async function validateProviderConfig(
  session: Session,
  { config }: RequestOf<'ValidateProviderConfig'>,
): Promise<ResponseOf<'ValidateProviderConfig'>> {
  const { provider } = session;
  const definition: Validated = {
    schema: providerSchemaOf(provider),
    validate: (values) => provider.validate?.(values) ?? [],
  };
  return validate(session, 'check the provider configuration', () => definition, config);
}

export async function validateResourceConfig(
  session: Session,
  { typeName, config }: RequestOf<'ValidateResourceConfig'>,
): Promise<ResponseOf<'ValidateResourceConfig'>> {
  return validate(session, `check ${typeName}`, () => session.findResource(typeName), config);
}

export async function validateDataResourceConfig(
  session: Session,
  { typeName, config }: RequestOf<'ValidateDataResourceConfig'>,
): Promise<ResponseOf<'ValidateDataResourceConfig'>> {
  return validate(session, `check ${typeName}`, () => session.findDataSource(typeName), config);
}

async function validate(
  session: Session,
  what: string,
  find: () => Validated,
  config: DynamicValue | undefined,
): Promise<ResponseOf<'ValidateResourceConfig'>> {
  const { diagnostics } = await session.run({ what }, () => {
    const definition = find();
    const values = readConfig(definition.schema, config);
    const own = checkAttributes(definition.schema.attributes, values);
    const found = [...own, ...(definition.validate?.(values) ?? [])];
    if (found.length > 0) throw new DiagnosticsError(found);
  });
  return { diagnostics };
}
