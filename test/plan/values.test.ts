import { attributeChanges, Placeholder, renderValue } from '../../lib/plan/values';

const change = (fields: object) => attributeChanges({ actions: ['update'], before: null, ...fields });

test('only the smallest part that differs is named', () => {
  const before = { a: 1, b: { c: 2, d: [{ e: 3 }, { e: 4 }] }, 'x-y z': 1 };
  const after = { a: 1, b: { c: 2, d: [{ e: 3 }, { e: 5 }] }, 'x-y z': 2 };
  expect(change({ before, after })).toEqual([
    { path: 'b.d[1].e', before: 4, after: 5, forcesReplacement: false },
    { path: '["x-y z"]', before: 1, after: 2, forcesReplacement: false },
  ]);
});

test('lists of values, and lists of another length, are compared as a whole', () => {
  const before = { names: ['a', 'b'], items: [{ x: 1 }] };
  const after = { names: ['a', 'c'], items: [{ x: 1 }, { x: 2 }] };
  expect(change({ before, after }).map(({ path }) => path)).toEqual(['names', 'items']);
});

test('what is known only after apply is said to be so, also where the plan has no key for it', () => {
  const [found] = change({ before: { id: 'x' }, after: {}, after_unknown: { id: true } });
  expect(found).toMatchObject({ path: 'id', before: 'x', after: Placeholder.UNKNOWN });
});

test('a secret that differs is named but never shown, on either side', () => {
  const found = change({
    before: { token: 'old-secret', nested: { key: 'k1' } },
    after: { token: 'new-secret', nested: { key: 'k2' } },
    before_sensitive: { nested: { key: true } },
    after_sensitive: { token: true, nested: true },
  });
  expect(JSON.stringify(found)).not.toMatch(/secret|k1|k2/);
  expect(found.map(({ path, after }) => [path, String(after)])).toEqual([
    ['token', '(sensitive)'],
    ['nested', '(sensitive)'],
  ]);
});

test('the old value of something that becomes a secret is masked too', () => {
  const [found] = change({
    before: { token: 'was-clear' },
    after: { token: 'x' },
    after_sensitive: { token: true },
  });
  expect(found?.before).toBe(Placeholder.SENSITIVE);
});

test('a secret inside a list is masked where the list is shown whole', () => {
  const [found] = change({
    before: { args: ['a'] },
    after: { args: ['a', 'hush'] },
    after_sensitive: { args: [false, true] },
  });
  expect(renderValue(found?.after)).toBe('["a","(sensitive)"]');
});

test('a secret that stays the same is no change', () => {
  expect(
    change({
      before: { t: 'x' },
      after: { t: 'x' },
      before_sensitive: { t: true },
      after_sensitive: { t: true },
    }),
  ).toEqual([]);
});

test('what forces a replacement is marked', () => {
  const found = change({
    before: { a: 1, b: { c: 1 } },
    after: { a: 2, b: { c: 2 } },
    replace_paths: [['b']],
  });
  expect(found.map(({ path, forcesReplacement }) => [path, forcesReplacement])).toEqual([
    ['a', false],
    ['b.c', true],
  ]);
});

test.each([
  [null, '(none)'],
  ['text', 'text'],
  ['', '""'],
  [' x', '" x"'],
  ['two\nlines', '"two\\nlines"'],
  [['a', 'b c'], 'a "b c"'],
  [[], '[]'],
  [{ a: 1 }, '{"a":1}'],
  [false, 'false'],
])('%j is shown as %s', (value, text) => {
  expect(renderValue(value)).toBe(text);
});
