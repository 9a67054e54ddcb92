import * as fs from 'node:fs';
import { errnoOf, KilnError, messageOf } from '../../errors';

/** No single read is larger: what headers need is far smaller. */
export const MAX_READ = 1024 * 1024;

/** Random access to an image's bytes. Synchronous, because constructs inspect while they are constructed. */
export interface ImageReader {
  /** The file's name, for messages. */
  readonly name: string;
  /** Size in bytes. */
  readonly size: number;
  /** Bytes from `offset`: `length` of them, or what is there before the end, and never more than 1 MiB. */
  read(offset: number, length: number): Buffer;
}

/** A reader of bytes in memory. */
export function bufferReader(bytes: Buffer, name = 'image'): ImageReader {
  const read = (offset: number, length: number) => {
    const count = readable(offset, length, bytes.length);
    return count === 0 ? Buffer.alloc(0) : bytes.subarray(offset, offset + count);
  };
  return { name, size: bytes.length, read };
}

/** A reader that holds a file open. */
export interface ImageFile extends ImageReader {
  close(): void;
}

/**
 * Opens a file. Reads only what is asked for, so size does not matter. What is read later is not the file of the
 * beginning when somebody writes to it: `close` says so.
 * @throws KilnError `image.missing`, `image.not-a-file`, `image.unreadable`; `close` throws `image.changed`
 */
export function openImageFile(file: string): ImageFile {
  const fd = open(file);
  try {
    const stat = fs.fstatSync(fd);
    if (!stat.isFile()) throw notAFile(file, stat);
    const { size } = stat;
    return {
      name: file,
      size,
      read: (offset, length) => readAt(fd, file, offset, readable(offset, length, size)),
      close: () => {
        try {
          requireUnchanged(file, stat, fs.fstatSync(fd));
        } finally {
          fs.closeSync(fd);
        }
      },
    };
  } catch (error) {
    fs.closeSync(fd);
    throw error;
  }
}

/**
 * Opens a file for `use` and closes it again.
 * @throws KilnError as `openImageFile`, and `image.changed` when the file was written to meanwhile
 */
export function withImageFile<T>(file: string, use: (reader: ImageReader) => T): T {
  const image = openImageFile(file);
  let result: T;
  try {
    result = use(image);
  } catch (error) {
    // A file that is just being written is damaged for that reason, which then is the better one to tell.
    image.close();
    throw error;
  }
  image.close();
  return result;
}

function requireUnchanged(file: string, before: fs.Stats, after: fs.Stats): void {
  if (before.size === after.size && before.mtimeMs === after.mtimeMs) return;
  throw new KilnError(`the image '${file}' changed while it was read`, {
    code: 'image.changed',
    remedy: 'Wait for its build to end, then try again.',
  });
}

function open(file: string): number {
  try {
    // Without O_NONBLOCK, opening a named pipe would wait for a writer for ever.
    return fs.openSync(file, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') {
      throw new KilnError(`there is no image at '${file}'`, {
        code: 'image.missing',
        remedy: 'Build it first, or correct the path; it is taken relative to the current folder.',
        cause: error,
      });
    }
    throw new KilnError(`the image '${file}' cannot be read: ${messageOf(error)}`, {
      code: 'image.unreadable',
      cause: error,
    });
  }
}

function notAFile(file: string, stat: fs.Stats): KilnError {
  const what = stat.isDirectory() ? 'a folder' : 'neither a file nor a folder';
  return new KilnError(`'${file}' is ${what}, and an image is one file`, {
    code: 'image.not-a-file',
    remedy: 'Give the path of the kernel or disk file itself.',
  });
}

function readAt(fd: number, file: string, offset: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  try {
    let done = 0;
    while (done < length) {
      const count = fs.readSync(fd, bytes, done, length - done, offset + done);
      if (count === 0) break;
      done += count;
    }
    return bytes.subarray(0, done);
  } catch (error) {
    throw new KilnError(`the image '${file}' cannot be read: ${messageOf(error)}`, {
      code: 'image.unreadable',
      cause: error,
    });
  }
}

function readable(offset: number, length: number, size: number): number {
  if (!(offset >= 0 && offset < size && length > 0)) return 0;
  return Math.min(length, size - offset, MAX_READ);
}
