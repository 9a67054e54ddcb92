import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { RunningProgram, runProgram } from '../../lib/io/processes';
import { version } from '../../package.json';
import { temporaryFolder, writeProject } from './fixtures';

const TSX = join(__dirname, '../../node_modules/.bin/tsx');
const MAIN = join(__dirname, '../../lib/cli/main.ts');
const folder = temporaryFolder();

test('the program prints, and ends with the exit code of its command', async () => {
  const kiln = (...args: string[]) => runProgram(TSX, [MAIN, ...args], { cwd: folder() });
  expect(await kiln('--version')).toMatchObject({ exitCode: 0, stdout: `${version}\n`, stderr: '' });
  expect(await kiln('deploy')).toMatchObject({
    exitCode: 2,
    stdout: '',
    stderr: expect.stringContaining('--yes'),
  });
  expect(await kiln('synth')).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining('no cdktf.json'),
  });
});

test('Ctrl-C ends the command and what it started, with the exit code that a shell expects', async () => {
  await writeProject(folder(), "console.log('app', process.pid); setInterval(() => {}, 1000)");
  let app = 0;
  const program = new RunningProgram(TSX, [MAIN, 'synth'], {
    cwd: folder(),
    ownGroup: true,
    onError: (line) => {
      app = Number(/^app (\d+)$/.exec(line)?.[1] ?? app);
      if (app) program.kill('SIGINT');
    },
  });
  expect((await program.done).exitCode).toBe(130);
  expect(() => process.kill(app, 0)).toThrow('ESRCH');
});

test('a reader that goes away ends the command without a complaint', async () => {
  const child = spawn(TSX, [MAIN, '--help'], { cwd: folder(), stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.destroy();
  let complaint = '';
  child.stderr.on('data', (chunk) => {
    complaint += chunk;
  });
  const [exitCode] = await once(child, 'close');
  expect([exitCode, complaint]).toEqual([0, '']);
});
