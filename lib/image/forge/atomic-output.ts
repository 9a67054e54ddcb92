import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';

/** Readable by all, writable by none: what has been forged is never edited. */
const MODE = 0o444;

/**
 * Lets `write` fill a new file beside `file`, then syncs it and puts it in place. Whatever goes wrong, nothing
 * half-written stays.
 */
export async function writeAtomically(
  file: string,
  write: (handle: fs.FileHandle) => Promise<void>,
): Promise<void> {
  const temporary = path.join(
    path.dirname(file),
    `.${path.basename(file)}.${randomBytes(6).toString('hex')}.tmp`,
  );
  try {
    const handle = await fs.open(temporary, 'wx', MODE);
    try {
      await write(handle);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await fs.rename(temporary, file);
  } catch (error) {
    // What went wrong first is what is reported.
    await fs.rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
}

/** Writes all of `bytes`: one write may take only a part, such as what still fits on the disk. */
export async function writeAll(file: fs.FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}
