import { readFile } from 'node:fs/promises';
import writeAtomic from 'write-file-atomic';
import { errnoOf, KilnError, messageOf } from '../errors';

export interface WriteOptions {
  /** Permissions of the file. @default 0o600 */
  readonly mode?: number;
}

/**
 * Writes a whole file or none of it: temporary file, sync, rename. The folder must exist.
 * @throws KilnError `file.not-written`, with the reason of the operating system
 */
export async function writeFileAtomic(
  path: string,
  data: string | Buffer,
  options: WriteOptions = {},
): Promise<void> {
  try {
    await writeAtomic(path, data, { mode: options.mode ?? 0o600 });
  } catch (error) {
    throw new KilnError(`cannot write '${path}': ${messageOf(error)}`, {
      code: 'file.not-written',
      cause: error,
    });
  }
}

/** The bytes of a file, or undefined where there is none; other faults are thrown as they are. */
export async function readFileIfAny(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}

/**
 * A JSON file, parsed; undefined where there is none.
 * @throws KilnError `file.not-json`, naming the file and the parser's complaint
 */
export async function readJsonIfAny(path: string): Promise<unknown> {
  const bytes = await readFileIfAny(path);
  if (bytes === undefined) return undefined;
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    throw new KilnError(`'${path}' is not JSON: ${messageOf(error)}`, {
      code: 'file.not-json',
      cause: error,
    });
  }
}
