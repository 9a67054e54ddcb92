import { KilnError, messageOf } from '../errors';
import type { Output } from '../io/host';
import { printableLines } from '../io/printable';
import { ExitCode } from './context';

/** Codes that begin so are the command line's fault, which scripts tell apart by exit code 2. */
const USAGE_PREFIX = 'usage.';

/** The exit code that an error deserves. */
export function exitCodeOf(error: unknown): number {
  if (!KilnError.is(error)) return ExitCode.FAILURE;
  if (error.code === 'cli.interrupted') return ExitCode.INTERRUPTED;
  return error.code.startsWith(USAGE_PREFIX) ? ExitCode.USAGE : ExitCode.FAILURE;
}

/** Shows an error to a person: what was wrong, the material, what to do about it. */
export function reportError(error: unknown, output: Output, env: NodeJS.ProcessEnv): void {
  const { style } = output;
  // They may quote an image, such as the name of another file in it.
  output.line(`${style.bold(style.red('error:'))} ${printableLines(messageOf(error))}`);
  if (KilnError.is(error)) {
    if (error.detail) output.line(`\n${quoted(error.detail, output)}\n`);
    if (error.remedy) output.line(`${style.bold(style.cyan('remedy:'))} ${printableLines(error.remedy)}`);
    if (error.source === 'user' && env.KILN_DEBUG === undefined) return;
  }
  if (env.KILN_DEBUG !== undefined && error instanceof Error) output.line(style.dim(error.stack ?? ''));
  else output.line(style.dim('This looks like a fault in Kiln. Set KILN_DEBUG=1 to see where it happened.'));
}

/** Lines set apart by a bar at their left. */
export function quoted(text: string, output: Output): string {
  const bar = output.style.dim('│');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => `  ${bar} ${line}`.trimEnd())
    .join('\n');
}
