import { safeParse } from 'valibot';
import { simulateRollout } from '../rollout';
import { UpdatePolicySpec } from '../spec';
import type { AwsServiceResources } from './aws-service-resources';
import type { TerraformChange, TerraformResourceChange } from './plan-json';
import { actionOf } from './resource-action';
import { camelCased } from './service-attributes';
import { imageFirst, nameOf, type ServiceAction } from './service-change';
import { type AttributeChange, attributeChanges, Placeholder } from './values';

/** What happens at one moment of a rollout on AWS, if nothing fails: EC2 names its instances, so here are numbers. */
export interface AwsBatch {
  /** Bake time and pauses before it, ms. */
  readonly waitMs: number;
  /** The listeners' weights change here (blue/green). */
  readonly switches: boolean;
  readonly stop: number;
  readonly start: number;
}

/** How many instances a service has: least, most, and as it begins. */
export interface AwsServiceSize {
  readonly min: number;
  readonly max: number;
  readonly desired: number;
}

/** What happens to one service on AWS: the change of its rollout, with the resources that only follow from its image. */
export interface AwsServiceChange {
  readonly platform: 'aws';
  readonly address: string;
  readonly name: string;
  readonly action: ServiceAction;
  /** Digests; null where there is none, or none that Kiln made. */
  readonly image: { readonly before: string | null; readonly after: string | null };
  /** Versions of the launch template; `after` is null where it is known only at apply. */
  readonly version: { readonly before: number | null; readonly after: number | null };
  readonly update: UpdatePolicySpec | null;
  /** Null where it is known only at apply. */
  readonly size: AwsServiceSize | null;
  /** What makes new instances necessary. */
  readonly because: readonly AttributeChange[];
  /** What else changes: it takes effect without a new instance. */
  readonly inPlace: readonly AttributeChange[];
  /** Of the number that the group has by the code; empty where no instance is replaced. */
  readonly batches: readonly AwsBatch[];
  /** Addresses of the resources that are shown here and not by themselves. */
  readonly folded: readonly string[];
}

/** Of a launch template, what says nothing by itself or is said by the image. */
const FOLLOWS = /^(id|arn|latest_version|default_version|tags|tags_all|tag_specifications|name)\b/;
/** Of a rollout, what follows from other attributes. */
const DERIVED = /^(id|active_group|launch_template|image_digest|service|groups|listeners|region)\b/;

/** Reads what happens to a service; undefined where its rollout does not change. */
export function reviewAwsService(resources: AwsServiceResources): AwsServiceChange | undefined {
  const { rollout, image, template } = resources;
  const { change } = rollout;
  const action = serviceActionOf(resources);
  if (action === undefined) return undefined;
  const isFresh = action === 'create' || action === 'delete';
  const update = policyIn(change.after) ?? policyIn(change.before);
  const size = sizeOf(resources);
  return {
    platform: 'aws',
    address: rollout.address,
    name: nameOf(rollout, 'service'),
    action,
    image: imagesOf(rollout, image),
    version: { before: versionIn(change.before), after: versionIn(change.after) },
    update,
    size,
    because: action === 'roll' ? reasonsOf(image, template, rollout) : [],
    inPlace: isFresh ? [] : attributeChanges(change).filter(({ path }) => !DERIVED.test(path)),
    batches: action === 'roll' && update && size ? batchesOf(update, size.desired) : [],
    folded: foldedOf(resources, action),
  };
}

function serviceActionOf({ rollout }: AwsServiceResources): ServiceAction | undefined {
  const action = actionOf(rollout.change.actions);
  if (action === undefined) return undefined;
  if (action === 'create' || action === 'replace') return action;
  if (action === 'delete' || action === 'forget') return 'delete';
  const changes = attributeChanges(rollout.change);
  if (changes.some(({ path }) => path.startsWith('launch_template'))) return 'roll';
  return changes.some(({ path }) => path.startsWith('size')) ? 'scale' : 'settings';
}

/** Why instances are replaced: the image first, then what of the template is no consequence of it. */
function reasonsOf(
  image: TerraformResourceChange | undefined,
  template: TerraformResourceChange | undefined,
  rollout: TerraformResourceChange,
): AttributeChange[] {
  const isReplaced = image !== undefined && actionOf(image.change.actions) === 'replace';
  const { before, after } = imagesOf(rollout, image);
  const ofImage =
    before === digestIn(image?.change.before)
      ? isReplaced
        ? imageFirst(attributeChanges(image.change).filter(isSaid))
        : []
      : otherImage(before, after);
  const isOther = ({ path, after }: AttributeChange) =>
    !FOLLOWS.test(path) && after !== Placeholder.UNKNOWN && !(isReplaced && path === 'image_id');
  const ofTemplate = template ? attributeChanges(template.change).filter(isOther) : [];
  const found = [...ofImage, ...ofTemplate];
  if (found.length > 0) return found;
  return attributeChanges(rollout.change).filter(({ path }) => path.startsWith('launch_template'));
}

/**
 * What serves and what is to serve. After a rollout that failed, the image that Terraform has in its state is the one that failed:
 * the rollout's own state says which one serves.
 */
function imagesOf({ change }: TerraformResourceChange, image: TerraformResourceChange | undefined) {
  return {
    before: rolledOut(change.before) ?? digestIn(image?.change.before),
    after: rolledOut(change.after) ?? digestIn(image?.change.after),
  };
}

/** Of the arguments of an image that Terraform no longer has, nothing is known but its digest. */
function otherImage(before: string | null, after: string | null): AttributeChange[] {
  return before === after ? [] : [{ path: 'image.digest', before, after, forcesReplacement: true }];
}

/** The digest says that the image is another; the arguments often say why. */
function isSaid({ path, after }: AttributeChange): boolean {
  const isImage = path === 'image.digest' || path === 'image.initrd' || path === 'image.boot_args';
  const isMachine = /^(architecture|boot_mode|encrypted|kms_key_id|ena_support|imds_v2|tpm)\b/.test(path);
  return isImage || (isMachine && after !== Placeholder.UNKNOWN);
}

/** What goes and comes with a service, and what a new image brings with it. */
function foldedOf(
  { image, template, groups, rollout }: AwsServiceResources,
  action: ServiceAction,
): string[] {
  const isWhole = action === 'create' || action === 'delete';
  const parts = [image, template, ...(isWhole ? groups : [])];
  const folded = parts.filter((part): part is TerraformResourceChange => {
    const own = part && actionOf(part.change.actions);
    if (own === undefined) return false;
    if (isWhole) return own === action;
    // An image that changes in place, or a template that goes, is a matter of its own.
    return action === 'roll' && (part === image ? own === 'replace' : own === 'update');
  });
  return [rollout, ...folded].map(({ address }) => address);
}

/** The number of instances by the code: the rollout's own, or that of its one group. */
function sizeOf({ rollout, groups }: AwsServiceResources): AwsServiceSize | null {
  const side = rollout.change.after === null ? 'before' : 'after';
  const own = (rollout.change[side] as { size?: Partial<AwsServiceSize> | null } | null)?.size;
  if (own) return sizeFrom(own.min, own.max, own.desired);
  const group = groups[0]?.change[side] as Record<string, unknown> | null | undefined;
  return group ? sizeFrom(group.min_size, group.max_size, group.desired_capacity ?? group.min_size) : null;
}

function sizeFrom(min: unknown, max: unknown, desired: unknown): AwsServiceSize | null {
  if (typeof min !== 'number' || typeof max !== 'number' || typeof desired !== 'number') return null;
  return { min, max, desired };
}

function batchesOf(update: UpdatePolicySpec, instances: number): AwsBatch[] {
  if (instances === 0) return [];
  const { batches } = simulateRollout(update, instances, instances);
  return batches.map(({ waitMs, switches, stops, starts }) => ({
    waitMs,
    switches,
    stop: stops.length,
    start: starts.length,
  }));
}

function policyIn(attributes: TerraformChange['before']): UpdatePolicySpec | null {
  const update = camelCased((attributes as { update?: unknown } | null)?.update);
  const result = safeParse(UpdatePolicySpec, update);
  return result.success ? result.output : null;
}

function digestIn(attributes: unknown): string | null {
  const digest = (attributes as { image?: { digest?: unknown } } | null | undefined)?.image?.digest;
  return typeof digest === 'string' ? digest : null;
}

function rolledOut(attributes: unknown): string | null {
  const digest = (attributes as { image_digest?: unknown } | null | undefined)?.image_digest;
  return typeof digest === 'string' ? digest : null;
}

function versionIn(attributes: unknown): number | null {
  const template = (attributes as { launch_template?: { version?: unknown } } | null)?.launch_template;
  return typeof template?.version === 'number' ? template.version : null;
}
