import { openSync, renameSync, statSync } from 'node:fs';
import { KilnError } from '../errors';
import { whyUnwritable } from './home';

/** A log that has grown beyond this is set aside as `NAME.log.1` at the next start. */
const LOG_LIMIT = 1024 * 1024;

/** Opens a process's log for appending; an overlong one is set aside first. */
export function openLog(path: string): number {
  try {
    const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    if (size > LOG_LIMIT) renameSync(path, `${path}.1`);
    return openSync(path, 'a', 0o600);
  } catch (error) {
    throw new KilnError(`the log '${path}' cannot be written: ${whyUnwritable(error)}`, {
      code: 'runtime.home',
      cause: error,
    });
  }
}

/** The daemon outlives the command that starts it, so it takes nothing that belongs to that command's run. */
export function daemonEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  // TMPDIR is a folder of `kiln deploy` that goes with it.
  const own = (name: string) => /^(TF_|PLUGIN_|NODE_CHANNEL|(KILN_PROGRESS|TMPDIR)$)/.test(name);
  return Object.fromEntries(Object.entries(env).filter(([name]) => !own(name)));
}
