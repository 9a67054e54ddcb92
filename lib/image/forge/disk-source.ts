import { type FileHandle, open } from 'node:fs/promises';
import { KilnError, messageOf } from '../../errors';

/** A file that is read while nobody should write to it. */
export interface DiskSource {
  readonly path: string;
  /** Size in bytes. */
  readonly size: number;
  /** Fills `into` with the bytes at `offset`; returns how many there were before the end of the file. */
  read(offset: number, into: Buffer): Promise<number>;
  /** To be asked before what was made of it counts as done. @throws KilnError `image.changed` */
  requireUnchanged(): Promise<void>;
}

/**
 * Opens a file for `use` and closes it again.
 * @throws KilnError `image.unreadable`
 */
export async function withDiskSource<T>(path: string, use: (source: DiskSource) => Promise<T>): Promise<T> {
  const handle = await open(path, 'r').catch((error) => {
    throw unreadable(path, error);
  });
  try {
    const before = await stampOf(handle);
    return await use({
      path,
      size: Number(before.size),
      read: (offset, into) => readFully(handle, path, offset, into),
      requireUnchanged: async () => {
        const after = await stampOf(handle);
        if (after.size !== before.size || after.mtimeNs !== before.mtimeNs) throw changed(path);
      },
    });
  } finally {
    await handle.close();
  }
}

function stampOf(handle: FileHandle) {
  return handle.stat({ bigint: true });
}

async function readFully(handle: FileHandle, path: string, offset: number, into: Buffer): Promise<number> {
  let done = 0;
  while (done < into.length) {
    const { bytesRead } = await handle.read(into, done, into.length - done, offset + done).catch((error) => {
      throw unreadable(path, error);
    });
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return done;
}

function unreadable(path: string, error: unknown): KilnError {
  return new KilnError(`the image '${path}' cannot be read: ${messageOf(error)}`, {
    code: 'image.unreadable',
    cause: error,
  });
}

function changed(path: string): KilnError {
  return new KilnError(`the image '${path}' changed while it was read`, {
    code: 'image.changed',
    remedy: 'Wait for its build to end, then try again.',
  });
}
