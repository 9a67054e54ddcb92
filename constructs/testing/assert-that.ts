import { AssertionError } from 'node:assert';
import { type KilnMatchers, kilnMatchers } from './matchers';
import type { Subject, Verdict } from './verdict';

/** The assertions about one stack or change, without a test runner's `expect`. */
export interface StackAssertions extends KilnMatchers {
  /** The same, turned round. */
  readonly not: KilnMatchers;
}

/**
 * For node:test and whatever else fails by an exception: `assertThat(stack).toOpenOnlyPorts([443])`.
 * An assertion that does not hold throws an AssertionError, as node:assert does.
 */
export function assertThat(subject: Subject): StackAssertions {
  return { ...matchersOf(subject, true), not: matchersOf(subject, false) };
}

function matchersOf(subject: Subject, wanted: boolean): KilnMatchers {
  const bound = Object.entries(kilnMatchers).map(([name, matcher]) => {
    const judge = matcher as (subject: Subject, ...args: unknown[]) => Verdict;
    return [name, (...args: unknown[]) => requirePass(judge(subject, ...args), wanted)];
  });
  return Object.fromEntries(bound);
}

function requirePass({ pass, message }: Verdict, wanted: boolean): void {
  if (pass === wanted) return;
  throw new AssertionError({ message: message(), actual: pass, expected: wanted, operator: 'kiln' });
}
