import { dirname, join } from 'node:path';
import { parse } from 'shell-quote';
import { KilnError } from '../errors';
import { tryFindExecutable } from '../io/which';

/** A program, its arguments and what it gets in addition to the environment. */
export interface AppCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Splits the `app` line of `cdktf.json` as a shell would: quotes, `$NAME` and leading `NAME=value` work. No shell runs
 * it, so what only a shell can do is refused.
 * @throws KilnError `project.app-needs-shell`, naming what it was
 */
export function parseAppCommand(app: string, env: NodeJS.ProcessEnv): AppCommand {
  const words = parse(app, (name) => env[name] ?? '').map((word) => {
    if (typeof word === 'string') return word;
    throw needsShell(app, 'op' in word ? word.op : '#');
  });
  const firstWord = words.findIndex((word) => !ASSIGNMENT.test(word));
  const [command, ...args] = firstWord < 0 ? [] : words.slice(firstWord);
  if (command === undefined) {
    throw new KilnError(`'app' in cdktf.json is '${app}', which names no program`, {
      code: 'project.invalid',
    });
  }
  const assignments = words.slice(0, firstWord).map((word) => {
    const at = word.indexOf('=');
    return [word.slice(0, at), word.slice(at + 1)];
  });
  return { command, args, env: Object.fromEntries(assignments) };
}

const ASSIGNMENT = /^[A-Za-z_]\w*=/;

function needsShell(app: string, what: string): KilnError {
  const shown = what === 'glob' ? 'a file name pattern' : `'${what}'`;
  return new KilnError(
    `'app' in cdktf.json is '${app}', but ${shown} needs a shell and Kiln runs it without one`,
    {
      code: 'project.app-needs-shell',
      remedy:
        'Put the line into a script of package.json, say "synth", and set "app" to "npm run --silent synth".',
    },
  );
}

/**
 * Runs `npx TOOL ...` without npx where the project has the tool: npx would run the very same file, half a second
 * later. Anything else is left as it is.
 */
export async function withoutNpx(app: AppCommand, folder: string): Promise<AppCommand> {
  const [tool, ...args] = app.args;
  if (app.command !== 'npx' || tool === undefined || !/^[\w.-]+$/.test(tool) || tool.startsWith('-'))
    return app;
  for (let at = folder; ; at = dirname(at)) {
    const command = await tryFindExecutable(join(at, 'node_modules', '.bin', tool));
    if (command) return { ...app, command, args };
    if (at === dirname(at)) return app;
  }
}
