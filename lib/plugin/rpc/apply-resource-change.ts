import type { AnyResource, Operation, Values } from '../definition';
import type { DynamicValue, RequestOf, ResponseOf } from '../protocol/messages';
import { unknownToNull } from '../values/compare';
import { PrivateBytes } from './private-state';
import { assertResult, BrokenPromise, withoutWriteOnly } from './result';
import type { Session } from './session';
import { isAbsent, readConfig, readState, writeState } from './values';

type Request = RequestOf<'ApplyResourceChange'>;

/**
 * Creates, updates or deletes. When that fails, the answer carries what is true nevertheless: Terraform forgets a
 * new resource, or believes an old one gone, if it does not.
 */
export async function applyResourceChange(
  session: Session,
  request: Request,
): Promise<ResponseOf<'ApplyResourceChange'>> {
  const { typeName } = request;
  const operation = operationOf(request);
  const timeoutMs = session.provider.resources[typeName]?.timeouts?.[operation];
  let privateState: PrivateBytes | undefined;
  let truth: DynamicValue | undefined = request.priorState;
  const outcome = await session.run({ what: `${operation} ${typeName}`, timeoutMs }, async (call) => {
    const resource = session.findResource(typeName);
    const { schema } = resource;
    privateState = new PrivateBytes(request.plannedPrivate);
    const prior = readState(schema, request.priorState);
    const planned = readState(schema, request.plannedState);
    const saveState = (known: Values) => {
      const base = operation === 'create' ? planned : prior;
      truth = writeState(
        schema,
        unknownToNull(withoutWriteOnly(schema.attributes, { ...base, ...known })) as Values,
      );
    };
    const ctx = { ...call, meta: session.meta, privateState, saveState };
    try {
      const result = await perform(resource, operation, { ctx, prior, planned, config: request.config });
      if (result === null) return writeState(schema, null);
      return writeState(schema, assertResult(schema, `'${operation}' of ${typeName}`, planned, result));
    } catch (error) {
      if (error instanceof BrokenPromise) truth = writeState(schema, unknownToNull(error.state) as Values);
      throw error;
    }
  });
  return {
    newState: outcome.value ?? truth,
    private: privateState?.toBytes() ?? request.plannedPrivate,
    diagnostics: outcome.diagnostics,
  };
}

interface Change {
  readonly ctx: Parameters<AnyResource['create']>[0];
  readonly prior: Values | null;
  readonly planned: Values | null;
  readonly config: DynamicValue | undefined;
}

async function perform(resource: AnyResource, operation: Operation, change: Change): Promise<Values | null> {
  const { ctx, prior, planned } = change;
  if (planned === null) {
    if (prior !== null) await resource.delete(ctx, prior);
    return null;
  }
  const config = readConfig(resource.schema, change.config);
  if (prior === null) return resource.create(ctx, planned, config);
  if (resource.update === undefined) {
    throw new TypeError(
      `was asked to ${operation} in place, which it cannot; a change must be planned as a replacement`,
    );
  }
  return resource.update(ctx, prior, planned, config);
}

function operationOf({ priorState, plannedState }: Request): Operation {
  if (isAbsent(priorState)) return 'create';
  return isAbsent(plannedState) ? 'delete' : 'update';
}
