import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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
  image: UnikernelImage.fromKernel('hello.elf', { bootArgs: ['--version=' + process.env.VERSION, ...fault] }),
  instances: 2,
  port: 8080,
  healthCheck: HealthCheck.http('/healthz'),
  update: RollingUpdatePolicy.rolling({ maxSurge: 1, maxUnavailable: 0, healthTimeout: Duration.seconds(20) }),
}).expose();
app.synth();
`;

export interface Ended {
  readonly exitCode: number | null;
  readonly output: string;
}

/** A user's project, deployed by the built command. Lies in the checkout, so that it finds the package by its name. */
export class Project {
  readonly folder: string;

  constructor(private readonly home: string) {
    mkdirSync(join(root, '.kiln'), { recursive: true });
    this.folder = mkdtempSync(join(root, '.kiln/e2e-'));
    cpSync(helloKernel(), join(this.folder, 'hello.elf'));
    writeFileSync(join(this.folder, 'main.js'), APP);
    writeFileSync(join(this.folder, 'cdktf.json'), '{"language":"typescript","app":"node main.js"}\n');
  }

  /** Starts `kiln`; `ended` resolves with everything that it printed. */
  start(words: string, env: NodeJS.ProcessEnv = {}): { child: ChildProcess; ended: Promise<Ended> } {
    const child = spawn(process.execPath, [join(root, 'dist/bin/kiln.js'), ...words.split(' ')], {
      cwd: this.folder,
      env: { ...process.env, KILN_HOME: this.home, VERSION: '1', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    child.stdout.on('data', (data) => {
      output += data;
    });
    child.stderr.on('data', (data) => {
      output += data;
    });
    const ended = new Promise<Ended>((resolve) =>
      child.on('close', (exitCode) => resolve({ exitCode, output })),
    );
    return { child, ended };
  }

  kiln(words: string, env: NodeJS.ProcessEnv = {}): Promise<Ended> {
    return this.start(words, env).ended;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
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

/** Children of a process whose program has this name; Linux. */
export function childrenOf(pid: number, program: string): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(/\s+/).map(Number);
  return children.filter((child) => readFileSync(`/proc/${child}/comm`, 'utf8').trim() === program);
}
