import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { ImageStore } from '../../lib/runtime/images';
import type { Instance } from '../../lib/runtime/instance';
import type { MachineNotice } from '../../lib/runtime/machine';
import {
  environmentVariable,
  findProcesses,
  isRunning,
  processStartTime,
} from '../../lib/runtime/process-info';
import { QemuHost } from '../../lib/runtime/qemu-host';
import { temporaryHome } from '../helpers/home';
import { launchRequest, untilHealthy } from '../helpers/launch';
import { CODE, writeTinyKernel } from '../helpers/tiny-kernel';
import { helloImage, imageSpec } from '../helpers/unikernel';

const paths = temporaryHome();
const images = new ImageStore(paths.images);
const notices: MachineNotice[] = [];
const hosts: QemuHost[] = [];

function newHost(env?: NodeJS.ProcessEnv): QemuHost {
  const host = new QemuHost({
    paths,
    images,
    entry: '/nonexistent/entry.js',
    onNotice: (notice) => notices.push(notice),
    ...(env && { env }),
  });
  hosts.push(host);
  return host;
}

/** A guest that does nothing: it starts at once and costs nothing. */
function silentImage() {
  return imageSpec(writeTinyKernel(join(paths.home, 'silent.elf'), CODE.silent));
}

afterEach(async () => {
  for (const host of hosts.splice(0)) host.detach();
  const last = newHost();
  for (const machine of await last.adoptAll()) {
    await machine.stop();
    await machine.remove();
  }
  last.detach();
  hosts.length = 0;
  notices.length = 0;
  rmSync(paths.instances, { recursive: true, force: true });
});

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10));
}

describe('launching', () => {
  test.each(['direct', 'disk'] as const)(
    'a guest serves, knows its name and shows its console (%s)',
    async (boot) => {
      const image = helloImage(['--greeting=good, morning', '--version=7'], boot);
      const machine = await newHost().launch(launchRequest('web-12345678-0', image));
      await untilHealthy(machine);
      const answer = await fetch(`http://127.0.0.1:${machine.record.hostPort}/`);
      expect(await answer.text()).toContain('good, morning version=7 instance=web-12345678-0');
      expect(await machine.consoleExcerpt()).toContain('http: listening on');
      expect(machine.isAlive()).toBe(true);
      await machine.stop();
      expect(await machine.ended).toEqual({ reason: 'it was stopped' });
      expect(machine.isAlive()).toBe(false);
    },
  );

  test('the record is complete, private, and names the process', async () => {
    const machine = await newHost().launch(launchRequest('web-1-0', silentImage()));
    const file = join(paths.instance('web-1-0'), 'instance.json');
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(machine.record);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(paths.instance('web-1-0')).mode & 0o777).toBe(0o700);
    expect(isRunning(machine.record.pid, machine.record.pidStartTime)).toBe(true);
  });

  test('QEMU gets nothing of the environment that it does not need', async () => {
    process.env.KILN_TEST_SECRET = 'hunter2';
    try {
      const machine = await newHost().launch(launchRequest('web-1-0', silentImage()));
      expect(environmentVariable(machine.record.pid, 'KILN_TEST_SECRET')).toBeUndefined();
      expect(environmentVariable(machine.record.pid, 'PATH')).toBeDefined();
    } finally {
      delete process.env.KILN_TEST_SECRET;
    }
  });

  test('many start at once, each with a port of its own, from one image', async () => {
    const host = newHost();
    const image = silentImage();
    const machines = await Promise.all(
      [0, 1, 2, 3].map((ordinal) => host.launch(launchRequest(`web-1-${ordinal}`, image))),
    );
    expect(new Set(machines.map(({ record }) => record.hostPort)).size).toBe(4);
    await Promise.all(machines.map((machine) => machine.stop()));
  });

  test('a port that was taken meanwhile is replaced by another', async () => {
    // QEMU that finds its first port taken, as when another process was quicker.
    const real = (await newHost().findTools()).qemu.path;
    const fake = join(paths.home, 'busy-qemu');
    writeFileSync(
      fake,
      `#!/bin/sh
      case "$*" in *-version*) exec ${real} "$@";; esac
      if [ ! -e ${fake}.tried ]; then
        touch ${fake}.tried
        echo "qemu: -netdev user: Could not set up host forwarding rule 'tcp:127.0.0.1:1-:8080'" >&2
        exit 1
      fi
      exec ${real} "$@"`,
      { mode: 0o755 },
    );
    const machine = await newHost({ ...process.env, KILN_QEMU: fake }).launch(
      launchRequest('web-1-0', silentImage()),
    );
    expect(existsSync(`${fake}.tried`)).toBe(true);
    expect(machine.isAlive()).toBe(true);
  });

  test('refuses to start a second process for an instance', async () => {
    const host = newHost();
    const machine = await host.launch(launchRequest('web-1-0', silentImage()));
    await expect(host.launch(launchRequest('web-1-0', silentImage()))).rejects.toMatchObject({
      code: 'runtime.instance-running',
      message: `instance 'web-1-0' runs already, as process ${machine.record.pid}`,
    });
    await expect(machine.remove()).rejects.toMatchObject({ code: 'runtime.instance-running' });
  });

  test('fails with what QEMU said when it does not start', async () => {
    const fake = join(paths.home, 'broken-qemu');
    writeFileSync(
      fake,
      `#!/bin/sh
      case "$*" in *-version*) echo "QEMU emulator version 7.2.0"; exit;; esac
      echo "$0: cannot set up guest memory 'pc.ram': Cannot allocate memory" >&2
      exit 1`,
      { mode: 0o755 },
    );
    const host = newHost({ ...process.env, KILN_QEMU: fake });
    await expect(host.launch(launchRequest('web-1-0', silentImage()))).rejects.toMatchObject({
      code: 'qemu.failed',
      message: expect.stringMatching(
        /^QEMU could not start 'web-1-0': .*cannot set up guest memory 'pc.ram': Cannot allocate memory$/,
      ),
    });
    expect(findProcesses(paths.instances)).toEqual([]);
  });
});

describe('the end of an instance', () => {
  test('a guest that crashes ends it, with the reason, and its console stays', async () => {
    const kernel = writeTinyKernel(join(paths.home, 'crash.elf'), CODE.crash);
    const machine = await newHost().launch(launchRequest('web-1-0', imageSpec(kernel)));
    expect(await machine.ended).toEqual({
      reason: 'the guest reset itself (it crashed, or asked for a restart)',
    });
    expect(machine.isAlive()).toBe(false);
  });

  test('a killed process is told as such', async () => {
    const machine = await newHost().launch(launchRequest('web-1-0', silentImage()));
    process.kill(machine.record.pid, 'SIGKILL');
    expect(await machine.ended).toEqual({ reason: 'QEMU was killed by SIGKILL' });
    await machine.stop();
    await machine.remove();
    expect(existsSync(paths.instance('web-1-0'))).toBe(false);
    expect(existsSync(paths.qmpSocket('web-1-0'))).toBe(false);
  });

  test('a process that does not listen is killed', async () => {
    const machine = await newHost().launch(launchRequest('web-1-0', silentImage()));
    process.kill(machine.record.pid, 'SIGSTOP');
    await machine.stop();
    expect(isRunning(machine.record.pid, machine.record.pidStartTime)).toBe(false);
  });

  test('stopping twice is stopping once', async () => {
    const machine = await newHost().launch(launchRequest('web-1-0', silentImage()));
    await Promise.all([machine.stop(), machine.stop()]);
    await machine.stop();
    expect(await machine.ended).toEqual({ reason: 'it was stopped' });
  });

  test('the next boot keeps the console of the one that crashed', async () => {
    const host = newHost();
    const crashing = helloImage(['--crash-after=0']);
    const first = await host.launch(launchRequest('web-1-0', crashing));
    await first.ended;
    await host.launch({ ...launchRequest('web-1-0', silentImage()), restarts: 1 });
    expect(readFileSync(join(paths.instance('web-1-0'), 'console.prev'), 'utf8')).toContain('panic');
  });
});

describe('a new daemon', () => {
  async function launched(name: string): Promise<Instance> {
    const host = newHost();
    const machine = await host.launch(launchRequest(name, silentImage()));
    host.detach();
    return machine;
  }

  test('finds what an earlier one left running, and can end it', async () => {
    const { record } = await launched('web-1-0');
    const [machine, ...others] = await newHost().adoptAll();
    expect(others).toEqual([]);
    expect(machine!.record).toEqual(record);
    expect(machine!.isAlive()).toBe(true);
    await machine!.stop();
    expect(isRunning(record.pid, record.pidStartTime)).toBe(false);
    expect(await machine!.ended).toEqual({ reason: 'it was stopped' });
  });

  test('hears when a process that is not its child ends', async () => {
    const { record } = await launched('web-1-0');
    const [machine] = await newHost().adoptAll();
    process.kill(record.pid, 'SIGKILL');
    expect(await machine!.ended).toEqual({ reason: 'QEMU ended' });
  });

  test('adopts nothing twice', async () => {
    await launched('web-1-0');
    const host = newHost();
    expect(await host.adoptAll()).toHaveLength(1);
    expect(await host.adoptAll()).toEqual([]);
  });

  test('adopts one that died between starting QEMU and writing down its process', async () => {
    const { record } = await launched('web-1-0');
    const file = join(paths.instance('web-1-0'), 'instance.json');
    writeFileSync(file, JSON.stringify({ ...record, pid: null, pidStartTime: null }));
    const [machine] = await newHost().adoptAll();
    expect(machine!.record).toEqual(record);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(record);
    expect(notices).toEqual([]);
  });

  test.each([
    ['damaged', '{"name": "web-1'],
    ['of another shape', '{"name": "web-1-0"}'],
  ])('makes a record again that is %s, and keeps the old one', async (_, text) => {
    const { record } = await launched('web-1-0');
    const file = join(paths.instance('web-1-0'), 'instance.json');
    writeFileSync(file, text);
    const [machine] = await newHost().adoptAll();
    expect(machine!.record).toEqual(record);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(record);
    expect(readFileSync(`${file}.damaged`, 'utf8')).toBe(text);
    expect(notices).toEqual([
      {
        instance: 'web-1-0',
        message: expect.stringMatching(/^its launch record was damaged \(.*made again/),
      },
    ]);
  });

  test('makes a record again that is gone, with its whole folder', async () => {
    const { record } = await launched('web-1-0');
    rmSync(paths.instance('web-1-0'), { recursive: true });
    const [machine] = await newHost().adoptAll();
    expect(machine!.record).toEqual(record);
    await machine!.stop();
  });

  test('ends a process of its folder that nothing is known of', async () => {
    const name = 'web-1-9';
    const pidFile = join(paths.instance(name), 'qemu.pid');
    mkdirSync(paths.instance(name), { recursive: true });
    const orphan = spawn(process.execPath, [
      '-e',
      'setInterval(() => {}, 1000)',
      '--',
      '-pidfile',
      pidFile,
      '-x',
    ]);
    await once(orphan, 'spawn');
    await until(() => findProcesses(pidFile).length > 0);
    const exit = once(orphan, 'exit');
    expect(await newHost().adoptAll()).toEqual([]);
    expect(await exit).toEqual([null, 'SIGKILL']);
    expect(notices.at(-1)).toEqual({
      instance: name,
      message: `process ${orphan.pid} had no readable record and was ended`,
    });
  });

  test('never touches a stranger that got the number of an instance', async () => {
    const { record } = await launched('web-1-0');
    process.kill(record.pid, 'SIGKILL');
    await until(() => !isRunning(record.pid, record.pidStartTime));
    const stranger = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    await once(stranger, 'spawn');
    const file = join(paths.instance('web-1-0'), 'instance.json');
    writeFileSync(file, JSON.stringify({ ...record, pid: stranger.pid }));
    writeFileSync(join(paths.instance('web-1-0'), 'qemu.pid'), `${stranger.pid}\n`);
    expect(await newHost().adoptAll()).toEqual([]);
    expect(processStartTime(stranger.pid!)).toBeDefined();
    stranger.kill('SIGKILL');
    await once(stranger, 'exit');
  });

  test('keeps the console of an instance that ended meanwhile for a day, and nothing else', async () => {
    const { record } = await launched('web-1-0');
    process.kill(record.pid, 'SIGKILL');
    await until(() => !isRunning(record.pid, record.pidStartTime));
    const folder = paths.instance('web-1-0');
    writeFileSync(join(folder, 'console.log'), 'last words\n');
    await newHost().adoptAll();
    expect(readdirSync(folder).sort()).toEqual(['console.log', 'qemu.log']);
    expect(existsSync(paths.qmpSocket('web-1-0'))).toBe(false);
    const dayAgo = Date.now() / 1000 - 25 * 60 * 60;
    utimesSync(join(folder, 'console.log'), dayAgo, dayAgo);
    await newHost().adoptAll();
    expect(existsSync(folder)).toBe(false);
  });

  test('ends a probe of acceleration that lost its owner', async () => {
    const folder = join(paths.home, 'probe-abcdef');
    mkdirSync(folder);
    const probe = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', join(folder, 'probe.elf')]);
    await once(probe, 'spawn');
    await until(() => findProcesses(folder).length > 0);
    const old = Date.now() / 1000 - 60;
    utimesSync(folder, old, old);
    const exit = once(probe, 'exit');
    await newHost().adoptAll();
    expect(await exit).toEqual([null, 'SIGKILL']);
    expect(existsSync(folder)).toBe(false);
  });
});

test('the console of a chatty guest stays within bounds, also under the next daemon', async () => {
  const kernel = writeTinyKernel(join(paths.home, 'chatty.elf'), CODE.chatty);
  const first = newHost();
  const { record } = await first.launch(launchRequest('web-1-0', imageSpec(kernel)));
  const file = join(paths.instance('web-1-0'), 'console.log');
  const size = () => (existsSync(file) ? statSync(file).size : 0);
  const cut = async () => {
    let largest = 0;
    await until(() => {
      const now = size();
      const shrunk = now < largest;
      largest = Math.max(largest, now);
      return shrunk;
    });
  };
  await cut();
  first.detach();
  await until(() => size() > 1024 * 1024);
  const [machine] = await newHost().adoptAll();
  await cut();
  const excerpt = await machine!.consoleExcerpt(4096);
  expect(excerpt).toMatch(/^spam\nspam\n.*\n\[\.\.\. \d+ bytes left out \.\.\.\]\n.*spam\n/s);
  process.kill(record.pid, 'SIGKILL');
  await machine!.ended;
});

test('a guest that does not answer on the network is not healthy for a TCP check', async () => {
  const machine = await newHost().launch(launchRequest('web-1-0', silentImage()));
  const check = { protocol: 'tcp', path: '/', bootDeadlineMs: 1500, timeoutMs: 1000 } as const;
  await expect(untilHealthy(machine, check)).rejects.toThrow(/^no connection on port 8080 for /);
});

test('a guest without a listener on the port is not healthy for a TCP check, one with it is', async () => {
  const host = newHost();
  const check = { protocol: 'tcp', path: '/', timeoutMs: 2000 } as const;
  const serving = await host.launch(launchRequest('web-1-0', helloImage()));
  await untilHealthy(serving, check);
  const elsewhere = await host.launch(launchRequest('web-1-1', helloImage(), { port: 9999 }));
  await expect(untilHealthy(elsewhere, { ...check, bootDeadlineMs: 2500 })).rejects.toThrow(
    /^no connection on port 9999 for /,
  );
});
