import { spawnSync } from 'node:child_process';
import { stripVTControlCharacters } from 'node:util';
import { KilnError } from '../../errors';
import type { BuildPlace, Recipe } from './recipe';
import { SUPERVISOR } from './supervisor';
import { findTool } from './tools';

const TAIL_BYTES = 16 * 1024;
const TAIL_LINES = 25;

interface StepEnd {
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly interrupted: boolean;
  /** The end of what the tool wrote. */
  readonly tail: string;
  /** Why it did not start: an operating system's code. */
  readonly error?: string;
}

/**
 * Runs one command of a recipe to its end, with its output going where the place says while it runs.
 * @throws KilnError `build.failed` with the last lines, `build.interrupted`, and those of `findTool`
 */
export function runStep(
  argv: readonly string[],
  recipe: Recipe,
  place: BuildPlace,
  env: NodeJS.ProcessEnv,
): void {
  const file = findTool(argv[0] as string, recipe, { folder: place.folder, env });
  place.notify(`building '${place.name}': ${argv.join(' ')}`);
  const ended = supervise(
    JSON.stringify({ file, argv, cwd: place.folder, env, tail: TAIL_BYTES }),
    place.output,
  );
  const command = `'${argv.join(' ')}' in '${place.folder}'`;
  if (ended.interrupted || ended.signal === 'SIGINT') {
    throw new KilnError(`${command} was interrupted; nothing of this build is used`, {
      code: 'build.interrupted',
    });
  }
  if (ended.error !== undefined) throw notStarted(command, file, ended.error);
  if (ended.exitCode === 0) return;
  const how =
    ended.signal === null ? `failed with exit code ${ended.exitCode}` : `was ended by ${ended.signal}`;
  throw new KilnError(`${command} ${how}; nothing of this build is used`, {
    code: 'build.failed',
    ...detail(lastLines(ended.tail)),
  });
}

function supervise(input: string, output: number): StepEnd {
  const result = spawnSync(process.execPath, ['-e', SUPERVISOR], {
    input,
    stdio: ['pipe', output, output, 'pipe'],
    // What Node was told for the user's own program, such as a loader, is not for this one.
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  if (result.error) throw result.error;
  const text = result.output[3]?.toString() ?? '';
  if (text !== '') return JSON.parse(text) as StepEnd;
  // The supervisor itself was ended, or the system refused what it asked for.
  const { signal, status } = result;
  return { exitCode: status, signal, interrupted: signal !== null, tail: '', error: `exit code ${status}` };
}

function notStarted(command: string, file: string, error: string): KilnError {
  const reason =
    error === 'ENOENT'
      ? 'the interpreter that its first line names does not exist'
      : `the system says ${error}`;
  return new KilnError(`${command} could not be started: ${reason}`, {
    code: 'build.failed',
    remedy: `Look at '${file}': a script begins with a line such as #!/bin/sh.`,
  });
}

function lastLines(text: string): string {
  return stripVTControlCharacters(text).trimEnd().split('\n').slice(-TAIL_LINES).join('\n');
}

function detail(text: string): { readonly detail?: string } {
  return text === '' ? {} : { detail: text };
}
