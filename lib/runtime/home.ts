import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { chmod, mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errnoOf, KilnError, messageOf } from '../errors';
import type { RuntimePaths } from './paths';

const REMEDY = 'Set KILN_HOME to a folder of your own.';

/**
 * Makes the state folder, readable by its owner only, and proves that it can be written.
 * @throws KilnError `runtime.home` when it is not a folder, not ours, not writable or on a full disk;
 * `runtime.socket-path-too-long`
 */
export async function prepareHome(paths: RuntimePaths): Promise<void> {
  // The longest socket path there will be: fails here, before anything was made.
  paths.serviceSocket('any');
  await makeFolder(paths.home);
  await closeToOthers(paths.home);
  const probe = join(paths.home, `.probe-${process.pid}-${randomBytes(4).toString('hex')}`);
  try {
    await writeFile(probe, 'x', { mode: 0o600 });
  } catch (error) {
    throw unusable(paths.home, error);
  } finally {
    await rm(probe, { force: true }).catch(() => undefined);
  }
}

async function makeFolder(path: string): Promise<void> {
  try {
    await makeFolders(path);
  } catch (error) {
    throw unusable(path, error);
  }
}

/** Not Node's own recursion: where a folder exists and says that it does not (/proc), that never ends. */
async function makeFolders(path: string): Promise<void> {
  const stats = await stat(path).catch(() => undefined);
  if (stats?.isDirectory()) return;
  const parent = dirname(path);
  if (!stats && parent !== path) await makeFolders(parent);
  await mkdir(path, { mode: 0o700 }).catch(async (error) => {
    // Another process may have been faster.
    if (errnoOf(error) !== 'EEXIST' || !(await stat(path)).isDirectory()) throw error;
  });
}

async function closeToOthers(path: string): Promise<void> {
  const stats = statSync(path);
  const uid = process.getuid?.() ?? stats.uid;
  if (stats.uid !== uid) {
    throw new KilnError(`the state folder '${path}' belongs to user ${stats.uid}, and this is user ${uid}`, {
      code: 'runtime.home',
      remedy: REMEDY,
    });
  }
  if ((stats.mode & 0o077) === 0) return;
  // A folder with something in it may be anything, even a home folder: its mode is its owner's business.
  if ((await readdir(path)).length === 0) return chmod(path, 0o700);
  throw new KilnError(
    `the state folder '${path}' is open to others (mode ${(stats.mode & 0o777).toString(8)}); it must be 700`,
    { code: 'runtime.home', remedy: `Run: chmod 700 ${path}` },
  );
}

/** What a failed write means to people; also for a state file that could not be written. */
export function whyUnwritable(error: unknown): string {
  switch (errnoOf(error)) {
    case 'ENOSPC':
    case 'EDQUOT':
      return 'the disk is full';
    case 'EIO':
      return 'the disk reports an input/output error';
    case 'EROFS':
      return 'the file system is read-only';
    case 'EACCES':
    case 'EPERM':
      return 'permission denied';
    case 'ENOTDIR':
    case 'EEXIST':
      return 'there is a file where a folder is needed';
    default:
      return messageOf(error);
  }
}

function unusable(path: string, error: unknown): KilnError {
  const full = errnoOf(error) === 'ENOSPC' || errnoOf(error) === 'EDQUOT';
  return new KilnError(`the state folder '${path}' cannot be written: ${whyUnwritable(error)}`, {
    code: 'runtime.home',
    remedy: full ? 'Free some space, or set KILN_HOME to a folder on another disk.' : REMEDY,
    cause: error,
  });
}
