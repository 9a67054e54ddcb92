import { RunningProgram, runProgram } from '../../lib/io/processes';

const node = (script: string, options = {}) => runProgram(process.execPath, ['-e', script], options);

test('output and exit code of a program are results', async () => {
  expect(await node('console.log("a"); console.error("b"); process.exitCode = 3')).toEqual({
    exitCode: 3,
    signal: null,
    stdout: 'a\n',
    stderr: 'b\n',
  });
});

test('lines arrive as they are written, the last one also without its newline', async () => {
  const lines: string[] = [];
  const result = await node('process.stdout.write("one\\ntwo\\r\\nthree")', {
    onOutput: (line: string) => lines.push(line),
  });
  expect(lines).toEqual(['one', 'two', 'three']);
  expect(result.stdout).toBe('');
});

test('arguments reach the program as they are: no shell reads them', async () => {
  const result = await runProgram(process.execPath, ['-p', 'process.argv[1]', '--', '$(echo x); *']);
  expect(result.stdout).toBe('$(echo x); *\n');
});

test('an abort ends the program and what it started, and nothing is left to hold the pipes', async () => {
  const grandchild =
    'require("node:child_process").spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "inherit" })';
  const abort = new AbortController();
  const result = await node(`${grandchild}; console.log("ready"); setInterval(() => {}, 1000)`, {
    ownGroup: true,
    signal: abort.signal,
    onOutput: () => abort.abort(),
  });
  expect(result.signal).toBe('SIGKILL');
});

test('a signal can go to the program alone', async () => {
  const script =
    'process.on("SIGINT", () => { console.log("got one"); process.exit(0) }); console.log("ready"); setInterval(() => {}, 1000)';
  const lines: string[] = [];
  const program = new RunningProgram(process.execPath, ['-e', script], {
    ownGroup: true,
    onOutput: (line) => {
      lines.push(line);
      if (line === 'ready') program.send('SIGINT');
    },
  });
  expect((await program.done).exitCode).toBe(0);
  expect(lines).toEqual(['ready', 'got one']);
  program.send('SIGINT');
  program.kill('SIGKILL');
});

test('refuses a program that is not there, and names it', async () => {
  await expect(runProgram('/no/such/program', [])).rejects.toMatchObject({
    code: 'process.not-started',
    message: "cannot start '/no/such/program': no such program, or its working folder does not exist",
  });
});

test('refuses a file that may not be executed', async () => {
  await expect(runProgram(__filename, [])).rejects.toMatchObject({
    message: `cannot start '${__filename}': it is not executable`,
  });
});
