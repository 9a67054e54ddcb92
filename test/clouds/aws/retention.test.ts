import type { Ami } from '../../../lib/clouds/aws';
import { MAKING_MS, rankImages } from '../../../lib/clouds/aws/retention';

const NOW = Date.parse('2026-11-23T12:00:00Z');
const ago = (minutes: number) => new Date(NOW - minutes * 60_000);

function image(id: string, changes: Partial<Ami>): Ami {
  return {
    id,
    createdAt: ago(600),
    owner: undefined,
    retiredAt: undefined,
    copyOf: undefined,
    ...changes,
  } as Ami;
}

/** `id: standing place`. */
function ranked(images: readonly Ami[], options: Partial<Parameters<typeof rankImages>[1]> = {}): string[] {
  return rankImages(images, { keep: 2, now: NOW, ...options }).map(({ image: { id }, standing, place }) =>
    `${id}: ${standing} ${place ?? ''}`.trim(),
  );
}

test('those that left service last are kept, the others are surplus', () => {
  const images = [
    image('a', { retiredAt: ago(40) }),
    image('b', { retiredAt: ago(10) }),
    image('c', { retiredAt: ago(30) }),
    image('d', { owner: 'o', createdAt: ago(5) }),
  ];
  expect(ranked(images)).toEqual(['d: current', 'b: kept 1', 'c: kept 2', 'a: surplus 3']);
  expect(ranked(images, { keep: 0 })).toEqual(['d: current', 'b: surplus 1', 'c: surplus 2', 'a: surplus 3']);
});

test('of two that left at once the newer one is kept, and of two alike always the same', () => {
  const left = { retiredAt: ago(1) };
  const images = [image('a', left), image('b', { ...left, createdAt: ago(2) }), image('c', left)];
  expect(ranked(images, { keep: 1 })).toEqual(['b: kept 1', 'a: surplus 2', 'c: surplus 3']);
  expect(ranked([...images].reverse(), { keep: 1 })).toEqual(ranked(images, { keep: 1 }));
});

test('what this process did counts before what the tags say', () => {
  const images = [image('a', { retiredAt: ago(1) }), image('b', { owner: 'o' })];
  expect(ranked(images, { keep: 0, claimed: new Set(['a']), retired: new Map([['b', 'o']]) })).toEqual([
    'a: current',
    'b: surplus 1',
  ]);
});

test('one that another claimed after it was retired here is in service', () => {
  const retired = new Map([['a', 'mine']]);
  expect(ranked([image('a', { owner: 'mine' })], { keep: 0, retired })).toEqual(['a: surplus 1']);
  expect(ranked([image('a', { owner: 'theirs' })], { keep: 0, retired })).toEqual(['a: current']);
});

test('an owner counts before the mark of an earlier retirement', () => {
  expect(ranked([image('a', { owner: 'o', retiredAt: ago(1) })], { keep: 0 })).toEqual(['a: current']);
});

test('one that nobody claimed is being made, and after an hour was left behind', () => {
  expect(MAKING_MS).toBe(3_600_000);
  expect(ranked([image('a', { createdAt: ago(59) })], { keep: 0 })).toEqual(['a: making']);
  expect(ranked([image('a', { createdAt: ago(61) })], { keep: 0 })).toEqual(['a: surplus 1']);
  expect(ranked([image('a', { createdAt: ago(1) })], { keep: 0, makingMs: 0 })).toEqual(['a: surplus 1']);
  expect(ranked([image('a', { createdAt: undefined })], { keep: 0 })).toEqual(['a: making']);
});

test('a copy goes with its original, whenever it was made', () => {
  expect(ranked([image('a', { copyOf: 'eu-west-1/ami-1' })], { keep: 0 })).toEqual(['a: copy']);
});
