import { runCommandLine } from '../../lib/cli/program';
import { version } from '../../package.json';
import { contextIn, temporaryFolder } from './fixtures';

const folder = temporaryFolder();

async function kiln(...words: string[]) {
  const context = contextIn(folder());
  const exitCode = await runCommandLine(words, context);
  return { exitCode, out: context.host.outText, err: context.host.errText };
}

test('the version is printed', async () => {
  expect(await kiln('--version')).toEqual({ exitCode: 0, out: `${version}\n`, err: '' });
});

test('help names every command and the exit codes', async () => {
  const { exitCode, out } = await kiln('--help');
  expect(exitCode).toBe(0);
  for (const command of [
    'init',
    'synth',
    'diff',
    'deploy',
    'destroy',
    'status',
    'logs',
    'inspect',
    'run',
    'doctor',
  ]) {
    expect(out).toMatch(new RegExp(`^ {2}${command} `, 'm'));
  }
  expect(out).toContain('Exit codes: 0 done, 1 failed, 2 wrong usage');
});

test.each([
  [['deplyo'], "error: unknown command 'deplyo'\n(Did you mean deploy?)"],
  [['deploy', '--yess'], "error: unknown option '--yess'\n(Did you mean --yes?)"],
  [['logs'], "error: missing required argument 'service'"],
  [['synth', 'a', 'b'], "error: too many arguments for 'synth'"],
])('refuses %j as wrong usage', async (words, message) => {
  const { exitCode, out, err } = await kiln(...words);
  expect([exitCode, out]).toEqual([2, '']);
  expect(err).toContain(message);
});

test('refuses to change anything when nobody can be asked', async () => {
  for (const command of ['deploy', 'destroy']) {
    const { exitCode, err } = await kiln(command);
    expect(exitCode).toBe(2);
    expect(err).toContain(
      `there is no terminal to ask at, so 'kiln ${command}' changes nothing without --yes`,
    );
  }
});

test('an error of a command is shown with its remedy, and ends with 1', async () => {
  const { exitCode, err } = await kiln('diff');
  expect(exitCode).toBe(1);
  expect(err).toContain(`error: there is no cdktf.json in '${folder()}'\nremedy: `);
});
