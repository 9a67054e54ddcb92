import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readFileIfAny, readJsonIfAny, writeFileAtomic } from '../../lib/io/files';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kiln-files-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('a file is replaced whole, readable by its owner only, and nothing is left beside it', async () => {
  const path = join(folder, 'state.json');
  await writeFile(path, 'old', { mode: 0o644 });
  await writeFileAtomic(path, 'new');
  expect(await readFile(path, 'utf8')).toBe('new');
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(await readdir(folder)).toEqual(['state.json']);
});

test('refuses a folder that is not there, and names the file', async () => {
  const path = join(folder, 'none', 'x');
  await expect(writeFileAtomic(path, '')).rejects.toMatchObject({
    code: 'file.not-written',
    message: expect.stringContaining(`cannot write '${path}': ENOENT`),
  });
});

test('a missing file reads as undefined', async () => {
  expect(await readFileIfAny(join(folder, 'none'))).toBeUndefined();
  expect(await readJsonIfAny(join(folder, 'none', 'deeper'))).toBeUndefined();
});

test('refuses a file that is not JSON, and names it', async () => {
  const path = join(folder, 'x.json');
  await writeFile(path, '{');
  await expect(readJsonIfAny(path)).rejects.toMatchObject({
    code: 'file.not-json',
    message: expect.stringContaining(`'${path}' is not JSON`),
  });
});
