import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { temporaryHome } from '../helpers/home';
import { goneFrom } from './project';

jest.setTimeout(300_000);

const root = join(__dirname, '../..');
const base = mkdtempSync(join(tmpdir(), 'kiln-init-'));
const project = join(base, 'first-steps');

// Before the hook of `temporaryHome`, which looks whether anything is left.
afterAll(async () => {
  if (existsSync(project)) await run('npm', 'run', 'destroy', '--', '--yes');
  await goneFrom(home);
  rmSync(base, { recursive: true });
});

const { home } = temporaryHome();

/** What a user types, in the new project's folder; rejects when it fails. */
async function run(program: string, ...args: readonly string[]): Promise<string> {
  const env = { ...process.env, KILN_HOME: home };
  const { stdout, stderr } = await promisify(execFile)(program, args, { cwd: project, env });
  return stdout + stderr;
}

/** The package as it would be published. */
async function pack(): Promise<string> {
  if (!existsSync(join(root, 'dist/bin/kiln.js'))) throw new Error('dist/ is not built; run: make build');
  const { stdout } = await promisify(execFile)(
    'npm',
    ['pack', '--json', '--ignore-scripts', '--pack-destination', base],
    { cwd: root },
  );
  const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
  return join(base, filename);
}

test('a new project is made in an empty folder, installed, checked, deployed, changed and removed', async () => {
  const archive = await pack();
  mkdirSync(project);

  expect(await run('npx', '--yes', '--package', archive, 'kiln', 'init')).toContain(
    '✓ first-steps: one service',
  );
  await run('npm', 'install', '--prefer-offline', '--no-audit', '--no-fund');
  expect(await run('npm', 'test')).toContain('✓ first-steps  cdktf.out/stacks/first-steps/cdk.tf.json');

  const deployed = await run('npm', 'run', 'deploy', '--', '--yes');
  const endpoint = /first-steps-web +(http:\S+)/.exec(deployed)?.[1] as string;
  expect(await (await fetch(endpoint)).text()).toContain('version=1');

  const main = join(project, 'main.ts');
  writeFileSync(main, readFileSync(main, 'utf8').replace('--version=1', '--version=2'));
  expect(await run('npx', 'kiln', 'diff')).toContain(
    '~ first-steps-web  rolls to new instances, in 3 batches',
  );
  await run('npm', 'run', 'deploy', '--', '--yes');
  expect(await (await fetch(endpoint)).text()).toContain('version=2');
  expect(await run('npx', 'kiln', 'logs', 'web')).toContain('http: listening');

  expect(await run('npm', 'run', 'destroy', '--', '--yes')).toContain('first-steps removed in');
  await goneFrom(home);
});
