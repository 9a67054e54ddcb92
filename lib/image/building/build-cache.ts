import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import { basename, join } from 'node:path';
import { isOutOfSpace, KilnError, messageOf } from '../../errors';
import { hashImage, stageImage } from '../stage-image';

/** No tool names an artifact so. */
const RECORD = '.kiln-record.json';
const TEMPORARY = '.tmp-';
/** Kept of each unikernel: enough to go back and forth between branches. */
const KEPT_PER_BUILD = 5;
const DAY_MS = 24 * 60 * 60 * 1000;
const KEPT_DAYS = 30;
/** What was used so lately may still be staged by the synth that used it: one app may build a unikernel in ten variants. */
const SAME_SYNTH_MS = 60 * 60 * 1000;
/** A copy takes minutes at most, so what is older was left by a process that was killed. */
const TEMPORARY_MS = DAY_MS;

interface KeptFile {
  readonly name: string;
  readonly size: number;
  readonly sha256: string;
}

interface KeptRecord {
  /** See `buildName`. */
  readonly build: string;
  readonly artifact: KeptFile;
  readonly initrd: KeptFile | null;
}

/** The files of one build, as they lie in the cache. */
export interface KeptBuild {
  readonly artifact: string;
  readonly initrd: string | undefined;
}

/** What builds made, by the key of their inputs: one folder each, complete or not there, never changed. */
export class BuildCache {
  constructor(private readonly folder: string) {}

  /** The build of these inputs, if it is here and whole; what is damaged is removed. */
  tryFind(key: string): KeptBuild | undefined {
    const place = join(this.folder, key);
    // What is not here now may come from another process at any moment, whole, and must not be removed then.
    if (!fs.existsSync(place)) return undefined;
    const record = tryReadRecord(place);
    if (record === undefined || !isWhole(place, record)) {
      fs.rmSync(place, { recursive: true, force: true });
      return undefined;
    }
    touch(place);
    return keptIn(place, record);
  }

  /**
   * Copies artifacts in, lets `verify` see the copies, and keeps them under the key; under a name of their own content when
   * there is none, where no later build finds them.
   * @throws KilnError `build.not-kept` when the cache cannot be written; and whatever `verify` throws, keeping nothing
   */
  store(
    key: string | undefined,
    build: string,
    artifacts: { readonly artifact: string; readonly initrd: string | undefined },
    verify: (copy: string) => void,
  ): KeptBuild {
    const temporary = join(this.folder, `${TEMPORARY}${randomBytes(6).toString('hex')}`);
    try {
      fs.mkdirSync(temporary, { recursive: true });
      const artifact = copyIn(artifacts.artifact, temporary, '');
      const initrd = artifacts.initrd === undefined ? null : copyIn(artifacts.initrd, temporary, 'initrd-');
      verify(join(temporary, artifact.name));
      const record: KeptRecord = { build, artifact, initrd };
      fs.writeFileSync(join(temporary, RECORD), JSON.stringify(record), { flush: true });
      const name = key ?? `once-${artifact.sha256.slice(0, 16)}-${initrd?.sha256.slice(0, 16) ?? ''}`;
      const existing = this.tryFind(name);
      if (existing) return existing;
      const place = join(this.folder, name);
      fs.renameSync(temporary, place);
      touch(place);
      this.prune(build, place);
      return keptIn(place, record);
    } catch (error) {
      if (KilnError.is(error)) throw error;
      throw new KilnError(`the build cannot be kept in '${this.folder}': ${messageOf(error)}`, {
        code: 'build.not-kept',
        remedy: isOutOfSpace(error) ? 'Free some space on that file system.' : 'Make the folder writable.',
        cause: error,
      });
    } finally {
      removeQuietly(temporary);
    }
  }

  /** Removes the builds of this name that were used longest ago, anything not used for a month, and remains. */
  private prune(build: string, current: string): void {
    const kept = entries(this.folder).filter(({ place }) => place !== current);
    const same = kept.filter((entry) => entry.build === build).sort((a, b) => b.used - a.used);
    const unused = (entry: Entry, limit: number) => Date.now() - entry.used > limit;
    const surplus = same.slice(KEPT_PER_BUILD - 1).filter((entry) => unused(entry, SAME_SYNTH_MS));
    const old = kept.filter((entry) => unused(entry, entry.limit));
    for (const { place } of new Set([...surplus, ...old])) fs.rmSync(place, { recursive: true, force: true });
  }
}

function keptIn(place: string, { artifact, initrd }: KeptRecord): KeptBuild {
  return {
    artifact: join(place, artifact.name),
    initrd: initrd === null ? undefined : join(place, initrd.name),
  };
}

function copyIn(file: string, folder: string, prefix: string): KeptFile {
  const { path, sha256, size } = stageImage(file, folder, 'kernel');
  const name = `${prefix}${basename(file)}`;
  fs.renameSync(path, join(folder, name));
  return { name, size, sha256 };
}

function isWhole(place: string, { artifact, initrd }: KeptRecord): boolean {
  return [artifact, ...(initrd === null ? [] : [initrd])].every(({ name, size, sha256 }) => {
    const path = join(place, name);
    return fs.statSync(path, { throwIfNoEntry: false })?.size === size && hashImage(path).sha256 === sha256;
  });
}

/** What went wrong first is what is reported. */
function removeQuietly(folder: string): void {
  try {
    fs.rmSync(folder, { recursive: true, force: true });
  } catch {
    // It was never made, or what holds it is as unusable as before.
  }
}

function touch(place: string): void {
  const now = new Date();
  fs.utimesSync(join(place, RECORD), now, now);
}

function tryReadRecord(place: string): KeptRecord | undefined {
  try {
    const value = JSON.parse(fs.readFileSync(join(place, RECORD), 'utf8')) as KeptRecord | null;
    return value?.artifact?.name === undefined ? undefined : value;
  } catch {
    return undefined;
  }
}

interface Entry {
  readonly place: string;
  readonly build: string | undefined;
  /** When it was used last, in milliseconds. */
  readonly used: number;
  /** For how long it may lie unused, in milliseconds. */
  readonly limit: number;
}

function entries(folder: string): Entry[] {
  return fs.readdirSync(folder).flatMap((name) => {
    const place = join(folder, name);
    const record = tryReadRecord(place);
    const stat = fs.statSync(record === undefined ? place : join(place, RECORD), { throwIfNoEntry: false });
    if (!stat) return [];
    const limit = record === undefined ? TEMPORARY_MS : KEPT_DAYS * DAY_MS;
    return [{ place, build: record?.build, used: stat.mtimeMs, limit }];
  });
}
