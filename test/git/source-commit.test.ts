import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sourceCommit } from '../../lib/git';

const base = mkdtempSync(join(tmpdir(), 'kiln-git-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));

let count = 0;

function git(folder: string, ...args: readonly string[]): string {
  const who = ['-c', 'user.name=a', '-c', 'user.email=a@example.com', '-c', 'commit.gpgsign=false'];
  return execFileSync('git', [...who, ...args], { cwd: folder, encoding: 'utf8', env: env() }).trim();
}

/** Of the machine's own settings nothing. */
function env(): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, HOME: base, GIT_CONFIG_NOSYSTEM: '1' };
}

function folder(): string {
  const path = join(base, `${count++}`);
  mkdirSync(path);
  return path;
}

function repository(text = '1'): { path: string; head: string } {
  const path = folder();
  git(path, 'init', '--quiet');
  writeFileSync(join(path, 'main.ts'), text);
  git(path, 'add', 'main.ts');
  git(path, 'commit', '--quiet', '--message', 'first');
  return { path, head: git(path, 'rev-parse', 'HEAD') };
}

test('is the commit that is checked out, also below the top of the repository', () => {
  const { path, head } = repository();
  mkdirSync(join(path, 'app'));
  expect(head).toMatch(/^[0-9a-f]{40}$/);
  expect(sourceCommit(path)).toBe(head);
  expect(sourceCommit(join(path, 'app'))).toBe(head);
});

test('is marked where a tracked file is changed, in the work tree or in the index', () => {
  const { path, head } = repository();
  writeFileSync(join(path, 'main.ts'), '2');
  expect(sourceCommit(path)).toBe(`${head}-dirty`);
  git(path, 'add', 'main.ts');
  expect(sourceCommit(path)).toBe(`${head}-dirty`);
});

test('is not marked by files that git does not track, such as what synth writes', () => {
  const { path, head } = repository();
  writeFileSync(join(path, 'cdk.tf.json'), '{}');
  expect(sourceCommit(path)).toBe(head);
});

test('is unknown outside of a repository, and before the first commit', () => {
  const empty = folder();
  git(empty, 'init', '--quiet');
  expect(sourceCommit(empty)).toBeUndefined();
  expect(sourceCommit(tmpdir())).toBeUndefined();
  expect(sourceCommit(join(base, 'missing'))).toBeUndefined();
});

test("is the folder's own, also in a hook of another repository", () => {
  const [here, other] = [repository('here'), repository('there')];
  expect(here.head).not.toBe(other.head);
  process.env.GIT_DIR = join(other.path, '.git');
  try {
    expect(sourceCommit(here.path)).toBe(here.head);
  } finally {
    delete process.env.GIT_DIR;
  }
});
