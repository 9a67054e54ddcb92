import { lstatSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** A test of paths from a folder, with slashes. */
export type PathTest = (path: string) => boolean;

/**
 * Patterns as in `.gitignore`, without exceptions: one with a slash before its end starts at the folder, another fits a
 * name at any depth; `*` is any part of a name, `**` any folders. A folder that fits takes everything in it along.
 */
export function pathTest(patterns: readonly string[]): PathTest {
  const expressions = patterns.map(expressionOf);
  return (path) => expressions.some((expression) => expression.test(path));
}

/**
 * The paths that fit an artifact's pattern, sorted; also links that lead nowhere. Only `*` within one name is special.
 * @param folder where a relative pattern starts
 */
export function findFiles(pattern: string, folder: string): string[] {
  let found = ['/'];
  for (const segment of resolve(folder, pattern).split('/').filter(Boolean)) {
    found = found.flatMap((base) => matchesIn(base, segment));
  }
  return found.sort();
}

function expressionOf(pattern: string): RegExp {
  const trimmed = pattern.replace(/\/+$/, '');
  const anchored = trimmed.includes('/');
  const body = trimmed
    .replace(/^\.?\/+/, '')
    .split('/')
    .map((segment) => (segment === '**' ? '(?:[^/]+/)*' : `${nameExpression(segment)}/`))
    .join('')
    .replace(/\/$/, '');
  return new RegExp(`${anchored ? '^' : '(?:^|/)'}${body}(?:/|$)`);
}

function nameExpression(segment: string): string {
  return segment.replace(/[\\^$.|?+()[\]{}]/g, '\\$&').replace(/\*+/g, '[^/]*');
}

function matchesIn(base: string, segment: string): string[] {
  const plain = join(base, segment);
  // Not by listing: a home folder may be passed through and not be read.
  if (!segment.includes('*')) return isThere(plain) ? [plain] : [];
  const expression = new RegExp(`^${nameExpression(segment)}$`);
  const hidden = segment.startsWith('.');
  return namesIn(base)
    .filter((name) => expression.test(name) && (hidden || !name.startsWith('.')))
    .map((name) => join(base, name));
}

/** Also for a link that leads nowhere. */
function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false;
  }
}

/** Nothing where the folder does not exist, is none, or may not be read. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
