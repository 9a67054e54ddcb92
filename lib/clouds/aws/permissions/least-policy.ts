import { BALANCER_RULES } from './balancer-rules';
import { FUNCTION_RULES } from './function-rules';
import { allow, type Grant, type Phase } from './grant';
import { GROUP_RULES } from './group-rules';
import { KILN_RULES } from './kiln-rules';
import { NETWORK_RULES } from './network-rules';
import type { Rule, Rules } from './rules';
import { readStackFacts, type StackFacts, type StackResource } from './stack-facts';
import { documentOf, type PolicyDocument, sizeOf, splitPolicy, statementsOf } from './statements';
import { DATA_RULES, SURROUNDING_RULES } from './surrounding-rules';
import { Targets } from './targets';

/** Characters that a customer managed policy may have, white space not counted (IAM user guide, "IAM and AWS STS quotas"). */
export const POLICY_LIMIT = 6144;

/** What whoever does something with a stack must be allowed to, and nothing more. */
export interface LeastPolicy {
  readonly document: PolicyDocument;
  /** Characters of it, white space not counted. */
  readonly size: number;
  /** The same as policies that are each within {@link POLICY_LIMIT}. */
  readonly parts: readonly PolicyDocument[];
  /** Actions that are called; others of the document are checked by AWS beside them. Sorted. */
  readonly calls: readonly string[];
  /** Terraform types in the stack that nothing is known about, so that their permissions are missing; sorted. */
  readonly notCovered: readonly string[];
  /** True where no region is known from the stack, so that all are allowed. */
  readonly isAnyRegion: boolean;
}

const RESOURCES: Rules = {
  ...NETWORK_RULES,
  ...BALANCER_RULES,
  ...GROUP_RULES,
  ...SURROUNDING_RULES,
  ...FUNCTION_RULES,
  ...KILN_RULES,
};

/**
 * The least policy for a stack, from its Terraform JSON. It is for the stack as it is: whoever removes the last resource of a type
 * from it needs what the policy of the stack before has as well.
 * @throws KilnError `iam.not-a-stack`
 */
export function leastPolicy(json: unknown, phase: Phase): LeastPolicy {
  const stack = readStackFacts(json);
  const to = new Targets(stack);
  const grants = stack.resources.flatMap((resource) => grantsOf(resource, phase, to, stack));
  const statements = statementsOf(grants);
  const document = documentOf(statements);
  const called = grants.filter(({ isImplied }) => !isImplied).flatMap(({ actions }) => actions);
  return {
    document,
    size: sizeOf(document),
    parts: splitPolicy(statements, POLICY_LIMIT),
    calls: [...new Set(called)].sort(),
    notCovered: notCovered(stack),
    isAnyRegion: stack.regions.length === 0,
  };
}

function grantsOf(resource: StackResource, phase: Phase, to: Targets, stack: StackFacts): Grant[] {
  const rule = ruleOf(resource);
  if (!rule) return [];
  if (phase === 'prune') return [...(rule.prunes?.(resource, to, stack) ?? [])];
  return [
    allow(rule.reads, to.everything()),
    ...(rule.looks?.(resource, to, stack) ?? []),
    ...(phase === 'deploy' ? (rule.writes?.(resource, to, stack) ?? []) : []),
  ];
}

function ruleOf({ type, isData }: StackResource): Rule | undefined {
  return (isData ? DATA_RULES : RESOURCES)[type];
}

/** Resources of other providers are none of AWS'. */
function notCovered(stack: StackFacts): string[] {
  const unknown = stack.resources.filter((one) => one.type.startsWith('aws_') && !ruleOf(one));
  return [...new Set(unknown.map(({ type, isData }) => (isData ? `data.${type}` : type)))].sort();
}
