import type { FileHandle } from 'node:fs/promises';
import { isOutOfSpace, KilnError, messageOf } from '../../errors';
import { writeAtomically } from './atomic-output';

/**
 * Writes a new file whole or not at all, with a reason for people where it cannot be written.
 * @param what what the file is, for the message: `archive`
 * @throws KilnError `image.write-failed`, and what `write` throws on purpose, also to be aborted
 */
export async function writeOutput(
  what: string,
  out: string,
  write: (file: FileHandle) => Promise<void>,
): Promise<void> {
  try {
    await writeAtomically(out, write);
  } catch (error) {
    if (KilnError.is(error) || (error as Error).name === 'AbortError') throw error;
    throw new KilnError(`the ${what} '${out}' cannot be written: ${messageOf(error)}`, {
      code: 'image.write-failed',
      remedy: isOutOfSpace(error) ? 'Free some space on that file system.' : 'Make its folder writable.',
      cause: error,
    });
  }
}
