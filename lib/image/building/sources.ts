import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { join, relative, sep } from 'node:path';
import { errnoOf, KilnError, messageOf } from '../../errors';
import { type PathTest, pathTest } from './file-pattern';

const CHUNK = 1024 * 1024;

/** Every file that a build may read, by its path from the folder: kind, permissions and hash of the content. */
export type Sources = ReadonlyMap<string, string>;

export interface SourceOptions {
  /** Paths from the folder that are no sources. */
  readonly isIgnored: PathTest;
  /** Absolute paths that are no sources. */
  readonly exclude: readonly string[];
  /** Files and folders elsewhere, absolute. Nothing in them is ignored by `isIgnored`. */
  readonly inputs: readonly string[];
}

/** Never sources: version control, what package managers, cdktf, Terraform and Kiln itself leave. */
const isNever = pathTest([
  '.git',
  'node_modules',
  'cdktf.out',
  '.kiln',
  '.kiln.lock',
  '.*.kiln-aside',
  '.terraform',
  'terraform.*.tfstate*',
]);

/**
 * Reads the sources of a build, in an order that is the same everywhere. A link is its target's text; what it leads to
 * outside of the folder is read as well.
 * @throws KilnError `build.unreadable-input`, `build.input-missing`
 */
export function readSources(folder: string, options: SourceOptions): Sources {
  const sources = new Map<string, string>();
  const walk = new Walk(sources, fs.realpathSync(folder), options);
  walk.folder(folder, '');
  for (const input of options.inputs) {
    const path = relative(folder, input).split(sep).join('/') || '.';
    if (!fs.existsSync(input)) {
      throw new KilnError(`the input '${path}' of the build in '${folder}' does not exist`, {
        code: 'build.input-missing',
        remedy: "Correct its path in 'inputs'; it starts at the folder that is built.",
      });
    }
    walk.input(input, path);
  }
  return sources;
}

/** Paths that came, went or changed, sorted. */
export function changedSources(before: Sources, after: Sources): string[] {
  const paths = new Set([...before.keys(), ...after.keys()]);
  return [...paths].filter((path) => before.get(path) !== after.get(path)).sort();
}

class Walk {
  /** Folders outside that were read already: a link may lead back to where it came from. */
  private readonly visited = new Set<string>();

  constructor(
    private readonly sources: Map<string, string>,
    private readonly root: string,
    private readonly options: SourceOptions,
  ) {}

  folder(absolute: string, path: string, isOutside = false): void {
    for (const { name } of reading(absolute, () => sortedEntries(absolute)) ?? []) {
      const inner = path === '' ? name : `${path}/${name}`;
      const entry = join(absolute, name);
      if (this.options.exclude.includes(entry)) continue;
      if (isNever(name) || (!isOutside && this.options.isIgnored(inner))) continue;
      this.entry(entry, inner, isOutside);
    }
  }

  input(absolute: string, path: string): void {
    this.entry(absolute, path, true);
  }

  private entry(absolute: string, path: string, isOutside: boolean): void {
    // It may go while we look, as an editor's temporary file does: then it is no source.
    const stat = fs.lstatSync(absolute, { throwIfNoEntry: false });
    if (!stat) return;
    if (stat.isDirectory()) this.folder(absolute, path, isOutside);
    else if (stat.isSymbolicLink()) this.link(absolute, path);
    else if (stat.isFile()) this.file(absolute, path, stat.mode);
    else this.sources.set(path, 'special');
  }

  private file(absolute: string, path: string, mode: number): void {
    const hash = reading(absolute, () => hashFile(absolute));
    if (hash !== undefined) this.sources.set(path, `file ${(mode & 0o777).toString(8)} ${hash}`);
  }

  private link(absolute: string, path: string): void {
    const target = reading(absolute, () => fs.readlinkSync(absolute));
    if (target === undefined) return;
    this.sources.set(path, `link ${target}`);
    const real = tryRealPath(absolute);
    if (real === undefined || real === this.root || real.startsWith(this.root + sep)) return;
    if (this.visited.has(real)) return;
    this.visited.add(real);
    this.entry(real, `${path}/@`, true);
  }
}

function sortedEntries(folder: string): fs.Dirent[] {
  const entries = fs.readdirSync(folder, { withFileTypes: true });
  return entries.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

function hashFile(file: string): string {
  const hash = createHash('sha256');
  const fd = fs.openSync(file, 'r');
  try {
    const chunk = Buffer.allocUnsafe(Math.min(CHUNK, fs.fstatSync(fd).size + 1));
    for (;;) {
      const count = fs.readSync(fd, chunk, 0, chunk.length, null);
      if (count === 0) return hash.digest('hex');
      hash.update(chunk.subarray(0, count));
    }
  } finally {
    fs.closeSync(fd);
  }
}

/** Undefined for what went away while we looked. */
function reading<T>(path: string, action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw new KilnError(`'${path}', an input of a build, cannot be read: ${messageOf(error)}`, {
      code: 'build.unreadable-input',
      remedy: "Make it readable, or name it in 'ignore' if the build does not read it.",
      cause: error,
    });
  }
}

function tryRealPath(path: string): string | undefined {
  try {
    return fs.realpathSync(path);
  } catch {
    return undefined;
  }
}
