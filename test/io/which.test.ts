import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tryFindExecutable } from '../../lib/io/which';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kiln-which-'));
  await mkdir(join(folder, 'a'));
  await mkdir(join(folder, 'b', 'tool'), { recursive: true });
  await mkdir(join(folder, 'c'));
  await writeFile(join(folder, 'a', 'tool'), '');
  await chmod(join(folder, 'a', 'tool'), 0o600);
  await writeFile(join(folder, 'c', 'tool'), '', { mode: 0o755 });
});
afterEach(() => rm(folder, { recursive: true }));

test('the first executable file in PATH is found; others of the name are passed over', async () => {
  const PATH = ['a', 'b', 'c'].map((name) => join(folder, name)).join(':');
  expect(await tryFindExecutable('tool', { PATH })).toBe(join(folder, 'c', 'tool'));
});

test('a name with a slash is a path from the working folder', async () => {
  expect(await tryFindExecutable('./c/tool', { PATH: '' }, folder)).toBe(join(folder, 'c', 'tool'));
});

test('nothing is found where nothing is', async () => {
  expect(await tryFindExecutable('tool', { PATH: join(folder, 'a') })).toBeUndefined();
  expect(await tryFindExecutable('tool', {})).toBeUndefined();
});
