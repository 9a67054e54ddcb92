import { instanceNames, revisionOf, type ServiceSpec } from '../spec';
import type { AwsServiceChange } from './aws-service-change';
import { type Batch, planBatches } from './batches';
import type { TerraformResourceChange } from './plan-json';
import { actionOf } from './resource-action';
import { instanceNamesIn, trySpecOf } from './service-attributes';
import { type AttributeChange, attributeChanges } from './values';

/**
 * `create`: new; `roll`: new instances take over from old ones; `scale`: instances come or go, the others stay;
 * `settings`: no instance comes or goes; `replace`: removed and made anew; `delete`: removed.
 */
export type ServiceAction = 'create' | 'roll' | 'scale' | 'settings' | 'replace' | 'delete';

/** What happens to one service, wherever it runs. */
export type ServiceChange = LocalServiceChange | AwsServiceChange;

/** What happens to one service of the local runtime. */
export interface LocalServiceChange {
  readonly platform: 'local';
  readonly address: string;
  /** Its name in the runtime. */
  readonly name: string;
  readonly action: ServiceAction;
  /** The specification before; null where there was none, or where it cannot be read. */
  readonly before: ServiceSpec | null;
  /** The specification after; null where there will be none, or where it is known only at apply. */
  readonly after: ServiceSpec | null;
  /** Revisions, 8 hex digits; null as above. */
  readonly revision: { readonly before: string | null; readonly after: string | null };
  /** What makes new instances necessary. */
  readonly because: readonly AttributeChange[];
  /** What else changes: it takes effect without a new instance. */
  readonly inPlace: readonly AttributeChange[];
  /** Names of the instances; null where they are known only at apply. */
  readonly instances: {
    readonly come: readonly string[] | null;
    readonly go: readonly string[] | null;
    readonly stay: readonly string[] | null;
  };
  /** In order; empty where no instance comes or goes, or where it is known only at apply. */
  readonly batches: readonly Batch[];
}

/** Attributes that are fixed at boot, as `revisionOf` has them; all others take effect on running instances. */
const FIXED_AT_BOOT = /^(image|memory_mib|port|peers)\b/;

/** Attributes that follow from others or only say where a file lies: no news for a reviewer. */
const DERIVED = /^(id|endpoint|revision|instance_names|image\.path|name)\b/;

/** Reads the change of a `kiln_local_service`. */
export function reviewService(resource: TerraformResourceChange): LocalServiceChange {
  const { change } = resource;
  const before = trySpecOf(change.before) ?? null;
  const after = trySpecOf(change.after) ?? null;
  const changes = attributeChanges(change).filter(({ path }) => !DERIVED.test(path));
  const fresh = change.before === null || change.after === null;
  const instances = instancesOf(resource, before, after);
  const because = fresh ? [] : imageFirst(changes.filter(({ path }) => FIXED_AT_BOOT.test(path)));
  const action = serviceActionOf(resource, because, instances);
  return {
    platform: 'local',
    address: resource.address,
    name: nameOf(resource, 'name'),
    action,
    before,
    after,
    revision: { before: before && revisionOf(before), after: after && revisionOf(after) },
    because,
    inPlace: fresh ? [] : changes.filter(({ path }) => !FIXED_AT_BOOT.test(path)),
    instances,
    batches: after && action !== 'delete' ? planBatches(action === 'replace' ? null : before, after) : [],
  };
}

/** Terraform sorts by name, people ask for the image first. */
export function imageFirst(changes: readonly AttributeChange[]): AttributeChange[] {
  const isDigest = ({ path }: AttributeChange) => path === 'image.digest';
  return [...changes.filter(isDigest), ...changes.filter((change) => !isDigest(change))];
}

function serviceActionOf(
  resource: TerraformResourceChange,
  because: readonly AttributeChange[],
  instances: LocalServiceChange['instances'],
): ServiceAction {
  const action = actionOf(resource.change.actions);
  if (action === 'create' || action === 'replace') return action;
  if (action === 'delete' || action === 'forget') return 'delete';
  if (because.length > 0) return 'roll';
  return instances.come?.length || instances.go?.length ? 'scale' : 'settings';
}

function instancesOf(
  resource: TerraformResourceChange,
  specBefore: ServiceSpec | null,
  specAfter: ServiceSpec | null,
): LocalServiceChange['instances'] {
  const { change } = resource;
  const before = change.before === null ? [] : (instanceNamesIn(change.before) ?? namesOf(specBefore));
  const after = (change.after ?? null) === null ? [] : (instanceNamesIn(change.after) ?? namesOf(specAfter));
  if (!before || !after) return { come: null, go: null, stay: null };
  if (actionOf(change.actions) === 'replace') return { come: after, go: before, stay: [] };
  return {
    come: after.filter((name) => !before.includes(name)),
    go: before.filter((name) => !after.includes(name)),
    stay: after.filter((name) => before.includes(name)),
  };
}

function namesOf(spec: ServiceSpec | null): string[] | null {
  return spec && instanceNames(spec);
}

/** What an attribute calls a service, after the change or before it; its address where that is not known. */
export function nameOf({ change, address }: TerraformResourceChange, attribute: string): string {
  for (const attributes of [change.after, change.before]) {
    const name = (attributes as Record<string, unknown> | null | undefined)?.[attribute];
    if (typeof name === 'string') return name;
  }
  return address;
}
