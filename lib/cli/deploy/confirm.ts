import { KilnError } from '../../errors';
import type { CommandContext } from '../context';

export interface ConfirmOptions {
  /** `--yes` was given. */
  readonly yes: boolean | undefined;
  /** Standard output is for a program, which cannot be asked. */
  readonly json: boolean | undefined;
  /** `Deploy shop?` */
  readonly question: string;
  /** Names the command in the refusal: `kiln deploy`. */
  readonly command: string;
  /** Says in the refusal what shows it without doing it. @default '`kiln diff` shows the plan' */
  readonly preview?: string | undefined;
}

/**
 * @throws KilnError `usage.needs-yes` when nobody is there to be asked
 */
export function assertCanConfirm(options: Omit<ConfirmOptions, 'question'>, context: CommandContext): void {
  if (options.yes || (context.host.isInteractive && !options.json)) return;
  const why = options.json ? 'with --json nobody is asked' : 'there is no terminal to ask at';
  throw new KilnError(`${why}, so '${options.command}' changes nothing without --yes`, {
    code: 'usage.needs-yes',
    remedy: `${options.preview ?? '`kiln diff` shows the plan'}; \`${options.command} --yes\` carries it out.`,
  });
}

/** True when the person, or `--yes`, said yes. */
export async function confirm(options: ConfirmOptions, context: CommandContext): Promise<boolean> {
  assertCanConfirm(options, context);
  if (options.yes) return true;
  const { host, interrupts } = context;
  const answer = await host.ask(`${host.err.style.bold(options.question)} [y/N] `, interrupts.signal);
  interrupts.throwIfInterrupted();
  return /^y(es)?$/i.test(answer ?? '');
}
