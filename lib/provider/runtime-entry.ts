import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { errnoOf, KilnError, messageOf } from '../errors';
import type { RuntimePaths } from '../runtime/client';

/**
 * A copy of this program under the state folder, from which daemon and balancer are started: the one that Terraform
 * started lies in a stack's output folder, which may be deleted while they run.
 * @throws KilnError `runtime.home` when the state folder cannot be written
 */
export async function installedEntry(paths: RuntimePaths, program: string): Promise<string> {
  const folder = join(paths.home, 'bin');
  try {
    const bytes = await readFile(program);
    const name = `kiln-runtime-${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}.js`;
    const entry = join(folder, name);
    if (await exists(entry)) return entry;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFileAtomic(entry, bytes, { mode: 0o500 });
    await removeOthers(folder, name);
    return entry;
  } catch (error) {
    throw new KilnError(`the state folder '${paths.home}' cannot be written: ${messageOf(error)}`, {
      code: 'runtime.home',
      remedy: 'Give it to your user, free some space, or set KILN_HOME to another folder.',
      cause: error,
    });
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    return (await stat(path)).size > 0;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false;
    throw error;
  }
}

/** A running daemon holds its program in memory; what it starts later is the version that is here then. */
async function removeOthers(folder: string, kept: string): Promise<void> {
  const names = await readdir(folder);
  await Promise.all(
    names.filter((name) => name !== kept).map((name) => rm(join(folder, name), { force: true })),
  );
}
