import { renderReview } from '../../plan';
import { type CommandContext, ExitCode } from '../context';
import { withPlannedStack } from '../planning';

export interface DiffOptions {
  readonly stack?: string | undefined;
  readonly terraform?: string | undefined;
  /** Ends with {@link ExitCode.CHANGES} when there are changes. @default false */
  readonly exitCode?: boolean;
  readonly json?: boolean;
}

/** `kiln diff`: what a deploy would replace, in which batches, and why. */
export async function diff(options: DiffOptions, context: CommandContext): Promise<number> {
  const { out } = context.host;
  return withPlannedStack(options, context, async ({ stack, review }) => {
    if (options.json) out.line(JSON.stringify({ stack: stack.name, ...review }, null, 2));
    else for (const line of renderReview(review, { stack: stack.name, style: out.style })) out.line(line);
    return options.exitCode && review.hasChanges ? ExitCode.CHANGES : ExitCode.OK;
  });
}
