import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { RuntimePaths } from '../../lib/runtime/paths';
import { findProcesses } from '../../lib/runtime/process-info';

/**
 * A state folder of this test file's own: short enough for socket paths, 0700, deleted at the end. When the file's tests
 * are done no process may be left whose command line mentions it: that fails the file, and the process is killed.
 */
export function temporaryHome(): RuntimePaths {
  const home = mkdtempSync('/tmp/kiln-');
  chmodSync(home, 0o700);
  afterAll(async () => {
    const left = await settled(home);
    for (const { pid } of left) tryKill(pid);
    execFileSync('chmod', ['-R', 'u+rwX', home]);
    rmSync(home, { recursive: true, force: true });
    if (left.length > 0) {
      throw new Error(
        `left running:\n${left.map(({ pid, command }) => `${pid} ${command.slice(0, 300)}`).join('\n')}`,
      );
    }
  });
  return new RuntimePaths(home);
}

/** Processes that still mention the folder after those that are just ending have had ten seconds: what is left is left for good. */
async function settled(home: string) {
  for (let tries = 0; ; tries++) {
    const left = findProcesses(home);
    if (left.length === 0 || tries === 200) return left;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function tryKill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself.
  }
}
