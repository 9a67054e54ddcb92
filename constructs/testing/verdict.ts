import { KilnError } from '../../lib/errors';
import type { StackChange } from './stack-change';
import { TestedStack } from './tested-stack';

/** What a matcher of jest or vitest answers. */
export interface Verdict {
  readonly pass: boolean;
  /** Why the assertion failed: what was expected, what was found, where. */
  readonly message: () => string;
}

/** What an assertion is about: a stack, or a change from one version of it to another. */
export type Subject = Parameters<typeof TestedStack.of>[0] | StackChange;

export interface Finding {
  /** `stack 'shop'`, `the change`. */
  readonly about: string;
  /** Follows 'to': `open only the ports 443`. */
  readonly expectation: string;
  /** One line each: what is there. */
  readonly found: readonly string[];
}

/** A verdict that says what was found, whether it is asked for with or without `not`. */
export function judge(pass: boolean, { about, expectation, found }: Finding): Verdict {
  const lines = (found.length > 0 ? found : ['nothing']).map((line) => `  ${line}`);
  return {
    pass,
    message: () => [`expected ${about} ${pass ? 'not ' : ''}to ${expectation}; found:`, ...lines].join('\n'),
  };
}

export function isChange(subject: Subject): subject is StackChange {
  return typeof subject === 'object' && subject !== null && 'before' in subject && 'after' in subject;
}

/** @throws KilnError `testing.change` for a single stack */
export function changeOf(subject: Subject): StackChange {
  if (isChange(subject)) return subject;
  throw new KilnError(
    'this assertion is about a change, and was given one stack; give { before, after }, two versions of a stack',
    { code: 'testing.change' },
  );
}

/** A stack, or what a change makes of it. @throws KilnError `testing.stack` */
export function stackOf(subject: Subject): TestedStack {
  return TestedStack.of(isChange(subject) ? subject.after : subject);
}
