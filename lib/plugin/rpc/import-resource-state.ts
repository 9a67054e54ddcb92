import { KilnError } from '../../errors';
import type { RequestOf, ResponseOf } from '../protocol/messages';
import { PrivateBytes } from './private-state';
import { assertResult } from './result';
import type { Session } from './session';
import { writeState } from './values';

export async function importResourceState(
  session: Session,
  { typeName, id }: RequestOf<'ImportResourceState'>,
): Promise<ResponseOf<'ImportResourceState'>> {
  const outcome = await session.run({ what: `import ${typeName} '${id}'` }, async (ctx) => {
    const resource = session.findResource(typeName);
    if (resource.importState === undefined) {
      throw new KilnError(`${typeName} cannot be imported`, { code: 'plugin.no-import' });
    }
    const privateState = new PrivateBytes(new Uint8Array());
    const found = await resource.importState({ ...ctx, meta: session.meta, privateState }, id);
    const state = assertResult(resource.schema, `'importState' of ${typeName}`, null, found);
    return [{ typeName, state: writeState(resource.schema, state), private: privateState.toBytes() }];
  });
  return { importedResources: outcome.value ?? [], diagnostics: outcome.diagnostics };
}
