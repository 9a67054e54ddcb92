import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { KilnError, messageOf } from '../errors';

/** Copied at a time; the daemon serves others in between. */
const CHUNK = 1024 * 1024;
const ZEROS = Buffer.alloc(CHUNK);

/**
 * Copies a file, leaving holes where it is zero; returns the SHA-256 of what was copied, 64 hex digits.
 * @throws KilnError `image.unreadable`; what goes wrong with the copy is thrown as it is
 */
export async function copyAndHash(from: string, to: string): Promise<string> {
  const source = await open(from, 'r').catch((error) => {
    throw unreadable(from, error);
  });
  try {
    const target = await open(to, 'wx', 0o600);
    try {
      return await copyBytes(from, source, target);
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

async function copyBytes(name: string, source: FileHandle, target: FileHandle): Promise<string> {
  const hash = createHash('sha256');
  const chunk = Buffer.alloc(CHUNK);
  let size = 0;
  for (;;) {
    const { bytesRead } = await source.read(chunk, 0, CHUNK, size).catch((error) => {
      throw unreadable(name, error);
    });
    if (bytesRead === 0) break;
    const bytes = chunk.subarray(0, bytesRead);
    hash.update(bytes);
    if (!bytes.equals(ZEROS.subarray(0, bytesRead))) await writeAll(target, bytes, size);
    size += bytesRead;
  }
  await target.truncate(size);
  await target.sync();
  return hash.digest('hex');
}

/** One write may take only a part, such as what still fits on the disk. */
async function writeAll(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}

function unreadable(path: string, error: unknown): KilnError {
  return new KilnError(`the image '${path}' cannot be read: ${messageOf(error)}`, {
    code: 'image.unreadable',
    remedy: 'Synthesise again: staged images lie beside the synthesised stack.',
    cause: error,
  });
}
