import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  bootId,
  commandLine,
  environmentVariable,
  findProcesses,
  isRunning,
  processStartTime,
  signalProcess,
} from '../../lib/runtime/process-info';

const children: ChildProcess[] = [];

function startSleep(word: string, env: Record<string, string> = {}): ChildProcess & { pid: number } {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000); console.log(1)', word], {
    env: { ...process.env, ...env },
  });
  children.push(child);
  return child as ChildProcess & { pid: number };
}

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

test('a process is known by its pid and start time as long as it runs', async () => {
  const child = startSleep('kiln-test-one');
  const start = processStartTime(child.pid)!;
  expect(isRunning(child.pid, start)).toBe(true);
  expect(isRunning(child.pid, `${start}1`)).toBe(false);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(processStartTime(child.pid)).toBeUndefined();
  expect(isRunning(child.pid, start)).toBe(false);
});

test('a zombie does not run', async () => {
  // The shell never waits for its child.
  const parent = spawn('sh', ['-c', 'sh -c "exit 0" & echo $!; exec sleep 30']);
  children.push(parent);
  const [output] = (await once(parent.stdout, 'data')) as [Buffer];
  const pid = Number(output.toString());
  while (processStartTime(pid) !== undefined) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(processStartTime(pid)).toBeUndefined();
});

test('a signal reaches only the process that was meant', async () => {
  const child = startSleep('kiln-test-two');
  const start = processStartTime(child.pid)!;
  expect(signalProcess(child.pid, 'another time', 'SIGKILL')).toBe(false);
  expect(isRunning(child.pid, start)).toBe(true);
  expect(signalProcess(child.pid, start, 'SIGKILL')).toBe(true);
  await once(child, 'exit');
  expect(signalProcess(child.pid, start, 'SIGKILL')).toBe(false);
});

test('processes are found by what their command line says, without this one', async () => {
  const child = startSleep(`kiln-test-three-${process.pid}`);
  await once(child.stdout!, 'data');
  expect(commandLine(child.pid)).toContain(`kiln-test-three-${process.pid}`);
  expect(findProcesses(`kiln-test-three-${process.pid}`).map(({ pid }) => pid)).toEqual([child.pid]);
  expect(findProcesses(process.execPath).some(({ pid }) => pid === process.pid)).toBe(false);
});

test('the environment that a process was started with can be read', async () => {
  if (process.platform !== 'linux') return;
  const child = startSleep('kiln-test-four', { KILN_TEST_VALUE: 'a=b c' });
  await once(child.stdout!, 'data');
  expect(environmentVariable(child.pid, 'KILN_TEST_VALUE')).toBe('a=b c');
  expect(environmentVariable(child.pid, 'KILN_TEST')).toBeUndefined();
});

test('one boot of the machine has one name', () => {
  expect(bootId()).not.toBe('');
  expect(bootId()).toBe(bootId());
});

test('a system without /proc is asked through ps', async () => {
  const real = process.platform;
  Object.defineProperty(process, 'platform', { value: 'darwin' });
  try {
    await jest.isolateModulesAsync(async () => {
      const portable = await import('../../lib/runtime/process-info');
      const word = `kiln-test-five-${process.pid}`;
      const child = startSleep(word);
      await once(child.stdout!, 'data');
      const start = portable.processStartTime(child.pid)!;
      expect(start).toMatch(/^\w{3} \w{3} +\d+ \d\d:\d\d:\d\d \d{4}$/);
      expect(portable.isRunning(child.pid, start)).toBe(true);
      expect(portable.commandLine(child.pid)).toContain(word);
      expect(portable.findProcesses(word).map(({ pid }) => pid)).toEqual([child.pid]);
      expect(portable.environmentVariable(child.pid, 'PATH')).toBeUndefined();
      expect(portable.signalProcess(child.pid, start, 'SIGKILL')).toBe(true);
      await once(child, 'exit');
      expect(portable.processStartTime(child.pid)).toBeUndefined();
      expect(portable.commandLine(child.pid)).toBeUndefined();
    });
  } finally {
    Object.defineProperty(process, 'platform', { value: real });
  }
});
