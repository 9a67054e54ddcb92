import type { AnyPlanChanges, Values } from '../definition';
import { pathText } from '../diagnostics';
import type { WirePath } from '../rpc/path';
import { objectShape, type Schema, shapeOf } from '../schema/schema';
import { equalValues } from '../values/compare';
import { proposeMembers } from './propose';
import { replacementPaths } from './replacement';

export interface PlanRequest {
  readonly schema: Schema;
  readonly canUpdate: boolean;
  readonly config: Values;
  readonly prior: Values | null;
  /** The resource's own word on the plan. */
  readonly modify: (proposed: Values) => Promise<AnyPlanChanges | undefined>;
}

export interface Plan {
  readonly planned: Values;
  readonly requiresReplace: readonly WirePath[];
}

/**
 * Plans a create or a change. Where nothing changes the plan is the prior state; where something does, computed
 * values become unknown unless they are stable or the resource has said what they will be.
 */
export async function planChange(request: PlanRequest): Promise<Plan> {
  const { schema, config, prior } = request;
  const shape = objectShape(schema.attributes);
  const unchanged = proposeMembers(schema.attributes, config, prior, true);
  const changing = proposeMembers(schema.attributes, config, prior, false);
  const proposed = prior !== null && equalValues(shape, unchanged, prior) ? unchanged : changing;

  const changes = await request.modify(proposed);
  assertComputed(schema, config, changes?.set ?? {});
  const settled = { ...proposed, ...changes?.set };
  const isChange = prior === null || !equalValues(shape, settled, prior);
  const planned = isChange ? { ...changing, ...changes?.set } : settled;
  if (prior === null) return { planned, requiresReplace: [] };

  const { attributes } = schema;
  const everyChange = !request.canUpdate;
  const asked = (changes?.requiresReplace ?? []).map((name) => [name]);
  return {
    planned,
    requiresReplace: isChange
      ? [...replacementPaths({ attributes, prior, planned, everyChange }), ...asked]
      : [],
  };
}

/** Terraform refuses a plan that contradicts the configuration; say so in the resource's own terms first. */
function assertComputed(schema: Schema, config: Values, set: Values): void {
  for (const [name, value] of Object.entries(set)) {
    const attribute = schema.attributes[name];
    const given = config[name] ?? null;
    const isOutput = attribute?.mode === 'computed' || attribute?.mode === 'optionalComputed';
    const isNested = attribute?.type.kind === 'nested';
    if (attribute !== undefined && (given === null ? isOutput : isNested)) continue;
    if (attribute !== undefined && equalValues(shapeOf(attribute.type), given, value)) continue;
    throw new TypeError(
      `'modifyPlan' set '${pathText([name])}', which the configuration decides; it may set computed attributes only`,
    );
  }
}
