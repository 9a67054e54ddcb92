import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { KilnError, messageOf } from '../../errors';

/** A commit, or `-dirty` behind it; as long as the hashes of git are, or shorter. */
const COMMIT = /^[0-9a-f]{7,64}(-dirty)?$/;

/**
 * The commit that a file names; undefined where it names none, as outside of a repository.
 *
 * @param source relative to `folder`; null: there is no such file
 * @throws KilnError `ami.source`
 */
export async function readSourceCommit(source: string | null, folder: string): Promise<string | undefined> {
  if (source === null) return undefined;
  const path = resolve(folder, source);
  const text = await readFile(path, 'utf8').catch((cause) => {
    throw refused(`the file of the commit, '${path}', cannot be read: ${messageOf(cause)}`, cause);
  });
  const commit = commitIn(text);
  if (commit === null) return undefined;
  if (typeof commit === 'string' && COMMIT.test(commit)) return commit;
  throw refused(
    `'${path}' names no commit: it must be {"commit": "..."} with the hash of one, and is ${text.slice(0, 80).trim()}`,
  );
}

function commitIn(text: string): unknown {
  try {
    return (JSON.parse(text) as { readonly commit?: unknown } | null)?.commit;
  } catch {
    return undefined;
  }
}

function refused(message: string, cause?: unknown): KilnError {
  return new KilnError(message, {
    code: 'ami.source',
    remedy: "Synthesise again, or leave 'source' out.",
    ...(cause === undefined ? {} : { cause }),
  });
}
