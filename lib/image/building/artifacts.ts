import * as fs from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { KilnError, messageOf } from '../../errors';
import { findFiles } from './file-pattern';

const ASIDE = '.kiln-aside';
const MAX_SHOWN = 8;

/**
 * The artifacts of one build. What an earlier build left is moved aside before, so that what is there afterwards was made
 * by this build; no file of the user's is ever deleted that the build did not write.
 */
export class Artifacts {
  /** Where each lies while the build runs, by its own path. */
  private readonly aside = new Map<string, string>();

  constructor(
    private readonly folder: string,
    private readonly patterns: readonly string[],
  ) {}

  /** @throws KilnError `build.not-writable`, with everything in its place again */
  setAside(): void {
    // Left by a build that was killed: what is aside was there before it, and what is in its place is half of its own.
    for (const aside of this.patterns.flatMap((pattern) => this.strays(pattern))) {
      this.aside.set(join(dirname(aside), basename(aside).slice(1, -ASIDE.length)), aside);
    }
    for (const path of this.present().map((file) => this.movable(file))) {
      const aside = join(dirname(path), `.${basename(path)}${ASIDE}`);
      try {
        if (this.aside.has(path)) fs.rmSync(path, { force: true });
        else fs.renameSync(path, aside);
      } catch (error) {
        this.bringBack();
        throw new KilnError(`cannot move the earlier '${path}' aside: ${messageOf(error)}`, {
          code: 'build.not-writable',
          remedy: 'Make it and its folder writable, or remove it.',
          cause: error,
        });
      }
      this.aside.set(path, aside);
    }
  }

  /**
   * The one file that fits a pattern.
   * @throws KilnError `build.no-artifact`, `build.many-artifacts`, `build.artifact-not-a-file`, `build.artifact-empty`
   */
  find(pattern: string): string {
    const [path, ...more] = findFiles(pattern, this.folder);
    if (path === undefined) throw this.missing(pattern);
    if (more.length > 0) {
      const names = [path, ...more].slice(0, MAX_SHOWN).map((file) => `'${this.shown(file)}'`);
      throw new KilnError(
        `the build of '${this.folder}' made ${more.length + 1} files that fit '${pattern}': ${names.join(', ')}`,
        {
          code: 'build.many-artifacts',
          remedy: "Name the one that is meant in 'artifact'.",
        },
      );
    }
    const stat = fs.statSync(path, { throwIfNoEntry: false });
    if (!stat?.isFile()) {
      const what =
        stat === undefined ? 'a link that leads nowhere' : stat.isDirectory() ? 'a folder' : 'no file';
      throw new KilnError(`the build of '${this.folder}' made '${this.shown(path)}', which is ${what}`, {
        code: 'build.artifact-not-a-file',
        remedy: "Name the image itself in 'artifact'.",
      });
    }
    if (stat.size === 0) {
      throw new KilnError(`the build of '${this.folder}' made '${this.shown(path)}', which is empty`, {
        code: 'build.artifact-empty',
      });
    }
    return path;
  }

  /** After a build that ended well: what it did not make again goes back to its place. */
  keep(): void {
    this.bringBack();
    for (const aside of this.aside.values()) quietly(() => fs.rmSync(aside, { force: true }));
  }

  /** After one that failed: what it wrote may be half of an image, and what was there before comes back. */
  rollBack(): void {
    for (const path of this.present()) quietly(() => fs.rmSync(this.movable(path), { force: true }));
    this.bringBack();
  }

  private bringBack(): void {
    for (const [path, aside] of this.aside) {
      // A tool that clears its folder first has taken it along; then there is nothing to bring back.
      if (isThere(path) || !isThere(aside)) continue;
      quietly(() => fs.renameSync(aside, path));
    }
  }

  /**
   * The file itself. In a folder that nobody may write to and a link leads to, such as one in a store of packages, it is not
   * ours to move: there it is the link. Any other link is the user's, to where its build shall write.
   */
  private movable(path: string): string {
    const real = realPlaceOf(path);
    const inside = relative(this.folder, path);
    if (isOutside(inside) || !isReadOnly(dirname(real))) return real;
    const segments = inside.split(sep).slice(0, -1);
    const link = segments
      .map((_, index) => join(this.folder, ...segments.slice(0, index + 1)))
      .find((at) => fs.lstatSync(at, { throwIfNoEntry: false })?.isSymbolicLink());
    return link ?? real;
  }

  /** What an earlier build moved aside and never brought back, at every place where `movable` may have done so. */
  private strays(pattern: string): string[] {
    const full = resolve(this.folder, pattern);
    const inside = relative(this.folder, full);
    const base = isOutside(inside) ? dirname(full) : this.folder;
    const segments = relative(base, full).split(sep);
    return segments.flatMap((segment, index) =>
      findFiles([...segments.slice(0, index), `.${segment}${ASIDE}`].join('/'), base).map(realPlaceOf),
    );
  }

  private present(): string[] {
    return this.patterns.flatMap((pattern) => findFiles(pattern, this.folder)).filter(isFileOrLink);
  }

  private missing(pattern: string): KilnError {
    const folder = dirname(resolve(this.folder, pattern));
    const names = folder.includes('*') ? [] : filesIn(folder);
    const there = names.length === 0 ? '' : `; in its place there is ${names.slice(0, MAX_SHOWN).join(', ')}`;
    return new KilnError(`the build of '${this.folder}' ended well but did not make '${pattern}'${there}`, {
      code: 'build.no-artifact',
      remedy: "Correct 'artifact', or what the build is told to make.",
    });
  }

  private shown(path: string): string {
    const inside = relative(this.folder, path);
    return isOutside(inside) ? path : inside;
  }
}

function isOutside(inside: string): boolean {
  return inside === '..' || inside.startsWith(`..${sep}`);
}

/** With the links on the way to it followed, so that it is found again when one of them goes. */
function realPlaceOf(path: string): string {
  return join(fs.realpathSync(dirname(path)), basename(path));
}

function isReadOnly(folder: string): boolean {
  return (fs.statSync(folder).mode & 0o222) === 0;
}

function isFileOrLink(path: string): boolean {
  return !(fs.lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ?? true);
}

function isThere(path: string): boolean {
  return fs.lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** What went wrong first is what is reported; what stays aside is found by the next build. */
function quietly(action: () => void): void {
  try {
    action();
  } catch {
    // The folder is as unusable as before.
  }
}

function filesIn(folder: string): string[] {
  try {
    return fs
      .readdirSync(folder)
      .filter((name) => !name.startsWith('.'))
      .sort();
  } catch {
    return [];
  }
}
