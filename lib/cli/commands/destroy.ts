import { renderReview } from '../../plan';
import { type CommandContext, ExitCode } from '../context';
import { applyPlan } from '../deploy/apply';
import { seconds } from '../deploy/apply-view';
import { assertCanConfirm, confirm } from '../deploy/confirm';
import { showWarnings } from '../deploy/warnings';
import { withPlannedStack } from '../planning';

export interface DestroyOptions {
  readonly stack?: string | undefined;
  readonly terraform?: string | undefined;
  /** Goes ahead without asking. @default false */
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** `kiln destroy`: shows what would go, asks, and removes everything that the stack made. */
export async function destroy(options: DestroyOptions, context: CommandContext): Promise<number> {
  const command = 'kiln destroy';
  const { out, err } = context.host;
  assertCanConfirm({ yes: options.yes, json: options.json, command }, context);
  return withPlannedStack({ ...options, destroy: true }, context, async (planned) => {
    const { stack, review } = planned;
    for (const line of renderReview(review, { stack: stack.name, style: err.style, destroy: true }))
      err.line(line);
    let milliseconds = 0;
    if (review.hasChanges) {
      const question = `\nRemove all of ${stack.name}?`;
      if (!(await confirm({ yes: options.yes, json: options.json, question, command }, context))) {
        err.line('Nothing was changed.');
        return ExitCode.FAILURE;
      }
      err.line();
      const words = {
        doing: `removing ${stack.name}`,
        stopping: 'what is not removed yet stays',
        left: 'a removal that was under way goes on by itself',
        again: `kiln destroy ${stack.name}`,
      };
      const applied = await applyPlan(planned, words, context);
      showWarnings(applied.warnings, err);
      milliseconds = applied.milliseconds;
      err.line(`\n${err.style.green('✓')} ${err.style.bold(stack.name)} removed in ${seconds(milliseconds)}`);
    }
    const outcome = review.hasChanges ? 'destroyed' : 'unchanged';
    if (options.json) out.line(JSON.stringify({ stack: stack.name, outcome, milliseconds }, null, 2));
    return ExitCode.OK;
  });
}
