import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { errnoOf, KilnError, messageOf } from '../errors';

export interface RunOptions {
  readonly cwd?: string;
  /** The whole environment of the child. @default process.env */
  readonly env?: NodeJS.ProcessEnv;
  /** Ends the child, and all it started when it has a group of its own, with SIGKILL. */
  readonly signal?: AbortSignal;
  /**
   * Gives the child a process group of its own, so that a Ctrl-C at the terminal reaches it only through us.
   * @default false
   */
  readonly ownGroup?: boolean;
  /** Receives each line of standard output as it comes, instead of keeping it. */
  readonly onOutput?: (line: string) => void;
  /** Receives each line of standard error as it comes, instead of keeping it. */
  readonly onError?: (line: string) => void;
}

export interface RunResult {
  /** Null when a signal ended it. */
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Empty where `onOutput` took the lines. */
  readonly stdout: string;
  /** Empty where `onError` took the lines. */
  readonly stderr: string;
}

/** A program that runs; never a shell, always an array of arguments. */
export class RunningProgram {
  /** How it ended. Rejects only when it could not be started, with KilnError `process.not-started`. */
  readonly done: Promise<RunResult>;
  private readonly child: ChildProcess;

  constructor(
    readonly command: string,
    args: readonly string[],
    private readonly options: RunOptions = {},
  ) {
    this.child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: options.ownGroup ?? false,
    });
    const abort = () => this.kill('SIGKILL');
    if (options.signal?.aborted) abort();
    options.signal?.addEventListener('abort', abort, { once: true });
    this.done = this.finish().finally(() => options.signal?.removeEventListener('abort', abort));
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  /** Sends a signal to the program alone. */
  send(signal: NodeJS.Signals): void {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill(signal);
  }

  /** Sends a signal to the program and, when it has its own group, to all it started that is still in it. */
  kill(signal: NodeJS.Signals): void {
    if (!this.options.ownGroup || this.child.pid === undefined) {
      this.send(signal);
      return;
    }
    try {
      process.kill(-this.child.pid, signal);
    } catch (error) {
      if (errnoOf(error) !== 'ESRCH') throw error;
    }
  }

  private async finish(): Promise<RunResult> {
    const stdout = gather(this.child.stdout as Readable, this.options.onOutput);
    const stderr = gather(this.child.stderr as Readable, this.options.onError);
    try {
      const [exitCode, signal] = (await once(this.child, 'close')) as [number | null, NodeJS.Signals | null];
      return { exitCode, signal, stdout: await stdout, stderr: await stderr };
    } catch (error) {
      throw new KilnError(`cannot start '${this.command}': ${reasonOf(error)}`, {
        code: 'process.not-started',
        cause: error,
      });
    }
  }
}

/**
 * Runs a program to its end. An exit code other than 0 is a result, not an error.
 * @throws KilnError `process.not-started` when there is no such program, it may not run, or `cwd` does not exist
 */
export function runProgram(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<RunResult> {
  return new RunningProgram(command, args, options).done;
}

async function gather(stream: Readable, onLine: ((line: string) => void) | undefined): Promise<string> {
  if (onLine) {
    const reader = createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY });
    reader.on('line', onLine);
    await once(reader, 'close');
    return '';
  }
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(stream, 'close');
  return Buffer.concat(chunks).toString('utf8');
}

function reasonOf(error: unknown): string {
  switch (errnoOf(error)) {
    case 'ENOENT':
      return 'no such program, or its working folder does not exist';
    case 'EACCES':
      return 'it is not executable';
    default:
      return messageOf(error);
  }
}
