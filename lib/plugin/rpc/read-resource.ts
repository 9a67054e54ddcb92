import type { RequestOf, ResponseOf } from '../protocol/messages';
import { PrivateBytes } from './private-state';
import { assertResult } from './result';
import type { Session } from './session';
import { readState, writeState } from './values';

export async function readResource(
  session: Session,
  request: RequestOf<'ReadResource'>,
): Promise<ResponseOf<'ReadResource'>> {
  const { typeName, currentState } = request;
  const what = `read ${typeName}`;
  const timeoutMs = session.provider.resources[typeName]?.timeouts?.read;
  const outcome = await session.run({ what, timeoutMs }, async (ctx) => {
    const resource = session.findResource(typeName);
    const privateState = new PrivateBytes(request.private);
    const state = readState(resource.schema, currentState);
    const found =
      state === null ? null : await resource.read({ ...ctx, meta: session.meta, privateState }, state);
    const result =
      found === null ? null : assertResult(resource.schema, `'read' of ${typeName}`, null, found);
    return { newState: writeState(resource.schema, result), private: privateState.toBytes() };
  });
  // A failed look is not a disappearance: without the old state Terraform would take the resource for deleted.
  return {
    newState: outcome.value?.newState ?? currentState,
    private: outcome.value?.private ?? request.private,
    diagnostics: outcome.diagnostics,
  };
}
