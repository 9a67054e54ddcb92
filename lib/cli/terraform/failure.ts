import { KilnError } from '../../errors';
import type { Diagnostic } from './messages';

export interface FailureContext {
  readonly command: 'plan' | 'apply';
  readonly product: string;
  readonly stack: string;
  /** What it said that was no diagnostic. */
  readonly text: string;
  /** What ended it, if a signal did. */
  readonly signal?: NodeJS.Signals | null;
  /** What becomes of what was under way when Terraform or a provider ends under it. @default - nothing was */
  readonly left?: string;
  /** The command that finishes the job then. @default kiln deploy STACK */
  readonly again?: string;
}

/** Types of the kiln provider's resources begin so, inside a module too. */
const OWN_RESOURCE = 'kiln_';

/** How Terraform says that a provider's process ended under a call, or answers no more. */
const ENDED = new Set(['Request cancelled', 'Plugin did not respond']);

/** What a lock's `Operation` says its holder does. Source: terraform/internal/backend, operation_type.go. */
const DOING: Readonly<Record<string, string>> = {
  OperationTypeApply: 'is deploying or destroying it',
  OperationTypePlan: 'is making a plan of it',
};

/**
 * One error out of what Terraform found wrong. A state that another command holds gets its own code, because that is
 * nobody's mistake, and so does a provider that was killed.
 */
export function failureOf(errors: readonly Diagnostic[], context: FailureContext): KilnError {
  const locked = errors.find((error) => error.summary.startsWith('Error acquiring the state lock'));
  if (locked) return lockedBy(locked.detail, context);
  const [first] = errors;
  if (!first && context.signal)
    return ended(`${context.product} was ended by ${context.signal}`, 'its work', [], context);
  if (!first) {
    return new KilnError(`${context.product} ${context.command} failed without saying why`, {
      code: `terraform.${context.command}-failed`,
      ...(context.text ? { detail: context.text } : {}),
    });
  }
  if (errors.every(({ summary }) => ENDED.has(summary))) return providerEnded(errors, context);
  const message = errors.length === 1 ? headingOf(first) : `${errors.length} things went wrong`;
  const parts =
    errors.length === 1
      ? [first.detail]
      : errors.map((error) => `${headingOf(error)}\n${error.detail}`.trim());
  const detail = parts.filter(Boolean).join('\n\n');
  return new KilnError(message, {
    code: `terraform.${context.command}-failed`,
    ...(detail ? { detail } : {}),
  });
}

function headingOf(error: Diagnostic): string {
  const summary = error.summary.replace(/\.$/, '');
  if (error.address === undefined) return summary;
  // Our own errors name the service themselves, and begin as Terraform wants it.
  if (error.address.includes(OWN_RESOURCE))
    return summary.replace(/^[A-Z](?=[a-z]*\b)/, (letter) => letter.toLowerCase());
  return `${error.address}: ${summary}`;
}

/** The detail ends with `Lock Info:` and lines such as `  Who:       me@host`. */
function lockedBy(detail: string, context: FailureContext): KilnError {
  const field = (name: string) => new RegExp(`^\\s*${name}:\\s+(.+)$`, 'm').exec(detail)?.[1];
  const who = field('Who') ?? 'another command';
  const doing = DOING[field('Operation') ?? ''] ?? 'works on it';
  const since = field('Created');
  const id = field('ID');
  const at = since ? ` since ${since.replace(/\.\d+ \+0000 UTC$/, ' UTC')}` : '';
  return new KilnError(`the stack '${context.stack}' is locked: ${who} ${doing}${at}`, {
    code: 'terraform.locked',
    remedy:
      'Wait until that has ended and try again.' +
      (id ? ` If nothing is running, its lock was left behind: ${context.product} force-unlock ${id}` : ''),
  });
}

function providerEnded(errors: readonly Diagnostic[], context: FailureContext): KilnError {
  const about = [...new Set(errors.flatMap(({ address }) => address ?? []))];
  const work = about.length === 0 ? 'its work' : `its work on ${about.join(', ')}`;
  return ended("the provider's process ended", work, errors, context);
}

/** Killed from outside, or crashed; what it said last, if anything, is no diagnostic. */
function ended(
  what: string,
  work: string,
  errors: readonly Diagnostic[],
  context: FailureContext,
): KilnError {
  const { left, again = `kiln deploy ${context.stack}` } = context;
  const said = [context.text, ...errors.map(({ summary, detail }) => `${summary}: ${detail}`)];
  const detail = said.filter(Boolean).join('\n');
  return new KilnError(`${what} in the middle of ${work}${left ? `; ${left}` : ''}`, {
    code: 'terraform.ended',
    remedy: `\`kiln status\` shows what runs; \`${again}\` finishes the job.`,
    ...(detail ? { detail } : {}),
  });
}
