import * as fs from 'node:fs';
import { join } from 'node:path';
import { errnoOf, KilnError, messageOf } from '../../errors';

const NAME = '.kiln.lock';
const POLL_MS = 100;
/** A lock without content is being written; one that stays so was left by a machine that went down. */
const UNWRITTEN_MS = 5000;

interface Holder {
  readonly pid: number;
  /** When that process started, in the kernel's own count; tells it from a later one with its number. */
  readonly started: string | null;
}

/**
 * Makes this process the only one that builds in a folder, waiting for another that does; the result gives it back. A lock
 * whose process is gone is taken over.
 * @param name how the folder is called to people
 * @throws KilnError `build.not-writable`
 */
export function lockFolder(folder: string, name: string, notify: (line: string) => void): () => void {
  const path = join(folder, NAME);
  for (let waited = false; !tryLock(path); waited = true) {
    const holder = readHolder(path);
    if (holder === 'stale') {
      stealLock(path);
      continue;
    }
    if (!waited && holder !== undefined) {
      notify(`'${name}' is being built by process ${holder.pid}; waiting for it`);
    }
    sleep(POLL_MS);
  }
  return () => fs.rmSync(path, { force: true });
}

function tryLock(path: string): boolean {
  const holder: Holder = { pid: process.pid, started: statOf(process.pid)?.started ?? null };
  try {
    fs.writeFileSync(path, JSON.stringify(holder), { flag: 'wx' });
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false;
    throw new KilnError(`cannot build in '${join(path, '..')}': ${messageOf(error)}`, {
      code: 'build.not-writable',
      remedy: 'Make the folder writable: its toolchain writes there as well.',
      cause: error,
    });
  }
}

/** Undefined when it is gone or not written yet. */
function readHolder(path: string): Holder | 'stale' | undefined {
  const stat = fs.statSync(path, { throwIfNoEntry: false });
  if (!stat) return undefined;
  const holder = tryParse(path);
  if (holder === undefined) return Date.now() - stat.mtimeMs > UNWRITTEN_MS ? 'stale' : undefined;
  return isAlive(holder) ? holder : 'stale';
}

function tryParse(path: string): Holder | undefined {
  try {
    const value = JSON.parse(fs.readFileSync(path, 'utf8')) as Partial<Holder> | null;
    return typeof value?.pid === 'number' ? { pid: value.pid, started: value.started ?? null } : undefined;
  } catch {
    return undefined;
  }
}

function isAlive({ pid, started }: Holder): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return errnoOf(error) === 'EPERM';
  }
  const now = statOf(pid);
  // One that nobody waits for, as in a container without an init, has ended all the same.
  if (now?.state === 'Z') return false;
  return now === undefined || started === null || now.started === started;
}

/** Fields 3 and 22 of proc(5)'s stat; undefined where there is no /proc. */
function statOf(pid: number): { readonly state: string; readonly started: string } | undefined {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name, in parentheses, may itself hold spaces and parentheses.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0] ?? '', started: fields[19] ?? '' };
  } catch {
    return undefined;
  }
}

/** Moving it away is what only one of several can do; what it moved may be a lock that was taken meanwhile. */
function stealLock(path: string): void {
  const aside = `${path}.${process.pid}`;
  try {
    fs.renameSync(path, aside);
  } catch {
    return;
  }
  const taken = tryParse(aside);
  if (taken !== undefined && isAlive(taken)) fs.renameSync(aside, path);
  else fs.rmSync(aside, { recursive: true, force: true });
}

function sleep(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
