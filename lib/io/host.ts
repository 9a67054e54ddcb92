import { styleText } from 'node:util';

/** The few ways in which text is set apart; each is plain where colour is off. */
export interface Style {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
  cyan(text: string): string;
}

/** One place to write lines to, with what is known about who reads them. */
export interface Output {
  /** Writes `text` and a newline; the text may itself have several lines. */
  line(text?: string): void;
  /** Writes exactly `text`. */
  write(text: string): void;
  readonly style: Style;
  /** True for a terminal on which lines may be drawn again: never in CI, never where `TERM=dumb`. */
  readonly isLive: boolean;
  /** Width in characters. */
  readonly columns: number;
}

/**
 * The only thing that prints. Library code takes one and never touches the console, so a test, a web page or a
 * pre-receive hook can stand where the terminal is.
 */
export interface Host {
  /** Standard output: what the command was asked for. */
  readonly out: Output;
  /** Standard error: what is going on, and what went wrong. */
  readonly err: Output;
  /** True when someone can be asked. */
  readonly isInteractive: boolean;
  /** Asks, and gives what was typed, trimmed; undefined when the input ended without an answer. */
  ask(question: string, signal?: AbortSignal): Promise<string | undefined>;
}

const FORMATS = ['bold', 'dim', 'red', 'green', 'yellow', 'cyan'] as const;

/** A style that sets text apart with escape sequences, or one that leaves it as it is. */
export function styleFor(colour: boolean): Style {
  const paint = (format: (typeof FORMATS)[number]) => (text: string) =>
    colour ? styleText(format, text, { validateStream: false }) : text;
  return Object.fromEntries(FORMATS.map((format) => [format, paint(format)])) as unknown as Style;
}

/**
 * Whether colour is wanted: `NO_COLOR` (any text) says no, `FORCE_COLOR` says yes (or no, as `0` and `false`), a
 * terminal that is not `dumb` says yes.
 */
export function wantsColour(env: NodeJS.ProcessEnv, isTerminal: boolean): boolean {
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== '0' && env.FORCE_COLOR !== 'false';
  return isTerminal && env.TERM !== 'dumb';
}

/** Whether lines may be drawn again: on a terminal with a person before it. */
export function wantsLive(env: NodeJS.ProcessEnv, isTerminal: boolean): boolean {
  const ci = env.CI !== undefined && env.CI !== '' && env.CI !== 'false' && env.CI !== '0';
  return isTerminal && env.TERM !== 'dumb' && !ci;
}
