import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findProcesses } from '../../lib/runtime/process-info';
import type { ServiceStatus } from '../../lib/spec';
import { helloKernel } from '../helpers/unikernel';

const root = join(__dirname, '../..');

const APP = `
const { App } = require('cdktf');
const { Duration, HealthCheck, RollingUpdatePolicy, UnikernelImage, UnikernelService } = require('kiln-cdk');
const { LocalStack } = require('kiln-cdk/stacks');
const app = new App();
const stack = new LocalStack(app, 'e2e');
const fault = process.env.FAULT ? [process.env.FAULT] : [];
new UnikernelService(stack, 'web', {
  image: UnikernelImage.fromKernel(process.env.KERNEL ?? 'hello.elf', { bootArgs: ['--version=' + process.env.VERSION, ...fault] }),
  instances: 2,
  port: 8080,
  healthCheck: HealthCheck.http('/healthz'),
  update: RollingUpdatePolicy.rolling({
    maxSurge: 1,
    maxUnavailable: 0,
    healthTimeout: Duration.seconds(20),
    bakeTime: Duration.seconds(Number(process.env.BAKE ?? 0)),
  }),
}).expose();
app.synth();
`;

export interface ProjectOptions {
  /** Text of the program that synthesises. @default - one with a service `web` on the local runtime */
  readonly app?: string;
  /** For every command. @default - that of the tests alone */
  readonly env?: NodeJS.ProcessEnv;
}

export interface Ended {
  readonly exitCode: number | null;
  /** Both streams, as they came. */
  readonly output: string;
}

export interface EndedKiln extends Ended {
  /** Standard output alone. */
  readonly out: string;
}

/** A user's project, deployed by the built command. Lies in the checkout, so that it finds the package by its name. */
export class Project {
  readonly folder: string;
  /** Where its programs put what is temporary. */
  readonly temporary: string;

  constructor(
    private readonly home: string,
    private readonly options: ProjectOptions = {},
  ) {
    mkdirSync(join(root, '.kiln'), { recursive: true });
    this.folder = mkdtempSync(join(root, '.kiln/e2e-'));
    this.temporary = join(this.folder, 'tmp');
    mkdirSync(this.temporary);
    cpSync(helloKernel(), join(this.folder, 'hello.elf'));
    writeFileSync(join(this.folder, 'main.js'), options.app ?? APP);
    writeFileSync(join(this.folder, 'cdktf.json'), '{"language":"typescript","app":"node main.js"}\n');
  }

  /** Starts `kiln`; `ended` resolves with everything that it printed. */
  start(words: string, env: NodeJS.ProcessEnv = {}): { child: ChildProcess; ended: Promise<EndedKiln> } {
    const child = spawn(process.execPath, [join(root, 'dist/bin/kiln.js'), ...words.split(' ')], {
      cwd: this.folder,
      env: {
        ...process.env,
        KILN_HOME: this.home,
        TMPDIR: this.temporary,
        VERSION: '1',
        ...this.options.env,
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own, as a shell gives it: a Ctrl-C reaches the whole group.
      detached: true,
    });
    let output = '';
    let out = '';
    child.stdout.on('data', (data) => {
      output += data;
      out += data;
    });
    child.stderr.on('data', (data) => {
      output += data;
    });
    const ended = new Promise<EndedKiln>((resolve) =>
      child.on('close', (exitCode) => resolve({ exitCode, output, out })),
    );
    return { child, ended };
  }

  kiln(words: string, env: NodeJS.ProcessEnv = {}): Promise<EndedKiln> {
    return this.start(words, env).ended;
  }

  async status(): Promise<ServiceStatus> {
    const { output } = await this.kiln('status --json');
    const parsed = JSON.parse(output) as { services?: ServiceStatus[] } | ServiceStatus[];
    const [service] = Array.isArray(parsed) ? parsed : (parsed.services ?? []);
    if (!service) throw new Error(`no service in ${output}`);
    return service;
  }

  /** What the service's endpoint answers. */
  async answer(): Promise<string> {
    const { endpoint } = await this.status();
    return (await fetch(endpoint ?? '')).text();
  }

  guests() {
    return findProcesses(this.home).filter(({ command }) => command.includes('-pidfile'));
  }

  /** Waits until the service is settled again, as whoever killed something would see it in `kiln status`. */
  async settled(): Promise<ServiceStatus> {
    for (let tries = 0; tries < 150; tries++) {
      const service = await this.status().catch(() => undefined);
      if (service?.phase === 'ready' && this.guests().length === 2) return service;
      await sleep(200);
    }
    throw new Error(`not settled: ${JSON.stringify(await this.status())}`);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Daemon and balancer end by themselves when nothing is left to keep. */
export async function goneFrom(folder: string): Promise<void> {
  for (let tries = 0; tries < 300 && findProcesses(folder).length > 0; tries++) await sleep(100);
  expect(findProcesses(folder)).toEqual([]);
}

/** Resolves when the program has printed something that matches. */
export function printed(child: ChildProcess, pattern: RegExp): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = '';
    const look = (data: Buffer) => {
      output += data;
      if (pattern.test(output)) resolve();
    };
    child.stdout?.on('data', look);
    child.stderr?.on('data', look);
    child.on('close', () => reject(new Error(`it never printed ${pattern}:\n${output}`)));
  });
}

/** Children of a process whose program has this name; Linux. Any of its threads may have started them. */
export function childrenOf(pid: number, program: string): number[] {
  const tasks = readdirSync(`/proc/${pid}/task`);
  const children = tasks.flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(/\s+/).filter(Boolean).map(Number),
  );
  return children.filter((child) => readFileSync(`/proc/${child}/comm`, 'utf8').trim() === program);
}
