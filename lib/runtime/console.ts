import { closeSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import writeAtomic from 'write-file-atomic';
import { ConsoleDecoder, sanitizeConsole } from '../io/console-text';
import { readFileIfAny } from '../io/files';

/** How much of the start of a console is kept for good, and how much of its end at least. */
const KEPT_BYTES = 64 * 1024;

/** QEMU's own file is cut when it has grown to this. */
const CUT_AT_BYTES = 2 * KEPT_BYTES;

const FOLLOW_INTERVAL_MS = 100;

/** What was cut away: the console's first bytes, and those before the live file's first byte. */
interface Kept {
  readonly head: Buffer;
  readonly tail: Buffer;
  /** Bytes that the guest wrote before the live file begins. */
  readonly offset: number;
}

/**
 * The serial console of one instance: QEMU appends to `console.log`, whoever supervises calls {@link bound} now and then,
 * and at most about 256 KiB stay, the first 64 KiB and the last 64 KiB among them. While nobody supervises, nothing cuts.
 *
 * Bytes are counted from the guest's first one, so a reader finds its place again after a cut. All of one instance must go
 * through one object: it is what keeps a reader and a cut apart.
 */
export class ConsoleLog {
  /** What QEMU appends to. */
  readonly file: string;
  private readonly keptFile: string;
  private busy: Promise<void> = Promise.resolve();

  constructor(private readonly folder: string) {
    this.file = join(folder, 'console.log');
    this.keptFile = join(folder, 'console.kept');
  }

  /** Makes room for a new boot: the console so far becomes that of the previous one (`console.prev`). */
  async rotate(): Promise<void> {
    const previous = await this.excerptBytes(2 * KEPT_BYTES);
    if (previous.length > 0) await this.save('console.prev', previous);
    await rm(this.keptFile, { force: true });
    await rm(this.file, { force: true });
  }

  /** Cuts the file when it is too long. QEMU's appending goes on at the new end. */
  bound(): Promise<void> {
    return this.alone(() => this.cut());
  }

  /** Start and end of the console, sanitised, at most about `bytes`, with a line between that says what was left out. */
  async excerpt(bytes = 2 * KEPT_BYTES): Promise<string> {
    return sanitizeConsole((await this.alone(() => this.excerptBytes(bytes))).toString('utf8'));
  }

  /**
   * Hands out the console from its start (as far as it was kept), sanitised, then what is added, until `signal` aborts.
   * @param onText receives pieces of any length
   */
  async follow(onText: (text: string) => void, signal: AbortSignal): Promise<void> {
    const emit = (text: string) => text !== '' && onText(text);
    let decoder = new ConsoleDecoder();
    let position = 0;
    let seen = '';
    for (let last = false; !last; await pause(signal)) {
      last = signal.aborted;
      const now = await this.fingerprint();
      if (now === seen) continue;
      seen = now;
      const { bytes, start, end } = await this.alone(() => this.readFrom(position));
      if (end < position) {
        // Another boot: the file was begun again.
        emit(decoder.end());
        decoder = new ConsoleDecoder();
        position = 0;
        seen = '';
        last = false;
        continue;
      }
      if (start > position) emit(leftOut(start - position));
      emit(decoder.write(bytes));
      position = start + bytes.length;
      if (position < end) {
        seen = '';
        last = false;
      }
    }
    emit(decoder.end());
  }

  /** Runs after what was begun before it, so that nobody reads in the middle of a cut. */
  private alone<T>(action: () => Promise<T>): Promise<T> {
    const result = this.busy.then(action);
    this.busy = result.then(
      () => undefined,
      () => undefined,
    );
    return result;
  }

  private async cut(): Promise<void> {
    if (((await statIfAny(this.file))?.size ?? 0) <= CUT_AT_BYTES) return;
    const before = await this.kept();
    const live = await bytesOf(this.file);
    const head = before.head.length > 0 ? before.head : live.subarray(0, KEPT_BYTES);
    const offset = before.offset + live.length;
    const line = Buffer.from(`kiln-console ${offset} ${head.length}\n`);
    await this.save('console.kept', Buffer.concat([line, head, live.subarray(-KEPT_BYTES)]));
    dropStart(this.file, live.length);
  }

  private async excerptBytes(bytes: number): Promise<Buffer> {
    const kept = await this.kept();
    const live = await bytesOf(this.file);
    const end = kept.offset + live.length;
    const recent = Buffer.concat([kept.tail, live]);
    const whole = kept.offset === 0 ? live : undefined;
    if (whole && whole.length <= bytes) return whole;
    const first = (whole ?? kept.head).subarray(0, Math.floor(bytes / 2));
    const last = recent.subarray(Math.max(0, recent.length - Math.ceil(bytes / 2)));
    const missing = end - first.length - last.length;
    if (missing <= 0) return Buffer.concat([first, recent.subarray(recent.length - (end - first.length))]);
    return Buffer.concat([first, Buffer.from(leftOut(missing)), last]);
  }

  /** Bytes from a position on, or from the first one after it that was kept; `end` is how many there were in all. */
  private async readFrom(position: number): Promise<{ bytes: Buffer; start: number; end: number }> {
    const kept = await this.kept();
    const live = await bytesOf(this.file);
    const end = kept.offset + live.length;
    if (position >= kept.offset)
      return { bytes: live.subarray(position - kept.offset), start: position, end };
    const tailStart = kept.offset - kept.tail.length;
    const inHead = kept.head.subarray(position, tailStart);
    if (inHead.length > 0) return { bytes: inHead, start: position, end };
    const start = Math.max(position, tailStart);
    return { bytes: Buffer.concat([kept.tail.subarray(start - tailStart), live]), start, end };
  }

  /** Changes whenever there is something new to read. */
  private async fingerprint(): Promise<string> {
    const live = await statIfAny(this.file);
    const kept = await statIfAny(this.keptFile);
    return [live?.ino, live?.size, kept?.ino, kept?.mtimeMs].join(' ');
  }

  private async kept(): Promise<Kept> {
    const bytes = await bytesOf(this.keptFile);
    const line = bytes.indexOf('\n');
    const match = /^kiln-console (\d+) (\d+)$/.exec(bytes.toString('latin1', 0, Math.max(line, 0)));
    if (!match) return { head: Buffer.alloc(0), tail: Buffer.alloc(0), offset: 0 };
    const headEnd = line + 1 + Number(match[2]);
    return {
      head: bytes.subarray(line + 1, headEnd),
      tail: bytes.subarray(headEnd),
      offset: Number(match[1]),
    };
  }

  /** Not synced: after a crash of the machine there is no guest whose console it could be. */
  private async save(name: string, data: Buffer): Promise<void> {
    await writeAtomic(join(this.folder, name), data, { mode: 0o600, fsync: false });
  }
}

/**
 * Takes the first bytes off a file that another process appends to. Synchronous, because what that process writes between
 * the reading and the cutting is lost: so it is some microseconds.
 */
function dropStart(path: string, bytes: number): void {
  const fd = openSync(path, 'a+');
  try {
    const rest = Buffer.alloc(Math.max(0, fstatSync(fd).size - bytes));
    const length = readSync(fd, rest, 0, rest.length, bytes);
    ftruncateSync(fd, 0);
    writeSync(fd, rest, 0, length);
  } finally {
    closeSync(fd);
  }
}

function leftOut(bytes: number): string {
  return `\n[... ${bytes} bytes left out ...]\n`;
}

async function pause(signal: AbortSignal): Promise<void> {
  await sleep(FOLLOW_INTERVAL_MS, undefined, { signal }).catch(() => undefined);
}

async function bytesOf(path: string): Promise<Buffer> {
  return (await readFileIfAny(path)) ?? Buffer.alloc(0);
}

async function statIfAny(path: string) {
  return stat(path).catch(() => undefined);
}
