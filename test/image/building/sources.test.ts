import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathTest } from '../../../lib/image/building/file-pattern';
import { changedSources, readSources } from '../../../lib/image/building/sources';
import fc from '../../helpers/property';
import { buildFolder } from './fixtures';

const at = buildFolder();

function sources({ ignore = [] as string[], exclude = [] as string[], inputs = [] as string[] } = {}) {
  return readSources(at().folder, { isIgnored: pathTest(ignore), exclude, inputs });
}

function changedBy(action: () => void, options: Parameters<typeof sources>[0] = {}): string[] {
  const before = sources(options);
  action();
  return changedSources(before, sources(options));
}

test('are every file, in an order that no machine and no day changes', () => {
  for (const name of ['ä.c', 'b/c.c', 'b.c', 'B.c', 'a/z.c']) at().write(name, '');
  expect([...sources().keys()]).toEqual(['B.c', 'a/z.c', 'b/c.c', 'b.c', 'build.sh', 'main.c', 'ä.c']);
});

test.each([
  ['content', () => at().write('main.c', 'int nain;\n')],
  ['permissions', () => chmodSync(join(at().folder, 'main.c'), 0o755)],
  ['being there', () => rmSync(join(at().folder, 'main.c'))],
])('change by %s', (_, action) => {
  expect(changedBy(action)).toEqual(['main.c']);
});

test('change by their names', () => {
  const rename = () => renameSync(join(at().folder, 'main.c'), join(at().folder, 'other.c'));
  expect(changedBy(rename)).toEqual(['main.c', 'other.c']);
});

test('do not change by time', () => {
  expect(changedBy(() => execFileSync('touch', ['-d', '2001-01-01', join(at().folder, 'main.c')]))).toEqual(
    [],
  );
});

test('are not what version control, package managers, cdktf, Terraform and Kiln leave', () => {
  const names = [
    '.git/HEAD',
    'a/node_modules/x',
    'cdktf.out/y',
    '.kiln/build/z',
    '.kiln.lock',
    '.x.elf.kiln-aside',
  ];
  const write = () => {
    for (const name of [
      ...names,
      '.terraform/a',
      'terraform.shop.tfstate',
      'terraform.shop.tfstate.backup',
    ]) {
      at().write(name, '');
    }
  };
  expect(changedBy(write)).toEqual([]);
});

test('are not what is ignored or excluded', () => {
  const write = () => {
    for (const name of ['a.o', 'deep/b.o', 'gen/c', 'deep/gen/c', 'out/x', 'deep/out/x'])
      at().write(name, '');
  };
  const changed = changedBy(write, { ignore: ['*.o', '/gen'], exclude: [join(at().folder, 'out')] });
  expect(changed).toEqual(['deep/gen/c', 'deep/out/x']);
});

describe('a link', () => {
  test('is its text', () => {
    at().write('other.c', 'int main;\n');
    symlinkSync('main.c', join(at().folder, 'link'));
    const relink = () => {
      rmSync(join(at().folder, 'link'));
      symlinkSync('other.c', join(at().folder, 'link'));
    };
    expect(changedBy(relink)).toEqual(['link']);
  });

  test('to a file elsewhere is that file too', () => {
    writeFileSync(join(at().root, 'shared.h'), '1');
    symlinkSync('../shared.h', join(at().folder, 'shared.h'));
    expect(changedBy(() => writeFileSync(join(at().root, 'shared.h'), '2'))).toEqual(['shared.h/@']);
  });

  test('to a folder elsewhere is all that is in it', () => {
    mkdirSync(join(at().root, 'shared'));
    symlinkSync('../shared', join(at().folder, 'shared'));
    expect(changedBy(() => writeFileSync(join(at().root, 'shared/a.h'), '2'))).toEqual(['shared/@/a.h']);
  });

  test('to nowhere, to itself and in a circle comes to an end', () => {
    mkdirSync(join(at().root, 'shared'));
    symlinkSync('nowhere', join(at().folder, 'a'));
    symlinkSync('b', join(at().folder, 'b'));
    symlinkSync('../shared', join(at().folder, 'c'));
    symlinkSync('../unikernel', join(at().root, 'shared/back'));
    symlinkSync('../shared', join(at().root, 'shared/self'));
    expect([...sources().keys()]).toEqual(['a', 'b', 'build.sh', 'c', 'c/@/back', 'c/@/self', 'main.c']);
  });
});

test('a pipe is noticed and never read', () => {
  execFileSync('mkfifo', [join(at().folder, 'pipe')]);
  expect(sources().get('pipe')).toBe('special');
});

test('inputs elsewhere are read, whatever is ignored', () => {
  mkdirSync(join(at().root, 'kernel-sources'));
  const input = join(at().root, 'kernel-sources');
  const write = () => writeFileSync(join(input, 'a.o'), '');
  expect(changedBy(write, { inputs: [input], ignore: ['*.o'] })).toEqual(['../kernel-sources/a.o']);
});

test('refuses an input that does not exist', () => {
  expect(() => sources({ inputs: [join(at().root, 'none')] })).toThrow(
    `the input '../none' of the build in '${at().folder}' does not exist`,
  );
});

test('a large file is read to its end', () => {
  const bytes = Buffer.alloc(3 * 1024 * 1024 + 5);
  at().write('large', bytes);
  bytes[bytes.length - 1] = 1;
  expect(changedBy(() => at().write('large', bytes))).toEqual(['large']);
});

describe('a pattern', () => {
  test.each([
    ['*.o', 'a.o', true],
    ['*.o', 'x/y/a.o', true],
    ['*.o', 'a.o/inside', true],
    ['*.o', 'a.oo', false],
    ['/dune', 'dune', true],
    ['/dune', 'src/dune', false],
    ['./dune', 'src/dune', false],
    ['_build', 'x/_build/y', true],
    ['_build/', '_build/y', true],
    ['a/*/c', 'a/b/c', true],
    ['a/*/c', 'a/b/b/c', false],
    ['a/**/c', 'a/c', true],
    ['a/**/c', 'a/b/b/c', true],
    ['a.c', 'abc', false],
    ['(x)+', '(x)+', true],
  ])('%j on %j: %j', (pattern, path, fits) => {
    expect(pathTest([pattern])(path)).toBe(fits);
  });

  test('without a star fits its own text and nothing else', () => {
    const name = fc.string({ minLength: 1 }).filter((text) => !/[*/]/.test(text) && text !== '.');
    fc.assert(
      fc.property(name, name, (pattern, path) => {
        expect(pathTest([`/${pattern}`])(path)).toBe(pattern === path);
      }),
    );
  });
});
