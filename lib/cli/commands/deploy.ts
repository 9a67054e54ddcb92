import type { Output } from '../../io/host';
import { type DeployedStack, readState, renderReview, renderValue } from '../../plan';
import { type CommandContext, ExitCode } from '../context';
import { applyPlan } from '../deploy/apply';
import { seconds } from '../deploy/apply-view';
import { assertCanConfirm, confirm } from '../deploy/confirm';
import { showWarnings } from '../deploy/warnings';
import { type PlannedStack, withPlannedStack } from '../planning';

export interface DeployOptions {
  readonly stack?: string | undefined;
  readonly terraform?: string | undefined;
  /** Goes ahead without asking. @default false */
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** `kiln deploy`: shows the plan, asks, carries it out; ends well only when the new version is healthy. */
export async function deploy(options: DeployOptions, context: CommandContext): Promise<number> {
  const command = 'kiln deploy';
  assertCanConfirm({ yes: options.yes, json: options.json, command }, context);
  return withPlannedStack(options, context, async (planned) => {
    const { stack, review } = planned;
    const { err } = context.host;
    for (const line of renderReview(review, { stack: stack.name, style: err.style })) err.line(line);
    showWarnings(planned.plan.warnings, err);
    if (!review.hasChanges) return finish(planned, 'unchanged', 0, options, context);
    const question = `\nDeploy ${stack.name}?`;
    if (!(await confirm({ yes: options.yes, json: options.json, question, command }, context))) {
      err.line('Nothing was changed.');
      return ExitCode.FAILURE;
    }
    err.line();
    const words = {
      doing: `deploying ${stack.name}`,
      stopping: 'going back to the old version',
      left: leftWhen(review),
      again: `kiln deploy ${stack.name}`,
    };
    const applied = await applyPlan(planned, words, context);
    showWarnings(applied.warnings, err);
    return finish(planned, 'deployed', applied.milliseconds, options, context);
  });
}

/** What becomes of a rollout whose provider is killed: the local runtime knows it was left, AWS does not. */
function leftWhen({ services }: PlannedStack['review']): string {
  return services.some(({ platform }) => platform === 'aws')
    ? 'a rollout that was under way stays as it is or goes on at AWS, until the next deploy takes it up'
    : 'a rollout that was under way goes back by itself soon, unless a deploy takes it up before';
}

/** What there is now: where each service is, and how long it took. */
async function finish(
  planned: PlannedStack,
  outcome: 'deployed' | 'unchanged',
  milliseconds: number,
  options: DeployOptions,
  context: CommandContext,
): Promise<number> {
  const { out, err } = context.host;
  const stack = planned.stack.name;
  const deployed = readState(await planned.terraform.state(), stack);
  if (options.json) {
    out.line(JSON.stringify({ stack, outcome, milliseconds, ...deployed }, null, 2));
    return ExitCode.OK;
  }
  if (outcome === 'deployed') {
    err.line(`\n${err.style.green('✓')} ${err.style.bold(stack)} deployed in ${seconds(milliseconds)}`);
  }
  showDeployed(deployed, out);
  return ExitCode.OK;
}

/** Where each service is, and the outputs that say something else. */
function showDeployed({ services, outputs }: DeployedStack, out: Output): void {
  const { bold, dim } = out.style;
  const endpoints = services.map(({ endpoint }) => endpoint);
  const others = Object.entries(outputs).filter(([, value]) => !endpoints.includes(value as string));
  const rows = [
    ...services.map(({ name, endpoint }) => [name, endpoint ?? dim('not exposed')] as const),
    ...others.map(([name, value]) => [name, renderValue(value)] as const),
  ];
  const width = Math.max(0, ...rows.map(([name]) => name.length));
  for (const [name, text] of rows) out.line(`  ${bold(name.padEnd(width))}  ${text}`);
}
