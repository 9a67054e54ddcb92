import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { ImageStore } from '../../lib/runtime/images';
import { clearDeadWork, makeWorkFolder } from '../../lib/runtime/work-folder';
import { helloImage } from '../helpers/unikernel';

const parent = mkdtempSync(join(tmpdir(), 'kiln-work-'));
afterEach(() => {
  for (const name of readdirSync(parent)) rmSync(join(parent, name), { recursive: true });
});
afterAll(() => rmSync(parent, { recursive: true }));

test('the folder of a process that runs is left alone', async () => {
  const mine = await makeWorkFolder(parent);

  await clearDeadWork(parent);

  expect(existsSync(mine)).toBe(true);
});

test('the folder of a process that has ended is cleared away, also when another has its number now', async () => {
  const mine = basename(await makeWorkFolder(parent));
  const [, pid, life, random] = mine.split('-');
  const ended = execFileSync(process.execPath, ['-p', 'process.pid']).toString().trim();
  const ruins = [`work-${ended}-${life}-${random}`, `work-${pid}-${Number(life) + 1}-${random}`, 'work-0123'];
  for (const name of ruins) mkdirSync(join(parent, name));
  writeFileSync(join(parent, 'other'), '');

  await clearDeadWork(parent);

  expect(readdirSync(parent).sort()).toEqual(['other', mine]);
});

test('a second store on a folder does not disturb the first in the middle of its work', async () => {
  const [first, second] = [new ImageStore(parent), new ImageStore(parent)];
  const [one, other] = [helloImage(['--version=1'], 'disk'), helloImage(['--version=2'], 'disk')];
  let meanwhile: Promise<unknown> | undefined;

  const made = await first.ensure(one, (message) => {
    if (message === 'forging a disk') meanwhile = second.ensure(other);
  });

  expect([made.found, existsSync(made.path)]).toEqual([false, true]);
  expect(await meanwhile).toMatchObject({ found: false });
  expect(readdirSync(parent).filter((name) => name.startsWith('work-'))).toEqual([]);
});
