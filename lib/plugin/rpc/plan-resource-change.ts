import type { ResourceContext } from '../definition';
import { planChange } from '../planning/plan';
import type { RequestOf, ResponseOf } from '../protocol/messages';
import { pathToMessage } from './path';
import { PrivateBytes } from './private-state';
import type { Session } from './session';
import { readConfig, readState, writeState } from './values';

export async function planResourceChange(
  session: Session,
  request: RequestOf<'PlanResourceChange'>,
): Promise<ResponseOf<'PlanResourceChange'>> {
  const { typeName } = request;
  const outcome = await session.run({ what: `plan ${typeName}` }, async (call) => {
    const privateState = new PrivateBytes(request.priorPrivate);
    const ctx: ResourceContext<unknown> = { ...call, meta: session.meta, privateState };
    const { schema } = session.findResource(typeName);
    const isDelete = readState(schema, request.proposedNewState) === null;
    const plan = isDelete ? await planDelete(session, request, ctx) : await planKeep(session, request, ctx);
    return { ...plan, plannedPrivate: privateState.toBytes() };
  });
  return { ...outcome.value, diagnostics: outcome.diagnostics };
}

async function planDelete(
  session: Session,
  request: RequestOf<'PlanResourceChange'>,
  ctx: ResourceContext<unknown>,
) {
  const resource = session.findResource(request.typeName);
  const prior = readState(resource.schema, request.priorState);
  if (prior !== null) await resource.planDelete?.(ctx, prior);
  return { plannedState: writeState(resource.schema, null) };
}

async function planKeep(
  session: Session,
  request: RequestOf<'PlanResourceChange'>,
  ctx: ResourceContext<unknown>,
) {
  const resource = session.findResource(request.typeName);
  const { schema } = resource;
  const config = readConfig(schema, request.config);
  const prior = readState(schema, request.priorState);
  const plan = await planChange({
    schema,
    canUpdate: resource.update !== undefined,
    config,
    prior,
    modify: async (proposed) => resource.modifyPlan?.(ctx, { config, prior, proposed }),
  });
  return {
    plannedState: writeState(schema, plan.planned),
    requiresReplace: plan.requiresReplace.map(pathToMessage),
  };
}
