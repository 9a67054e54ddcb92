import { rolloutsOwn } from './aws-drift';
import { type AwsBatch, type AwsServiceChange, reviewAwsService } from './aws-service-change';
import { AMI_TYPE, awsServicesIn } from './aws-service-resources';
import type { Batch } from './batches';
import { type Drift, reviewDrift } from './drift';
import type { TerraformChange, TerraformPlan, TerraformResourceChange } from './plan-json';
import { actionOf, type ResourceAction } from './resource-action';
import { LOCAL_SERVICE_TYPE } from './service-attributes';
import { type LocalServiceChange, reviewService, type ServiceChange } from './service-change';
import { type AttributeChange, attributeChanges, shown } from './values';

export type { AwsBatch, AwsServiceChange, Batch, Drift, LocalServiceChange, ResourceAction, ServiceChange };

/** A resource that is no service of ours, as Terraform plans it. */
export interface ResourceChange {
  readonly address: string;
  readonly action: ResourceAction;
  /** Why it is replaced or deleted, where Terraform says so; for people. */
  readonly reason: string | null;
  /** Empty for a deletion. */
  readonly attributes: readonly AttributeChange[];
}

export interface OutputChange {
  readonly name: string;
  readonly action: 'create' | 'update' | 'delete';
  readonly before: unknown;
  readonly after: unknown;
}

/** A plan as a reviewer wants it: what would be replaced, in which batches, and why. Secrets are masked in it. */
export interface Review {
  readonly services: readonly ServiceChange[];
  readonly resources: readonly ResourceChange[];
  readonly outputs: readonly OutputChange[];
  readonly drift: readonly Drift[];
  /** False when an apply would do nothing. */
  readonly hasChanges: boolean;
}

/** Turns a plan into what is shown of it, in the terminal, as JSON or anywhere else. */
export function reviewPlan(plan: TerraformPlan): Review {
  const changed = plan.resource_changes.filter((resource) => resource.mode !== 'data' && isChange(resource));
  const local = changed.filter((resource) => resource.type === LOCAL_SERVICE_TYPE).map(reviewService);
  const awsServices = awsServicesIn(plan);
  const onAws = awsServices.flatMap((resources) => reviewAwsService(resources) ?? []);
  const isOwn = rolloutsOwn(plan, awsServices);
  const services = [...local, ...onAws];
  const shownAlready = new Set([
    ...local.map(({ address }) => address),
    ...onAws.flatMap(({ folded }) => folded),
  ]);
  const resources = changed
    .filter(({ address, deposed }) => deposed !== undefined || !shownAlready.has(address))
    .map(reviewResource);
  const outputs = Object.entries(plan.output_changes).flatMap(([name, change]) => reviewOutput(name, change));
  return {
    services,
    resources,
    outputs,
    drift: reviewDrift(plan, isOwn),
    hasChanges: services.length + resources.length + outputs.length > 0,
  };
}

function isChange(resource: TerraformResourceChange): boolean {
  return actionOf(resource.change.actions) !== undefined;
}

function reviewResource(resource: TerraformResourceChange): ResourceChange {
  const action = actionOf(resource.change.actions) ?? 'update';
  return {
    address: resource.deposed ? `${resource.address} (deposed ${resource.deposed})` : resource.address,
    action,
    reason: resource.deposed ? deposedBy(resource) : (REASONS[resource.action_reason ?? ''] ?? null),
    attributes: action === 'delete' || action === 'forget' ? [] : attributeChanges(resource.change),
  };
}

/** Of an image that belongs to a service, a deletion is where it becomes an earlier one (docs/aws.md, "Images that stay"). */
function deposedBy({ type, change }: TerraformResourceChange): string {
  const isOfService =
    type === AMI_TYPE && typeof (change.before as { service?: unknown } | null)?.service === 'string';
  const stays = isOfService ? '; as an earlier image of its service it stays while it is kept or used' : '';
  return `an apply that failed had replaced it${stays}`;
}

function reviewOutput(name: string, change: TerraformChange): OutputChange[] {
  const action = actionOf(change.actions);
  if (action !== 'create' && action !== 'update' && action !== 'delete') return [];
  const masks = [change.before_sensitive, change.after_sensitive];
  const before = shown(change.before, masks, false);
  return [{ name, action, before, after: shown(change.after, masks, change.after_unknown) }];
}

/** Source: the `action_reason` list of developer.hashicorp.com/terraform/internals/json-format. */
const REASONS: Readonly<Record<string, string>> = {
  replace_because_tainted: 'its creation failed earlier',
  replace_by_request: 'asked for with -replace',
  replace_by_triggers: 'a resource that it follows is replaced',
  delete_because_no_resource_config: 'it is no longer in the code',
  delete_because_no_module: 'its module is no longer in the code',
  delete_because_wrong_repetition: 'it is now one of several, or no longer one of several',
  delete_because_count_index: 'there are fewer of it now',
  delete_because_each_key: 'its key is no longer in the code',
  delete_because_no_move_target: 'what it was moved to is not in the code',
};
