import type { Query } from './query';
import { Refusal } from './refusal';
import { ACCOUNT } from './settings';

const MOST_VALUES = 200;

/** The values that a filter is held against. */
export type Facets<T> = Readonly<Record<string, (item: T) => readonly string[]>>;

/** Those that every filter lets pass: a value matches one of its patterns. */
export function select<T extends { readonly tags: ReadonlyMap<string, string> }>(
  items: readonly T[],
  query: Query,
  facets: Facets<T>,
): T[] {
  const filters = query.members('Filter').map((filter) => {
    const name = filter.required('Name');
    const patterns = filter.texts('Value').map(pattern);
    if (patterns.length === 0)
      throw new Refusal('InvalidParameterValue', `The filter '${name}' has no values`);
    return { values: facetOf(name, facets), patterns };
  });
  if (filters.some(({ patterns }) => patterns.length > MOST_VALUES))
    throw new Refusal(
      'FilterLimitExceeded',
      `The maximum number of filter values specified on a single call is ${MOST_VALUES}`,
    );
  const owners = query.texts('Owner');
  const ours = owners.length === 0 || owners.some((owner) => owner === 'self' || owner === ACCOUNT);
  if (!ours) return [];
  return items.filter((item) =>
    filters.every(({ values, patterns }) =>
      values(item).some((value) => patterns.some((one) => one.test(value))),
    ),
  );
}

/** A page of them, and the token of the next. */
export function page<T>(
  items: readonly T[],
  query: Query,
  ids: string,
  smallest = 5,
  largest = 1000,
): { readonly items: readonly T[]; readonly next?: string } {
  const most = query.number('MaxResults');
  const token = query.text('NextToken');
  if ((most !== undefined || token !== undefined) && query.has(ids)) {
    throw new Refusal(
      'InvalidParameterCombination',
      `The parameter ${ids} cannot be used with the parameter MaxResults`,
    );
  }
  if (most !== undefined && (most < smallest || most > largest)) {
    throw new Refusal(
      'InvalidParameterValue',
      `Value ( ${most} ) for parameter maxResults is invalid. Expecting a value between ${smallest} and ${largest}.`,
    );
  }
  const start = token === undefined ? 0 : Number(Buffer.from(token, 'base64').toString());
  if (!Number.isInteger(start)) throw new Refusal('InvalidNextToken', 'The pagination token is invalid.');
  const end = start + (most ?? largest);
  const next = end < items.length ? { next: Buffer.from(String(end)).toString('base64') } : {};
  return { items: items.slice(start, end), ...next };
}

function facetOf<T extends { readonly tags: ReadonlyMap<string, string> }>(
  name: string,
  facets: Facets<T>,
): (item: T) => readonly string[] {
  if (name.startsWith('tag:')) {
    const key = name.slice('tag:'.length);
    return ({ tags }) => (tags.has(key) ? [tags.get(key) as string] : []);
  }
  if (name === 'tag-key') return ({ tags }) => [...tags.keys()];
  const facet = Object.hasOwn(facets, name) ? facets[name] : undefined;
  if (facet) return facet;
  throw new Refusal('InvalidParameterValue', `The filter '${name}' is invalid`);
}

/** `*` and `?` are wildcards unless after a backslash. */
function pattern(text: string): RegExp {
  const source = text.replace(/\\([*?\\])|([*?])|[^\w\s]/g, (sign, escaped, wild) => {
    if (wild) return wild === '*' ? '[\\s\\S]*' : '[\\s\\S]';
    return `\\${escaped ?? sign}`;
  });
  return new RegExp(`^${source}$`);
}
