import { KilnError } from '../../../errors';

/** One resource, or one data source, of a synthesised stack. */
export interface StackResource {
  /** Such as `aws_vpc`. */
  readonly type: string;
  readonly name: string;
  readonly isData: boolean;
  readonly args: Readonly<Record<string, unknown>>;
}

/** What of a stack's Terraform JSON decides about permissions. */
export interface StackFacts {
  /** Every region that its AWS resources are in; empty where only the environment says it. */
  readonly regions: readonly string[];
  /** The value of the tag `kiln:stack`, which tells its resources from others; undefined where none carries it, or it is not one. */
  readonly tag: string | undefined;
  /** Types of which every resource carries that tag. */
  readonly taggedTypes: ReadonlySet<string>;
  readonly resources: readonly StackResource[];
}

/** The tag by which a stack's own resources are told from others. */
export const STACK_TAG = 'kiln:stack';

/**
 * Reads a stack's Terraform JSON, as cdktf writes it.
 * @throws KilnError `iam.not-a-stack`
 */
export function readStackFacts(json: unknown): StackFacts {
  if (!isBlock(json) || !isBlock(json.terraform))
    throw new KilnError('this is not the Terraform JSON of a stack: it has no block `terraform`', {
      code: 'iam.not-a-stack',
    });
  const resources = [...readKind(json.resource, false), ...readKind(json.data, true)];
  const values = resources.map((one) => literalOf(tagsOf(one, defaultTagsOf(json))[STACK_TAG]));
  const [tag, ...others] = new Set(values.filter((value) => value !== undefined));
  const untagged = resources.filter((one, index) => !one.isData && values[index] === undefined);
  const types = resources.filter(({ isData }) => !isData).map(({ type }) => type);
  return {
    regions: regionsOf(json, resources),
    // Two values would mean that somebody gave a resource the tag of another stack.
    tag: others.length === 0 ? tag : undefined,
    taggedTypes: new Set(types.filter((type) => !untagged.some((one) => one.type === type))),
    resources,
  };
}

/** The members of an argument that is a block: cdktf writes one as an object or as a list of one. */
export function blocksOf(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return (Array.isArray(value) ? value : [value]).filter(isBlock);
}

/** Text that is known before an apply; undefined for a reference. */
export function literalOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' && !value.includes('${') ? value : undefined;
}

/** The resource of `type` that a reference such as `${aws_iam_role.r.name}` names. */
export function findReferred(stack: StackFacts, type: string, value: unknown): StackResource | undefined {
  const name = typeof value === 'string' ? new RegExp(`\\b${type}\\.([\\w-]+)`).exec(value)?.[1] : undefined;
  return stack.resources.find((one) => one.type === type && one.name === name && !one.isData);
}

function readKind(kinds: unknown, isData: boolean): StackResource[] {
  return Object.entries(isBlock(kinds) ? kinds : {}).flatMap(([type, named]) =>
    Object.entries(isBlock(named) ? named : {}).map(([name, args]) => ({
      type,
      name,
      isData,
      args: blocksOf(args)[0] ?? {},
    })),
  );
}

function regionsOf(json: Readonly<Record<string, unknown>>, resources: readonly StackResource[]): string[] {
  const providers = isBlock(json.provider) ? json.provider : {};
  const settings = [
    ...blocksOf(providers.aws),
    ...blocksOf(providers.kiln).flatMap((kiln) => blocksOf(kiln.aws)),
    ...resources.map(({ args }) => args),
  ];
  // `kiln_ami.copies` is a map by region.
  const copies = resources.flatMap(({ type, args }) =>
    type === 'kiln_ami' ? Object.keys(isBlock(args.copies) ? args.copies : {}).map(literalOf) : [],
  );
  const regions = [...settings.map((one) => literalOf(one.region)), ...copies];
  return [...new Set(regions.filter((region) => region !== undefined))].sort();
}

function defaultTagsOf(json: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const providers = isBlock(json.provider) ? json.provider : {};
  const blocks = blocksOf(providers.aws).flatMap((aws) => blocksOf(aws.default_tags));
  return Object.assign({}, ...blocks.map(({ tags }) => (isBlock(tags) ? tags : {})));
}

/** Auto Scaling groups have theirs in blocks, and get none of the provider's. */
function tagsOf({ type, args }: StackResource, defaults: Readonly<Record<string, unknown>>) {
  const inBlocks = blocksOf(args.tag).map(({ key, value }) => [String(key), value] as const);
  const own = isBlock(args.tags) ? args.tags : {};
  return { ...(type === 'aws_autoscaling_group' ? {} : defaults), ...Object.fromEntries(inBlocks), ...own };
}

function isBlock(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
