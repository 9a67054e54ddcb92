import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { BuildCache } from '../../../lib/image/building/build-cache';
import { buildFolder } from './fixtures';

const DAY = 24 * 60 * 60;
const at = buildFolder();

const cache = () => new BuildCache(at().cache);
const key = (name: string) => name.padEnd(32, '0');

function store(name: string | undefined, content = 'image', build = 'web') {
  const artifact = at().write('out.elf', content);
  const known = name === undefined ? undefined : key(name);
  return cache().store(known, build, { artifact, initrd: undefined }, () => undefined);
}

function unusedFor(name: string, seconds: number): void {
  const time = Date.now() / 1000 - seconds;
  utimesSync(join(at().cache, key(name), '.kiln-record.json'), time, time);
}

const kept = () => readdirSync(at().cache).map((name) => name.replace(/0+$/, ''));

test('gives what was stored, under its own name', () => {
  const { artifact } = store('a');
  expect(artifact).toBe(join(at().cache, key('a'), 'out.elf'));
  expect(cache().tryFind(key('a'))).toEqual({ artifact, initrd: undefined });
});

test('keeps two files of one name apart', () => {
  const artifact = at().write('a/out', 'kernel');
  const initrd = at().write('b/out', 'files');
  const stored = cache().store(key('a'), 'web', { artifact, initrd }, () => undefined);
  expect(readFileSync(stored.artifact, 'utf8')).toBe('kernel');
  expect(readFileSync(stored.initrd as string, 'utf8')).toBe('files');
});

test.each([
  ['cut short', (file: string) => writeFileSync(file, 'imag')],
  ['changed', (file: string) => writeFileSync(file, 'imagx')],
])('a file that was %s is not given, and goes', (_, damage) => {
  const { artifact } = store('a');
  chmodSync(artifact, 0o644);
  damage(artifact);
  expect(cache().tryFind(key('a'))).toBeUndefined();
  expect(kept()).toEqual([]);
  expect(readFileSync(store('a').artifact, 'utf8')).toBe('image');
});

test('a folder without its record is not given, and makes room', () => {
  mkdirSync(join(at().cache, key('a'), 'x'), { recursive: true });
  expect(cache().tryFind(key('a'))).toBeUndefined();
  expect(existsSync(store('a').artifact)).toBe(true);
});

test('does not remove what another process puts there while it looks', () => {
  const actual = jest.requireActual<typeof import('node:fs')>('node:fs');
  const isThere = jest.fn((path: string) => {
    const answer = actual.existsSync(path);
    if (!answer) store('a');
    return answer;
  });
  jest.doMock('node:fs', () => ({ ...actual, existsSync: isThere }));
  jest.isolateModules(() => {
    const { BuildCache: Watched } = require('../../../lib/image/building/build-cache');
    expect(new Watched(at().cache).tryFind(key('a'))).toBeUndefined();
  });
  jest.dontMock('node:fs');
  expect(kept()).toEqual(['a']);
});

test('keeps nothing that is refused', () => {
  const artifact = at().write('out.elf', 'image');
  const refuse = () => {
    throw new Error('no');
  };
  expect(() => cache().store(key('a'), 'web', { artifact, initrd: undefined }, refuse)).toThrow('no');
  expect(kept()).toEqual([]);
});

test('shows the copy to who verifies it, not the file it came from', () => {
  const artifact = at().write('out.elf', 'image');
  const verify = (copy: string) => {
    expect(copy.startsWith(at().cache)).toBe(true);
    expect(readFileSync(copy, 'utf8')).toBe('image');
  };
  cache().store(key('a'), 'web', { artifact, initrd: undefined }, verify);
  expect.assertions(2);
});

test('what has no key is kept by its content, once', () => {
  const first = store(undefined);
  expect(store(undefined)).toEqual(first);
  expect(store(undefined, 'other').artifact).not.toBe(first.artifact);
});

test('keeps the five builds of a unikernel that were used last', () => {
  for (const [index, name] of ['a', 'b', 'c', 'd', 'e'].entries()) {
    store(name);
    unusedFor(name, (10 - index) * DAY);
  }
  cache().tryFind(key('a'));
  store('f');
  expect(kept().sort()).toEqual(['a', 'c', 'd', 'e', 'f']);
});

test('keeps what was used in the last hour, however much it is', () => {
  for (const name of 'abcdefgh') store(name);
  expect(kept()).toHaveLength(8);
});

test('keeps builds of other unikernels, until nobody has used them for a month', () => {
  for (const name of 'abcdefgh') {
    store(name, 'image', `service ${name}`);
    unusedFor(name, 29 * DAY);
  }
  unusedFor('c', 31 * DAY);
  store('x');
  expect(kept().sort()).toEqual(['a', 'b', 'd', 'e', 'f', 'g', 'h', 'x']);
});

test('clears away what a killed process left half copied', () => {
  const left = join(at().cache, '.tmp-1234');
  mkdirSync(left, { recursive: true });
  const time = Date.now() / 1000 - 2 * DAY;
  utimesSync(left, time, time);
  store('a');
  expect(kept()).toEqual(['a']);
});

test('refuses with the reason when nothing can be kept', () => {
  const artifact = at().write('out.elf', 'image');
  const folder = at().write('file', '');
  expect(() =>
    new BuildCache(join(folder, 'cache')).store(
      key('a'),
      'web',
      { artifact, initrd: undefined },
      () => undefined,
    ),
  ).toThrow(/^the build cannot be kept in '.*\/file\/cache': ENOTDIR/);
});
