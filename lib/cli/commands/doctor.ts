import type { Style } from '../../io/host';
import { type CommandContext, ExitCode } from '../context';
import { runChecks } from '../doctor/checks';
import type { Finding, FindingState } from '../doctor/finding';

export interface DoctorOptions {
  readonly terraform?: string | undefined;
  readonly json?: boolean;
}

const MARKS: Readonly<Record<FindingState, readonly [mark: string, colour: keyof Style]>> = {
  ok: ['✓', 'green'],
  warning: ['!', 'yellow'],
  missing: ['✗', 'red'],
};

/** `kiln doctor`: what is missing here, and the exact remedy. Fails when something is missing. */
export async function doctor(options: DoctorOptions, context: CommandContext): Promise<number> {
  const findings = await runChecks(options, context);
  const absent = findings.filter(({ state }) => state === 'missing');
  const { out } = context.host;
  if (options.json) out.line(JSON.stringify({ ok: absent.length === 0, findings }, null, 2));
  else for (const line of renderFindings(findings, out.style)) out.line(line);
  return absent.length === 0 ? ExitCode.OK : ExitCode.FAILURE;
}

function renderFindings(findings: readonly Finding[], style: Style): string[] {
  const width = Math.max(...findings.map(({ name }) => name.length));
  const absent = findings.filter(({ state }) => state === 'missing');
  const lines = findings.flatMap(({ name, state, found, remedy }) => {
    const [mark, colour] = MARKS[state];
    const line = `${style[colour](mark)} ${style.bold(name.padEnd(width))}  ${found}`;
    return remedy === null ? [line] : [line, `  ${' '.repeat(width)}  ${style.cyan(remedy)}`];
  });
  const summary =
    absent.length === 0
      ? 'Everything that a deploy needs is here.'
      : `Missing: ${absent.map(({ name }) => name).join(', ')}.`;
  return [...lines, '', summary];
}
