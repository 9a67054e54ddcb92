import { KilnError } from '../../errors';
import type { Diagnostic } from './messages';

export interface FailureContext {
  readonly command: 'plan' | 'apply';
  readonly product: string;
  readonly stack: string;
  /** What it said that was no diagnostic. */
  readonly text: string;
}

/** Types of the kiln provider's resources begin so, inside a module too. */
const OWN_RESOURCE = 'kiln_';

/**
 * One error out of what Terraform found wrong. A state that another command holds gets its own code, because that is
 * nobody's mistake.
 */
export function failureOf(errors: readonly Diagnostic[], context: FailureContext): KilnError {
  const locked = errors.find((error) => error.summary.startsWith('Error acquiring the state lock'));
  if (locked) return lockedBy(locked.detail, context);
  const [first] = errors;
  if (!first) {
    return new KilnError(`${context.product} ${context.command} failed without saying why`, {
      code: `terraform.${context.command}-failed`,
      ...(context.text ? { detail: context.text } : {}),
    });
  }
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
  // Our own errors name the service themselves.
  const isNamed = error.address === undefined || error.address.includes(OWN_RESOURCE);
  return isNamed ? summary : `${error.address}: ${summary}`;
}

/** The detail ends with `Lock Info:` and lines such as `  Who:       me@host`. */
function lockedBy(detail: string, context: FailureContext): KilnError {
  const field = (name: string) => new RegExp(`^\\s*${name}:\\s+(.+)$`, 'm').exec(detail)?.[1];
  const who = field('Who');
  const since = field('Created');
  const id = field('ID');
  const by = who ? ` by ${who}` : '';
  const at = since ? ` since ${since.replace(/\.\d+ \+0000 UTC$/, ' UTC')}` : '';
  return new KilnError(`another deploy of the stack '${context.stack}' is running${by}${at}`, {
    code: 'terraform.locked',
    remedy:
      'Wait until it has ended and try again.' +
      (id ? ` If nothing is running, its lock was left behind: ${context.product} force-unlock ${id}` : ''),
  });
}
