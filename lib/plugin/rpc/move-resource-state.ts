import { KilnError } from '../../errors';
import type { JsonObject } from '../definition';
import type { RequestOf, ResponseOf } from '../protocol/messages';
import { assertResult } from './result';
import type { Session } from './session';
import { writeState } from './values';

/** Terraform asks this of a process of its own that was never configured. */
export async function moveResourceState(
  session: Session,
  request: RequestOf<'MoveResourceState'>,
): Promise<ResponseOf<'MoveResourceState'>> {
  const { sourceTypeName, targetTypeName } = request;
  const what = `move ${sourceTypeName} to ${targetTypeName}`;
  const outcome = await session.run({ what }, async (ctx) => {
    const resource = session.findResource(targetTypeName);
    const text = new TextDecoder().decode(request.sourceState?.json);
    const moved = await resource.moveState?.(ctx, {
      providerAddress: request.sourceProviderAddress,
      typeName: sourceTypeName,
      schemaVersion: request.sourceSchemaVersion,
      state: JSON.parse(text) as JsonObject,
    });
    if (moved === undefined) {
      throw new KilnError(`a ${sourceTypeName} cannot become a ${targetTypeName}`, {
        code: 'plugin.no-move',
        remedy: 'remove the moved block; Terraform then destroys the one and creates the other',
      });
    }
    const { schema } = resource;
    return writeState(schema, assertResult(schema, `'moveState' of ${targetTypeName}`, null, moved));
  });
  return { targetState: outcome.value, diagnostics: outcome.diagnostics };
}
