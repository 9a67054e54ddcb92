import type { Host } from '../io/host';
import type { Interrupts } from './interrupts';

/** What every command gets: where it is, what it may read, and who listens. */
export interface CommandContext {
  readonly host: Host;
  readonly env: NodeJS.ProcessEnv;
  /** The user's project: where `cdktf.json` is. */
  readonly cwd: string;
  readonly interrupts: Interrupts;
}

/** Exit codes. Everything else that a command may end with is in its help. */
export const ExitCode = {
  OK: 0,
  FAILURE: 1,
  USAGE: 2,
  /** Of `diff --exit-code`: there are changes. */
  CHANGES: 3,
  /** Stopped by Ctrl-C, as a shell would have it. */
  INTERRUPTED: 130,
} as const;
