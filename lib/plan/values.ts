import { isDeepStrictEqual } from 'node:util';
import type { TerraformChange } from './plan-json';

/** Stands where a value cannot or must not be shown. */
export class Placeholder {
  static readonly SENSITIVE = new Placeholder('(sensitive)');
  static readonly UNKNOWN = new Placeholder('(known after apply)');

  private constructor(private readonly text: string) {}

  toString(): string {
    return this.text;
  }

  toJSON(): string {
    return this.text;
  }
}

/** One attribute that differs; null where there was or will be none. Secrets are {@link Placeholder}s already. */
export interface AttributeChange {
  /** `image.digest`, `tags["x"]`, `steps[0].percent`. */
  readonly path: string;
  readonly before: unknown;
  readonly after: unknown;
  /** True when it is this that makes Terraform replace the resource. */
  readonly forcesReplacement: boolean;
}

type Segment = string | number;

/** A place in the value before and after, with what Terraform says about it. */
interface Place {
  readonly path: readonly Segment[];
  readonly before: unknown;
  readonly after: unknown;
  readonly unknown: unknown;
  readonly sensitiveBefore: unknown;
  readonly sensitiveAfter: unknown;
}

/** What of a resource changes, attribute by attribute, down to the smallest part that differs. */
export function attributeChanges(change: TerraformChange): AttributeChange[] {
  const forcing = change.replace_paths ?? [];
  const root: Place = {
    path: [],
    before: change.before ?? null,
    after: change.after ?? null,
    unknown: change.after_unknown ?? false,
    sensitiveBefore: change.before_sensitive ?? false,
    sensitiveAfter: change.after_sensitive ?? false,
  };
  return differences(root).map((place) => ({
    path: renderPath(place.path),
    before: shown(place.before, [place.sensitiveBefore, place.sensitiveAfter], false),
    after: shown(place.after, [place.sensitiveBefore, place.sensitiveAfter], place.unknown),
    forcesReplacement: forcing.some((path) => overlaps(path, place.path)),
  }));
}

/**
 * A value as it may be shown: placeholders where it is sensitive or not known yet.
 * @param masks shaped like the value, `true` where it is sensitive; what becomes a secret was one before
 */
export function shown(value: unknown, masks: readonly unknown[], unknown: unknown): unknown {
  if (unknown !== true && (value === null || value === undefined)) return null;
  if (masks.includes(true)) return Placeholder.SENSITIVE;
  if (unknown === true) return Placeholder.UNKNOWN;
  const keys = keysOf(value, unknown);
  if (!keys) return value;
  const parts = keys.map((key) => {
    const below = masks.map((mask) => child(mask, key));
    return shown(child(value, key), below, child(unknown, key));
  });
  if (Array.isArray(value)) return parts;
  return Object.fromEntries(keys.map((key, index) => [key, parts[index]]));
}

/** `"text"` without quotes where they say nothing, lists and objects as JSON. */
export function renderValue(value: unknown): string {
  if (value === null || value === undefined) return '(none)';
  if (value instanceof Placeholder) return value.toString();
  if (typeof value === 'string')
    return value === '' || /^\s|\s$|\n/.test(value) ? JSON.stringify(value) : value;
  if (Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'string')) {
    return value.map((item) => (/\s/.test(item) ? JSON.stringify(item) : item)).join(' ');
  }
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function differences(place: Place): Place[] {
  if (isMarked(place)) return isSame(place) ? [] : [place];
  if (!isWalkable(place.before, place.after)) return isSame(place) ? [] : [place];
  const keys = new Set([
    ...(keysOf(place.before, false) ?? []),
    ...(keysOf(place.after, place.unknown) ?? []),
  ]);
  return [...keys].flatMap((key) => differences(childPlace(place, key)));
}

/** Sensitive or unknown as a whole: nothing below it is looked at. */
function isMarked(place: Place): boolean {
  return place.unknown === true || place.sensitiveBefore === true || place.sensitiveAfter === true;
}

function isSame(place: Place): boolean {
  return place.unknown !== true && isDeepStrictEqual(place.before ?? null, place.after ?? null);
}

/** Objects are compared part by part, and so are lists of objects of the same length; all else as a whole. */
function isWalkable(before: unknown, after: unknown): boolean {
  if (Array.isArray(before) && Array.isArray(after)) {
    return before.length === after.length && [...before, ...after].every(isObject);
  }
  return isObject(before ?? {}) && isObject(after ?? {}) && (isObject(before) || isObject(after));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function keysOf(value: unknown, unknown: unknown): Segment[] | undefined {
  if (Array.isArray(value)) return value.map((_, index) => index);
  if (!isObject(value)) return undefined;
  const later = isObject(unknown) ? Object.keys(unknown) : [];
  return [...new Set([...Object.keys(value), ...later])];
}

function child(value: unknown, key: Segment): unknown {
  if (Array.isArray(value)) return value[Number(key)];
  return isObject(value) ? value[key] : undefined;
}

function childPlace(place: Place, key: Segment): Place {
  return {
    path: [...place.path, key],
    before: child(place.before, key),
    after: child(place.after, key),
    unknown: child(place.unknown, key),
    sensitiveBefore: child(place.sensitiveBefore, key),
    sensitiveAfter: child(place.sensitiveAfter, key),
  };
}

function overlaps(one: readonly Segment[], other: readonly Segment[]): boolean {
  const shorter = Math.min(one.length, other.length);
  return one.slice(0, shorter).every((segment, index) => segment === other[index]);
}

function renderPath(path: readonly Segment[]): string {
  return path
    .map((segment, index) => {
      if (typeof segment === 'number') return `[${segment}]`;
      if (!/^[A-Za-z_][\w-]*$/.test(segment)) return `[${JSON.stringify(segment)}]`;
      return index === 0 ? segment : `.${segment}`;
    })
    .join('');
}
