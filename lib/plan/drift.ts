import type { TerraformPlan, TerraformResourceChange } from './plan-json';
import { actionOf } from './resource-action';
import { type AttributeChange, attributeChanges } from './values';

/** Something that was changed outside of Terraform since the last apply. */
export interface Drift {
  readonly address: string;
  /** `delete`: it is gone. */
  readonly action: 'update' | 'delete';
  readonly attributes: readonly AttributeChange[];
}

/**
 * What of a plan's drift is news to a person: not what the code leaves open, which Terraform only reads, such as the routes of a
 * table that other resources made; and not nothing that came to be called by another name.
 * @param isOwn whether an attribute of a resource is Kiln's own to change
 */
export function reviewDrift(plan: TerraformPlan, isOwn: (address: string, path: string) => boolean): Drift[] {
  return plan.resource_drift.flatMap((resource) => {
    const { address, mode, change } = resource;
    const action = actionOf(change.actions);
    if (mode === 'data' || (action !== 'update' && action !== 'delete')) return [];
    const isSet = setIn(plan, resource);
    const changes = action === 'delete' ? [] : attributeChanges(change);
    const attributes = changes.filter(
      ({ path, before, after }) =>
        !isOwn(address, path) && isSet(path) && !(isNothing(before) && isNothing(after)),
    );
    return action === 'update' && attributes.length === 0 ? [] : [{ address, action, attributes }];
  });
}

/** Whether the code says something of an attribute; true for all of them where the code is not in the plan. */
function setIn(
  { configuration }: TerraformPlan,
  { type, name }: TerraformResourceChange,
): (path: string) => boolean {
  const resources = configuration?.root_module?.resources ?? [];
  const expressions = resources.find(({ address }) => address === `${type}.${name}`)?.expressions;
  if (expressions === undefined) return () => true;
  const names = new Set(Object.keys(expressions));
  return (path) => names.has(/^[\w-]+/.exec(path)?.[0] ?? path);
}

function isNothing(value: unknown): boolean {
  if (value === null || value === undefined || value === '') return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}
