import { KilnError } from '../../errors';
import { Progress } from '../../io/progress';
import type { CommandContext } from '../context';
import type { PlannedStack } from '../planning';
import { failureOf } from '../terraform/failure';
import type { Diagnostic } from '../terraform/messages';
import { ApplyView } from './apply-view';
import { ProgressSocket } from './progress-socket';

export interface ApplyWords {
  /** `deploying shop` */
  readonly doing: string;
  /** What a first Ctrl-C sets off: `going back to the old version`. */
  readonly stopping: string;
  /** What becomes of what was under way when Terraform or the provider ends at once. */
  readonly left: string;
  /** The command that ends what was left in the middle. */
  readonly again: string;
}

export interface Applied {
  readonly warnings: readonly Diagnostic[];
  readonly milliseconds: number;
}

/**
 * Applies a reviewed plan and shows it as it goes. The first interrupt asks Terraform to stop, which takes a rollout
 * back; the second ends Terraform and the provider on the spot.
 * @throws KilnError `terraform.apply-failed` with what the provider said, `terraform.locked`, `cli.interrupted`
 */
export async function applyPlan(
  planned: PlannedStack,
  words: ApplyWords,
  context: CommandContext,
): Promise<Applied> {
  const { host, interrupts } = context;
  const progress = new Progress(host.err);
  const view = new ApplyView(progress, host.err, planned.review, words.doing);
  const diagnostics: Diagnostic[] = [];
  const texts: string[] = [];
  const started = Date.now();
  const socket = await ProgressSocket.open((event) => view.event(event));
  let presses = 0;
  try {
    interrupts.throwIfInterrupted();
    const program = planned.terraform.startApply(
      planned.plan.file,
      { KILN_PROGRESS: socket.path },
      (message) => {
        if (message.kind === 'diagnostic') diagnostics.push(message.diagnostic);
        else if (message.kind === 'text') texts.push(message.text);
        else view.message(message);
      },
    );
    const onInterrupt = () => {
      presses += 1;
      if (presses > 1) program.kill('SIGKILL');
      else program.send('SIGINT');
      if (presses === 1)
        progress.line(host.err.style.yellow(`stopping: ${words.stopping}; press again to leave at once`));
    };
    view.start();
    const result = await interrupts.during(onInterrupt, () => program.done);
    if (result.exitCode !== 0) {
      progress.line('');
      const { product } = planned.terraform;
      const context = {
        command: 'apply',
        product,
        stack: planned.stack.name,
        text: texts.join('\n'),
        signal: result.signal,
        left: words.left,
        again: words.again,
      } as const;
      const failure = failureOf(diagnostics.filter(isFailure), context);
      throw presses > 0 ? interrupted(failure, presses > 1, words) : failure;
    }
  } finally {
    progress.end();
    await socket.close();
  }
  return {
    warnings: diagnostics.filter(({ severity }) => severity === 'warning'),
    milliseconds: Date.now() - started,
  };
}

/** Once it was asked to stop, Terraform says `execution halted` for everything that it then left undone. */
function isFailure({ severity, summary }: Diagnostic): boolean {
  return severity === 'error' && summary !== 'execution halted';
}

function interrupted(failure: KilnError, atOnce: boolean, words: ApplyWords): KilnError {
  if (!atOnce) {
    return new KilnError(`stopped before the end: ${failure.message}`, {
      code: 'cli.interrupted',
      ...(failure.detail ? { detail: failure.detail } : {}),
    });
  }
  return new KilnError(`left in the middle: what was complete is recorded; ${words.left}`, {
    code: 'cli.interrupted',
    remedy: `\`kiln status\` shows what runs; \`${words.again}\` finishes the job.`,
  });
}
