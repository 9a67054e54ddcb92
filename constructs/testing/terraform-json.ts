import { KilnError } from '../../lib/errors';

/** Arguments of a resource as they are in Terraform's JSON: blocks are lists, tokens `${...}`. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

/** A resource of a synthesized stack. */
export interface JsonResource {
  readonly type: string;
  /** `aws_lb.shop_public`. */
  readonly address: string;
  /** Ids of the construct and all above it, from below the stack: `['web', 'Resource']`. */
  readonly path: readonly string[];
  /** Without Terraform's own: `lifecycle`, `depends_on`, `provider` and the like. */
  readonly arguments: JsonObject;
}

const META = ['//', 'lifecycle', 'depends_on', 'provider', 'provisioner', 'connection', 'count', 'for_each'];

/**
 * The resources of a `cdk.tf.json`.
 * @throws KilnError `testing.stack` where it does not say which constructs they come from
 */
export function readResources(stack: JsonObject): { readonly stack: string; readonly all: JsonResource[] } {
  const name = objectIn(objectIn(stack['//']).metadata).stackName;
  if (typeof name !== 'string') {
    throw new KilnError(
      "the Terraform JSON does not say what stack it is of; give the stack, or the 'cdk.tf.json' that synth wrote, and " +
        "not what cdktf's Testing.synth() answers, which leaves that out",
      { code: 'testing.stack' },
    );
  }
  const all = Object.entries(objectIn(stack.resource)).flatMap(([type, named]) =>
    Object.entries(objectIn(named)).map(([id, value]) => readResource(type, id, objectIn(value), name)),
  );
  return { stack: name, all };
}

function readResource(type: string, id: string, value: JsonObject, stack: string): JsonResource {
  const path = objectIn(objectIn(value['//']).metadata).path;
  const ids = typeof path === 'string' ? path.split('/') : [stack, id];
  const own = Object.entries(value).filter(([key, argument]) => !META.includes(key) && argument !== null);
  return {
    type,
    address: `${type}.${id}`,
    path: ids.slice(ids.indexOf(stack) + 1),
    arguments: Object.fromEntries(own),
  };
}

export function objectIn(value: Json | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}

/** A block or a list of them; Terraform takes either. */
export function listIn(value: Json | undefined): readonly Json[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

export function textIn(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** Undefined where only Terraform will know it. */
export function numberIn(value: Json | undefined): number | undefined {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : undefined;
}

/** Every value at the end of a path: `image.boot_args.0` and what is there. */
export function leaves(value: Json | undefined, path = ''): [path: string, value: string][] {
  if (value === undefined || value === null) return [];
  if (typeof value !== 'object') return [[path, String(value)]];
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, path === '' ? key : `${path}.${key}`));
}
