import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { errnoOf, KilnError, messageOf } from '../../errors';
import type { ImageReader } from '../inspect';
import { MAX_READ } from '../inspect/image-reader';
import { writeAll } from './atomic-output';

/** Copied at a time, so that memory stays the same whatever the file's size. */
const CHUNK = 4 * 1024 * 1024;
const ZEROS = Buffer.alloc(CHUNK);

/** A file that goes onto a disk: held open from its inspection to the end of its copy, so that both are of one file. */
export class SourceFile {
  /** The name that was given, for messages. */
  readonly name: string;
  /** Size in bytes. */
  readonly size: number;
  private readonly fd: number;
  private readonly changedAt: bigint;

  /**
   * @param what `image` or `initrd`, for messages
   * @throws KilnError `image.missing`, `image.not-a-file`, `image.empty`, `image.unreadable`
   */
  constructor(
    path: string,
    private readonly what: 'image' | 'initrd',
  ) {
    this.name = path;
    this.fd = open(path, what);
    try {
      const stat = fs.fstatSync(this.fd, { bigint: true });
      if (!stat.isFile()) throw unusable(path, what, 'is not a file', 'image.not-a-file');
      if (stat.size === 0n) throw unusable(path, what, 'is empty', 'image.empty');
      this.size = Number(stat.size);
      this.changedAt = stat.mtimeNs;
    } catch (error) {
      fs.closeSync(this.fd);
      throw error;
    }
  }

  /** For its inspection. */
  get reader(): ImageReader {
    const read = (offset: number, length: number) => {
      const bytes = Buffer.alloc(Math.max(0, Math.min(length, this.size - offset, MAX_READ)));
      return bytes.subarray(0, this.readSync(bytes, offset));
    };
    return { name: this.name, size: this.size, read };
  }

  /**
   * Copies the file to `position` of a disk that is zero there, leaving holes where the file is zero.
   * @param expected its SHA-256, 64 hex digits; undefined: any content
   * @param wanted whether the hash is needed where none is expected, which costs time
   * @returns the SHA-256 of what was copied, before any patch; empty where it was not wanted
   * @throws KilnError `image.changed`, `image.unreadable`
   */
  async copyTo(
    disk: FileHandle,
    position: number,
    expected: string | undefined,
    wanted: boolean,
  ): Promise<string> {
    const hash = wanted || expected !== undefined ? createHash('sha256') : undefined;
    let current = Buffer.alloc(Math.min(CHUNK, this.size));
    let next = Buffer.alloc(current.length);
    let done = 0;
    let count = await this.read(current, 0);
    while (count > 0) {
      const bytes = current.subarray(0, count);
      if (done + count > this.size) throw this.changed(`it had ${this.size} bytes, then more`);
      // The next piece is read, this one written and hashed at the same time.
      const zero = bytes.equals(ZEROS.subarray(0, count));
      const reading = this.read(next, done + count);
      const writing = zero ? undefined : writeAll(disk, bytes, position + done);
      hash?.update(bytes);
      done += count;
      const following = await bothOf(reading, writing);
      [current, next, count] = [next, current, following];
    }
    const sha256 = hash?.digest('hex') ?? '';
    this.requireUnchanged(done, sha256, expected);
    return sha256;
  }

  close(): void {
    fs.closeSync(this.fd);
  }

  private requireUnchanged(done: number, sha256: string, expected: string | undefined): void {
    if (done !== this.size) throw this.changed(`it had ${this.size} bytes, then ${done}`);
    if (fs.fstatSync(this.fd, { bigint: true }).mtimeNs !== this.changedAt) {
      throw this.changed('it was written to');
    }
    if (expected === undefined || expected === sha256) return;
    throw this.changed(`its content has the SHA-256 ${sha256}, and ${expected} is expected`);
  }

  private readSync(bytes: Buffer, offset: number): number {
    let done = 0;
    while (done < bytes.length) {
      const count = this.reading(() => fs.readSync(this.fd, bytes, done, bytes.length - done, offset + done));
      if (count === 0) break;
      done += count;
    }
    return done;
  }

  private read(bytes: Buffer, offset: number): Promise<number> {
    return new Promise((resolve, reject) => {
      fs.read(this.fd, bytes, 0, bytes.length, offset, (error, count) => {
        if (error) reject(unreadable(this.name, this.what, error));
        else resolve(count);
      });
    });
  }

  private reading<T>(action: () => T): T {
    try {
      return action();
    } catch (error) {
      throw unreadable(this.name, this.what, error);
    }
  }

  private changed(how: string): KilnError {
    return new KilnError(`the ${this.what} '${this.name}' changed while its disk was forged: ${how}`, {
      code: 'image.changed',
      remedy: 'Wait for its build to end, then try again.',
    });
  }
}

/** Waits for both, also when one fails: neither the file nor its buffer may go while they are in use. */
async function bothOf<T>(reading: Promise<T>, writing: Promise<void> | undefined): Promise<T> {
  const [read, written] = await Promise.allSettled([reading, writing]);
  if (written.status === 'rejected') throw written.reason;
  if (read.status === 'rejected') throw read.reason;
  return read.value;
}

function open(path: string, what: string): number {
  try {
    // Without O_NONBLOCK, opening a named pipe would wait for a writer for ever.
    return fs.openSync(path, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT' && errnoOf(error) !== 'ENOTDIR') throw unreadable(path, what, error);
    throw new KilnError(`there is no ${what} at '${path}'`, {
      code: 'image.missing',
      remedy: 'Build it first, or correct the path; it is taken relative to the current folder.',
      cause: error,
    });
  }
}

function unusable(path: string, what: string, how: string, code: string): KilnError {
  return new KilnError(`the ${what} '${path}' ${how}`, {
    code,
    remedy: 'Give the path of a file that was built.',
  });
}

function unreadable(path: string, what: string, cause: unknown): KilnError {
  return new KilnError(`the ${what} '${path}' cannot be read: ${messageOf(cause)}`, {
    code: 'image.unreadable',
    cause,
  });
}
