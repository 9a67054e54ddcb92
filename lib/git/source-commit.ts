import { execFileSync } from 'node:child_process';

/** Longer than this only on a file system that does not answer. */
const TIMEOUT_MS = 10_000;

/**
 * The commit that is checked out in the repository of a folder: its hash, with `-dirty` behind it where a tracked file is
 * changed, as `git describe --dirty` has it.
 * @returns undefined outside of a repository, before its first commit, or without git
 */
export function sourceCommit(folder: string): string | undefined {
  const commit = git(folder, 'rev-parse', '--verify', '--quiet', 'HEAD');
  if (commit === undefined) return undefined;
  const changes = git(folder, 'status', '--porcelain', '--untracked-files=no', '--ignore-submodules=none');
  // A work tree that cannot be compared is not known to be clean.
  return changes === '' ? commit : `${commit}-dirty`;
}

function git(folder: string, ...args: readonly string[]): string | undefined {
  try {
    // Without optional locks: whoever works in the repository meanwhile must not be in the way.
    return execFileSync('git', ['--no-optional-locks', ...args], {
      cwd: folder,
      env: withoutRepository(process.env),
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: TIMEOUT_MS,
      maxBuffer: 64 * 1024 * 1024,
    }).trim();
  } catch {
    return undefined;
  }
}

/** In a hook, git says by its environment which repository is meant; the folder is to say it here. */
function withoutRepository(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { GIT_DIR, GIT_WORK_TREE, GIT_INDEX_FILE, GIT_COMMON_DIR, GIT_PREFIX, ...rest } = env;
  return rest;
}
