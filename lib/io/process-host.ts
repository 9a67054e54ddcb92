import { createInterface } from 'node:readline';
import type { WriteStream } from 'node:tty';
import { type Host, type Output, styleFor, wantsColour, wantsLive } from './host';

const DEFAULT_COLUMNS = 100;

export interface ProcessHostOptions {
  /** @default process.env */
  readonly env?: NodeJS.ProcessEnv;
  /** Called when nobody reads standard output any more, as after `kiln logs --follow | head`. @default - nothing */
  readonly onOutputClosed?: () => void;
}

/** The host of a command that a person or a script started: standard input, output and error of this process. */
export function processHost(options: ProcessHostOptions = {}): Host {
  const env = options.env ?? process.env;
  const out = outputTo(process.stdout, env, options.onOutputClosed);
  const err = outputTo(process.stderr, env);
  return {
    out,
    err,
    isInteractive: Boolean(process.stdin.isTTY) && err.isLive,
    ask: (question, signal) => ask(question, signal),
  };
}

function outputTo(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv, onClosed?: () => void): Output {
  const isTerminal = Boolean(stream.isTTY);
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    onClosed?.();
  });
  return {
    line: (text = '') => void stream.write(`${text}\n`),
    write: (text) => void stream.write(text),
    style: styleFor(wantsColour(env, isTerminal)),
    isLive: wantsLive(env, isTerminal),
    get columns() {
      return (stream as WriteStream).columns || DEFAULT_COLUMNS;
    },
  };
}

/** Asks on standard error, so that standard output stays clean for a script. */
function ask(question: string, signal: AbortSignal | undefined): Promise<string | undefined> {
  return new Promise((resolve) => {
    const reader = createInterface({ input: process.stdin, output: process.stderr });
    let answer: string | undefined;
    reader.question(question, (text) => {
      answer = text.trim();
      reader.close();
    });
    // readline takes Ctrl-C for itself while it reads; it belongs to the process, which aborts the signal.
    reader.on('SIGINT', () => {
      process.stderr.write('\n');
      process.kill(process.pid, 'SIGINT');
      if (!signal) reader.close();
    });
    signal?.addEventListener('abort', () => reader.close(), { once: true });
    reader.on('close', () => resolve(answer));
  });
}
