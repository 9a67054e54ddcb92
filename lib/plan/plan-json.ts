import * as v from 'valibot';
import { KilnError } from '../errors';

/** A path into a value: names and list positions. */
const Path = v.array(v.union([v.string(), v.number()]));

const Change = v.looseObject({
  /** `no-op`, `create`, `read`, `update`, `delete`, `forget`; two of them for a replacement, in order. */
  actions: v.array(v.string()),
  before: v.unknown(),
  after: v.optional(v.unknown()),
  /** Shaped like the value, `true` where it is known only after apply. */
  after_unknown: v.optional(v.unknown()),
  /** Shaped like the value, `true` where it is sensitive. */
  before_sensitive: v.optional(v.unknown()),
  after_sensitive: v.optional(v.unknown()),
  replace_paths: v.optional(v.array(Path)),
});

const ResourceChange = v.looseObject({
  address: v.string(),
  mode: v.optional(v.string()),
  type: v.string(),
  name: v.string(),
  provider_name: v.optional(v.string()),
  change: Change,
  action_reason: v.optional(v.string()),
  previous_address: v.optional(v.string()),
  deposed: v.optional(v.string()),
});

/** What refers to what, in the code: `references` somewhere in the expression of an attribute. */
const Configuration = v.looseObject({
  root_module: v.optional(
    v.looseObject({
      resources: v.optional(
        v.array(
          v.looseObject({ address: v.string(), expressions: v.optional(v.record(v.string(), v.unknown())) }),
        ),
      ),
    }),
  ),
});

/**
 * What `terraform show -json PLAN` writes, as far as we read it; the same for OpenTofu.
 * Source: developer.hashicorp.com/terraform/internals/json-format, format version 1.x.
 */
const PlanJson = v.looseObject({
  format_version: v.pipe(v.string(), v.startsWith('1.', 'must be of format version 1')),
  terraform_version: v.optional(v.string()),
  resource_changes: v.optional(v.array(ResourceChange), []),
  resource_drift: v.optional(v.array(ResourceChange), []),
  output_changes: v.optional(v.record(v.string(), Change), {}),
  configuration: v.optional(Configuration),
});

export type TerraformChange = v.InferOutput<typeof Change>;
export type TerraformResourceChange = v.InferOutput<typeof ResourceChange>;
export type TerraformPlan = v.InferOutput<typeof PlanJson>;

/**
 * Reads the plan that Terraform wrote as JSON.
 * @throws KilnError `plan.unreadable` when it is no plan, or one of a format that we do not know
 */
export function parsePlan(text: string): TerraformPlan {
  let input: unknown;
  try {
    input = JSON.parse(text);
  } catch (error) {
    throw unreadable('it is not JSON', error);
  }
  const result = v.safeParse(PlanJson, input);
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw unreadable(`'${v.getDotPath(issue) ?? 'plan'}': ${issue.message}`);
}

function unreadable(why: string, cause?: unknown): KilnError {
  return new KilnError(`the plan that Terraform wrote cannot be read: ${why}`, {
    code: 'plan.unreadable',
    source: 'tool',
    remedy: 'Use a version of Terraform or OpenTofu that `kiln doctor` accepts.',
    cause,
  });
}
