import type { RequestOf, ResponseOf } from '../protocol/messages';
import { assertResult } from './result';
import type { Session } from './session';
import { readConfig, writeState } from './values';

export async function readDataSource(
  session: Session,
  { typeName, config }: RequestOf<'ReadDataSource'>,
): Promise<ResponseOf<'ReadDataSource'>> {
  const timeoutMs = session.provider.dataSources?.[typeName]?.timeout;
  const outcome = await session.run({ what: `read ${typeName}`, timeoutMs }, async (ctx) => {
    const dataSource = session.findDataSource(typeName);
    const { schema } = dataSource;
    const found = await dataSource.read({ ...ctx, meta: session.meta }, readConfig(schema, config));
    return writeState(schema, assertResult(schema, `'read' of ${typeName}`, null, found));
  });
  return { state: outcome.value, diagnostics: outcome.diagnostics };
}
