import { allow, imply } from './grant';
import { roleOf } from './group-rules';
import type { Rules } from './rules';
import { findReferred, literalOf, type StackFacts, type StackResource } from './stack-facts';
import { narrowed, type Targets } from './targets';

/** Functions and their schedules, as hashicorp/aws makes them. Recorded with 5.100.0. */
export const FUNCTION_RULES: Rules = {
  aws_lambda_function: {
    reads: [],
    looks: (lambda, to, stack) => [
      allow(
        ['lambda:GetFunction', 'lambda:GetFunctionCodeSigningConfig', 'lambda:ListVersionsByFunction'],
        functions(lambda, to, stack),
      ),
    ],
    writes: (lambda, to, stack) => [
      allow(
        [
          'lambda:CreateFunction',
          'lambda:DeleteFunction',
          'lambda:TagResource',
          'lambda:UntagResource',
          'lambda:UpdateFunctionCode',
          'lambda:UpdateFunctionConfiguration',
        ],
        functions(lambda, to, stack),
      ),
      imply(
        'iam:PassRole',
        narrowed(to.global('PassRoleToLambda', 'iam', [`role/${roleOf(lambda.args.role, stack)}`]), {
          StringEquals: { 'iam:PassedToService': 'lambda.amazonaws.com' },
        }),
      ),
    ],
  },
  aws_lambda_function_event_invoke_config: {
    reads: [],
    looks: (config, to, stack) => [
      allow('lambda:GetFunctionEventInvokeConfig', functions(config, to, stack)),
    ],
    writes: (config, to, stack) => [
      allow(
        ['lambda:PutFunctionEventInvokeConfig', 'lambda:DeleteFunctionEventInvokeConfig'],
        functions(config, to, stack),
      ),
    ],
  },
  aws_lambda_permission: {
    reads: [],
    looks: (permission, to, stack) => [allow('lambda:GetPolicy', functions(permission, to, stack))],
    writes: (permission, to, stack) => [
      allow(['lambda:AddPermission', 'lambda:RemovePermission'], functions(permission, to, stack)),
    ],
  },
  aws_cloudwatch_event_rule: {
    reads: [],
    looks: (rule, to, stack) => [
      allow(['events:DescribeRule', 'events:ListTagsForResource'], schedules(rule.args.name, to, stack)),
    ],
    writes: (rule, to, stack) => [
      allow(
        ['events:PutRule', 'events:DeleteRule', 'events:TagResource', 'events:UntagResource'],
        schedules(rule.args.name, to, stack),
      ),
    ],
  },
  aws_cloudwatch_event_target: {
    reads: [],
    looks: ({ args }, to, stack) => [allow('events:ListTargetsByRule', schedules(args.rule, to, stack))],
    writes: ({ args }, to, stack) => [
      allow(['events:PutTargets', 'events:RemoveTargets'], schedules(args.rule, to, stack)),
    ],
  },
};

function functions({ args }: StackResource, to: Targets, stack: StackFacts) {
  const lambda = findReferred(stack, 'aws_lambda_function', args.function_name);
  const name = literalOf(args.function_name) ?? literalOf(lambda?.args.function_name) ?? '*';
  return to.named('Function', 'lambda', [`function:${name}`]);
}

function schedules(reference: unknown, to: Targets, stack: StackFacts) {
  const rule = findReferred(stack, 'aws_cloudwatch_event_rule', reference);
  const name = literalOf(reference) ?? literalOf(rule?.args.name) ?? '*';
  return to.named('Schedule', 'events', [`rule/${name}`]);
}
