import { Decimal, Dynamic, t, UNKNOWN } from '../../../lib/plugin';
import type { Shape } from '../../../lib/plugin/schema/types';
import { equalValues, findBroken, findUnknown, unknownToNull } from '../../../lib/plugin/values/compare';

const object: Shape = {
  kind: 'object',
  attributes: { a: t.string, list: t.list(t.string), set: t.set(t.string) },
};

describe('equalValues', () => {
  test.each<[string, Shape, unknown, unknown, boolean]>([
    ['sets in another order', t.set(t.string), ['a', 'b'], ['b', 'a', 'b'], true],
    ['lists in another order', t.list(t.string), ['a', 'b'], ['b', 'a'], false],
    ['maps in another order', t.map(t.string), { a: '1', b: '2' }, { b: '2', a: '1' }, true],
    [
      'a member that is missing and one that is null',
      object,
      { a: 'x' },
      { a: 'x', list: null, set: null },
      true,
    ],
    ['the same decimal made in two ways', t.decimal, Decimal.from('1.50'), Decimal.from('15e-1'), true],
    ['null and an empty list', t.list(t.string), null, [], false],
    ['two unknowns', t.string, UNKNOWN, UNKNOWN, true],
    ['an unknown and a value', t.string, UNKNOWN, 'a', false],
    ['a text and a number of the same digits', t.dynamic, Dynamic.of('1'), Dynamic.of(1), false],
  ])('%s', (_name, shape, a, b, expected) => {
    expect(equalValues(shape, a, b)).toBe(expected);
  });
});

describe('findUnknown', () => {
  test('gives the path of the first', () => {
    expect(findUnknown({ a: 'x', list: [{ b: 1 }, { b: UNKNOWN }] })).toEqual(['list', 1, 'b']);
    expect(findUnknown({ d: Dynamic.of('x'), n: Decimal.from(1) })).toBeUndefined();
    expect(findUnknown({ d: new Dynamic(t.list(t.string), ['a', UNKNOWN]) })).toEqual(['d', 1]);
  });
});

test('unknownToNull empties only what is unknown', () => {
  expect(unknownToNull({ a: UNKNOWN, list: ['x', UNKNOWN], n: Decimal.from(1) })).toEqual({
    a: null,
    list: ['x', null],
    n: Decimal.from(1),
  });
});

describe('findBroken', () => {
  test.each<[string, unknown, unknown, readonly (string | number)[] | undefined]>([
    ['an unknown may become anything', { a: UNKNOWN, list: UNKNOWN }, { a: 'x', list: ['y'] }, undefined],
    ['a known value must stay', { a: 'x' }, { a: 'y' }, ['a']],
    ['an element must stay in its place', { list: ['x', 'y'] }, { list: ['y', 'x'] }, ['list', 0]],
    ['a list keeps its length', { list: ['x', UNKNOWN] }, { list: ['x'] }, ['list']],
    ['null does not become an empty list', { list: null }, { list: [] }, ['list']],
    ['a set may be in another order', { set: ['x', 'y'] }, { set: ['y', 'x'] }, undefined],
    ['a set keeps its elements', { set: ['x', 'y'] }, { set: ['x', 'z'] }, ['set']],
    [
      'a set with an unknown element cannot be judged',
      { set: ['x', UNKNOWN] },
      { set: ['y', 'x'] },
      undefined,
    ],
    ['a planned object does not vanish', { a: 'x' }, null, ['a']],
  ])('%s', (_name, planned, actual, expected) => {
    expect(findBroken(object, planned, actual)).toEqual(expected);
  });
});
