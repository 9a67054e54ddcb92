import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { runBalancer } from '../../lib/runtime/balancer/main';
import { runDaemon } from '../../lib/runtime/daemon';
import { isDamaged, readRecord, writeRecord } from '../../lib/runtime/launch-record';
import type {
  InstanceEnd,
  LaunchRecord,
  LaunchRequest,
  Machine,
  MachineHost,
} from '../../lib/runtime/machine';
import { DEFAULT_DEVICES } from '../../lib/runtime/machine-devices';
import { RuntimePaths } from '../../lib/runtime/paths';
import { findProcesses, isRunning, processStartTime, signalProcess } from '../../lib/runtime/process-info';
import { freePort } from '../../lib/runtime/start-qemu';

/*
 * The runtime with machines that are small Node processes: real sockets, real processes to kill, no guest to boot. Boot
 * arguments say how one fails, as those of the hello unikernel do. FAKE_VERSION, FAKE_LEASE_MS and FAKE_IDLE_MS stand
 * for what a build or a patient user would set.
 */

const POLL_MS = 20;

class FakeMachine implements Machine {
  readonly ended: Promise<InstanceEnd>;
  private stopped = false;
  private detached = false;

  constructor(
    readonly record: LaunchRecord & { readonly pid: number; readonly pidStartTime: string },
    private readonly folder: string,
    child?: ChildProcess,
  ) {
    this.ended = this.watch(child);
  }

  isAlive(): boolean {
    return isRunning(this.record.pid, this.record.pidStartTime);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    signalProcess(this.record.pid, this.record.pidStartTime, 'SIGKILL');
    while (this.isAlive()) await sleep(2);
  }

  async remove(): Promise<void> {
    rmSync(this.folder, { recursive: true, force: true });
  }

  async consoleExcerpt(): Promise<string> {
    return readFileSync(join(this.folder, 'console.log'), 'utf8');
  }

  async followConsole(onText: (text: string) => void, signal: AbortSignal): Promise<void> {
    let seen = 0;
    for (let last = false; !last; await sleep(10)) {
      last = signal.aborted;
      const text = await this.consoleExcerpt().catch(() => '');
      if (text.length > seen) onText(text.slice(seen));
      seen = text.length;
    }
  }

  async hasPendingConnections(): Promise<boolean> {
    return false;
  }

  detach(): void {
    this.detached = true;
  }

  private async watch(child: ChildProcess | undefined): Promise<InstanceEnd> {
    while (this.isAlive() && !this.detached) await sleep(POLL_MS);
    if (this.detached) return new Promise(() => undefined);
    while (child && child.exitCode === null && child.signalCode === null) await sleep(2);
    const how = child?.signalCode
      ? `killed by ${child.signalCode}`
      : `ended with code ${child?.exitCode ?? '?'}`;
    return { reason: this.stopped ? 'it was stopped' : how };
  }
}

class FakeHost implements MachineHost {
  private readonly machines: FakeMachine[] = [];

  constructor(private readonly paths: RuntimePaths) {}

  async requireReady(): Promise<void> {}

  async launch({ name, revision, spec, restarts }: LaunchRequest): Promise<Machine> {
    const folder = this.paths.instance(name);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const hostPort = await freePort();
    const startedAt = new Date().toISOString();
    const base = { name, service: spec.name, revision, spec, hostPort, startedAt, restarts };
    await writeRecord(folder, { ...base, pid: null, pidStartTime: null });
    const console = openSync(join(folder, 'console.log'), 'w', 0o600);
    const args = [String(hostPort), name, this.paths.home, ...spec.image.bootArgs];
    const child = spawn(process.execPath, [process.argv[1]!, 'guest', ...args], {
      detached: true,
      stdio: ['ignore', console, console],
    });
    closeSync(console);
    child.unref();
    const pid = child.pid!;
    const record = { ...base, pid, pidStartTime: processStartTime(pid)! };
    await writeRecord(folder, record);
    return this.keep(new FakeMachine(record, folder, child));
  }

  /** By the processes, as the real host does: one may run whose record does not say so yet. */
  async adoptAll(): Promise<Machine[]> {
    const found: Machine[] = [];
    for (const { pid, command } of findProcesses(this.paths.home)) {
      const [, port, name] = / guest (\d+) (\S+) /.exec(command) ?? [];
      const pidStartTime = processStartTime(pid);
      if (port === undefined || name === undefined || pidStartTime === undefined) continue;
      const folder = this.paths.instance(name);
      const record = await readRecord(folder);
      if (!record || isDamaged(record)) process.kill(pid, 'SIGKILL');
      else
        found.push(
          this.keep(new FakeMachine({ ...record, hostPort: Number(port), pid, pidStartTime }, folder)),
        );
    }
    return found;
  }

  detach(): void {
    for (const machine of this.machines) machine.detach();
  }

  private keep(machine: FakeMachine): FakeMachine {
    this.machines.push(machine);
    return machine;
  }
}

/** Answers `/` with its version and name, `/slow` after 300 ms, `/healthz` as its arguments say. */
function guest([port, name, _home, ...args]: readonly string[]): void {
  const value = (key: string) => args.find((arg) => arg.startsWith(`--${key}=`))?.slice(key.length + 3);
  const began = Date.now();
  const since = (key: string) => value(key) !== undefined && Date.now() - began > Number(value(key)) * 1000;
  process.stdout.write(`booting ${name} ${args.join(' ')}\n`);
  if (args.includes('--hang-at-boot')) return void setInterval(() => undefined, 1000);
  const crashAfter = value('crash-after');
  if (crashAfter !== undefined) {
    setTimeout(() => {
      process.stdout.write('fault: page fault\n');
      process.exit(3);
    }, Number(crashAfter) * 1000);
  }
  const listener: RequestListener = (request, response) => {
    const sick = args.includes('--never-healthy') || since('unhealthy-after');
    if (request.url === '/healthz') response.statusCode = sick ? 503 : 200;
    const body = `${value('version') ?? '0'} ${name}`;
    if (request.url === '/slow') setTimeout(() => response.end(body), 300);
    else response.end(body);
  };
  createServer(listener).listen(Number(port), '127.0.0.1', () => process.stdout.write('listening\n'));
}

function runtime(home: string): Promise<void> {
  const paths = new RuntimePaths(home);
  return runDaemon({
    paths,
    entry: process.argv[1]!,
    version: process.env.FAKE_VERSION ?? 'test',
    newHost: () => new FakeHost(paths),
    images: {
      ensure: async (image) => ({
        path: image.path,
        found: true,
        source: { kind: 'disk', path: image.path },
        hardware: { devices: DEFAULT_DEVICES, isUefi: false },
      }),
      collect: async () => [],
    },
    leaseMs: Number(process.env.FAKE_LEASE_MS ?? 10_000),
    idleMs: Number(process.env.FAKE_IDLE_MS ?? 300),
    log: (line) => process.stderr.write(`${new Date().toISOString()} ${line}\n`),
  });
}

const [mode, ...args] = process.argv.slice(2);
if (mode === 'guest') guest(args);
else {
  (mode === 'runtime' ? runtime(args[1]!) : runBalancer(args)).then(
    () => process.exit(0),
    (error) => {
      process.stderr.write(`${error.stack}\n`);
      process.exit(1);
    },
  );
}
