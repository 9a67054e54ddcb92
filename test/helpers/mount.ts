import { execFileSync } from 'node:child_process';

/** Mounts a tmpfs on a folder; false, with the reason printed, where only root may mount, or nobody. */
export function tryMountTmpfs(folder: string, options: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `${options},mode=700`, 'none', folder], { stdio: 'pipe' });
    return true;
  } catch (error) {
    process.stderr.write(`skipped: no file system of our own can be mounted here (${error})\n`);
    return false;
  }
}

export function unmount(folder: string): void {
  execFileSync('umount', [folder]);
}
