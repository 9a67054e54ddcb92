import { sanitizeConsole } from '../../../io/console-text';
import { inBrief } from '../aws-error';
import type { AwsSession } from '../session';
import type { Sight } from './observe';
import { readConsole } from './read-console';

/** At so many instances at a time; more of them say the same. */
const MOST = 3;
const FIRST_LINES = 20;
const LAST_LINES = 30;
const LONGEST_LINE = 240;

interface Kept {
  first?: string;
  last?: string;
  failure?: string;
}

/**
 * What instances wrote to their consoles, kept from the first look at them: a group soon terminates what fails, and EC2 keeps
 * a console for an hour at best.
 */
export class Consoles {
  private readonly kept = new Map<string, Kept>();
  /** Of an instance's time, those that had passed when its console was read. */
  private readonly thirds = new Map<string, number>();

  constructor(private readonly session: AwsSession) {}

  /**
   * Reads each when a third and when two thirds of its instance's time have passed: it may be terminated before its time is up.
   * Never throws, as `read`.
   *
   * @param share how much of its time an instance has used, from 0 to 1
   */
  async readInTime(
    { instances }: Pick<Sight, 'instances'>,
    share: (id: string) => number,
    signal?: AbortSignal,
  ): Promise<void> {
    const due = instances
      .map(({ id }) => ({ id, third: Math.floor(3 * share(id)) }))
      .filter(({ id, third }) => third > (this.thirds.get(id) ?? 0));
    for (const { id, third } of due) this.thirds.set(id, third);
    await this.read(
      due.map(({ id }) => id),
      signal,
    );
  }

  /** Reads those of the first few now. Never throws: a rollout does not fail by what only explains it. */
  async read(ids: readonly string[], signal?: AbortSignal): Promise<void> {
    await Promise.all(
      ids.slice(0, MOST).map(async (id) => {
        const kept = this.kept.get(id) ?? {};
        this.kept.set(id, kept);
        try {
          const text = await readConsole(this.session, id, signal);
          if (text === undefined) return;
          kept.first ??= text;
          kept.last = text;
        } catch (error) {
          if (!signal?.aborted) kept.failure = inBrief(error);
        }
      }),
    );
  }

  /** Its first and its last lines, indented, safe to show. */
  render(id: string): string {
    const { first, last, failure } = this.kept.get(id) ?? {};
    if (first === undefined || last === undefined)
      return failure === undefined
        ? '  console: nothing was written to it'
        : `  console: not to be read, since ${failure}`;
    const begin = linesOf(first);
    const end = linesOf(last);
    if (first === last && end.length <= FIRST_LINES + LAST_LINES) return block('console', end);
    return [
      block('console, first lines', begin.slice(0, FIRST_LINES)),
      block('console, last lines', end.slice(-LAST_LINES)),
    ].join('\n');
  }
}

function linesOf(text: string): string[] {
  return sanitizeConsole(text).trimEnd().split('\n');
}

function block(title: string, lines: readonly string[]): string {
  const shown = lines.map((line) => (line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE)}…` : line));
  return [`  ${title}:`, ...shown.map((line) => `    ${line}`)].join('\n');
}
