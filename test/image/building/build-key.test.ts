import { chmodSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Recipe } from '../../../lib/image/building';
import { readInputs } from '../../../lib/image/building/build-key';
import { toolIdentities } from '../../../lib/image/building/tools';
import { buildFolder } from './fixtures';

const at = buildFolder();

function keyOf(more: Partial<Recipe> = {}, env: NodeJS.ProcessEnv = {}): string {
  const place = {
    folder: at().folder,
    name: '',
    cache: at().cache,
    exclude: [],
    output: 1,
    notify: () => undefined,
  };
  return readInputs(at().recipe(more), place, { ...process.env, ...env }).key;
}

function tool(name: string, says: string): string {
  const path = join(at().root, name);
  writeFileSync(path, `#!/bin/sh\n[ "$1" = --version ] && cat ../version || echo ${says}\n`);
  chmodSync(path, 0o755);
  return path;
}

test('the same inputs give the same key', () => {
  expect(keyOf()).toBe(keyOf());
  expect(keyOf()).toMatch(/^[0-9a-f]{32}$/);
});

test.each<[string, Partial<Recipe>]>([
  ['toolchain', { id: 'other' }],
  ['arguments', { steps: [['./build.sh', 'a', 'b']] }],
  ['declared environment', { environment: { A: 'b' } }],
  ['artifact', { artifact: 'other.elf' }],
  ['promise', { expects: { machine: 'x86-64' } }],
])('another %s gives another key', (_, more) => {
  expect(keyOf(more)).not.toBe(keyOf());
});

test('arguments that run together into the same text are different', () => {
  expect(keyOf({ steps: [['./build.sh', 'a b']] })).not.toBe(keyOf({ steps: [['./build.sh', 'a', 'b']] }));
});

test('the order of the declared environment means nothing, the inherited one neither', () => {
  expect(keyOf({ environment: { A: '1', B: '2' } })).toBe(keyOf({ environment: { B: '2', A: '1' } }));
  expect(keyOf({}, { SECRET: 'x' })).toBe(keyOf());
});

test('another version of the toolchain gives another key', () => {
  const version = [tool('compiler', 'x'), '--version'];
  writeFileSync(join(at().root, 'version'), '1.0');
  const before = keyOf({ version });
  expect(keyOf({ version })).toBe(before);
  // Another file, as an upgrade leaves: the version is asked for once for each.
  writeFileSync(join(at().root, 'version'), '1.1');
  tool('compiler', 'longer');
  expect(keyOf({ version })).not.toBe(before);
});

test('the version is asked for in each declared environment', () => {
  const path = join(at().root, 'proxy');
  writeFileSync(path, '#!/bin/sh\necho $CHANNEL\n', { mode: 0o755 });
  const versions = ['stable', 'nightly'].map((CHANNEL) => {
    const environment = { CHANNEL };
    const recipe = at().recipe({ version: [path], environment });
    const place = { folder: at().folder, env: { ...process.env, ...environment } };
    return toolIdentities(recipe, place).at(-1);
  });
  expect(versions).toEqual(['0 stable\n', '0 nightly\n']);
});

test('another file behind the name of a tool gives another key, and so does one that comes', () => {
  const PATH = `${at().root}:${process.env.PATH}`;
  const missing = keyOf({ tools: ['kiln-test-cc'] }, { PATH });
  tool('cc-12', 'x');
  tool('cc-13', 'xy');
  symlinkSync('cc-12', join(at().root, 'kiln-test-cc'));
  const twelve = keyOf({ tools: ['kiln-test-cc'] }, { PATH });
  expect(twelve).not.toBe(missing);
  tool('cc-12', 'upgraded');
  expect(keyOf({ tools: ['kiln-test-cc'] }, { PATH })).not.toBe(twelve);
});

test.each([
  ['out.elf', 'out.elf', true],
  ['out.elf', 'sub/out.elf', false],
  ['build/out.elf', 'build/kernel.o', true],
  ['./build/out.elf', 'build/kernel.o', true],
  ['minios/build/out.elf', 'minios/build/a', true],
  ['minios/build/out.elf', 'minios/main.c', false],
  ['src/out.elf', 'src/main.c', false],
  ['dist/*.virtio', 'dist/a', true],
  ['*_qemu', 'a_qemu', true],
])('of the artifact %s, %s is an output: %j', (artifact, path, isOutput) => {
  const before = keyOf({ artifact });
  at().write(path, 'x');
  expect(keyOf({ artifact }) === before).toBe(isOutput);
});
