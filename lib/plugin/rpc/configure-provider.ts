import type { RequestOf, ResponseOf } from '../protocol/messages';
import { providerSchemaOf } from './get-provider-schema';
import type { Session } from './session';
import { readConfig } from './values';

export async function configureProvider(
  session: Session,
  { config, terraformVersion }: RequestOf<'ConfigureProvider'>,
): Promise<ResponseOf<'ConfigureProvider'>> {
  const { provider } = session;
  const { diagnostics } = await session.run(
    { what: `configure the ${provider.name} provider` },
    async (ctx) => {
      const values = readConfig(providerSchemaOf(provider), config);
      session.configure(await provider.configure?.({ ...ctx, terraformVersion }, values));
    },
  );
  return { diagnostics };
}
