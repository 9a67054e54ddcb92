import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, readFileSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { errnoOf, KilnError, messageOf } from '../errors';
import { prepareHome } from './home';
import { call } from './http-client';
import type { RuntimePaths } from './paths';
import { daemonEnvironment, openLog } from './spawning';
import type { RuntimeInfo } from './wire';

export interface StartOptions {
  readonly paths: RuntimePaths;
  /** The script that is the daemon when its first argument is `runtime`, and the balancer when it is `balancer`. */
  readonly entry: string;
  /** Version of this package; a daemon of another one is replaced. */
  readonly version: string;
  /** How long the daemon may take until it answers, in ms. @default 15000 */
  readonly startTimeoutMs?: number;
}

const POLL_MS = 15;
/** Two versions that keep replacing each other would never end. */
const MAX_REPLACEMENTS = 2;

/**
 * Makes sure that a daemon of this version answers.
 * @throws KilnError `runtime.home`, `runtime.start-failed`, `runtime.busy` (another version is in a rollout)
 */
export async function ensureRuntime(options: StartOptions): Promise<RuntimeInfo> {
  const deadline = Date.now() + (options.startTimeoutMs ?? 15_000);
  let starter: DaemonStarter | undefined;
  let replacements = 0;
  try {
    while (Date.now() < deadline) {
      const info = await tryVersion(options.paths);
      if (info?.version === options.version) return info;
      if (info) {
        if (replacements++ === MAX_REPLACEMENTS) throw contended(info, options);
        await call({ socketPath: options.paths.apiSocket, method: 'POST', path: '/v1/shutdown?busy=refuse' });
      } else {
        if (!starter) await prepareHome(options.paths);
        starter ??= new DaemonStarter(options);
        starter.ensureRunning();
      }
      await sleep(POLL_MS);
    }
    throw starter?.failure('it did not answer in time') ?? contendedForever(options);
  } finally {
    starter?.letGo();
  }
}

async function tryVersion(paths: RuntimePaths): Promise<RuntimeInfo | undefined> {
  try {
    return await call<RuntimeInfo>({ socketPath: paths.apiSocket, method: 'GET', path: '/v1/version' });
  } catch (error) {
    if (['ENOENT', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOTDIR'].includes(errnoOf(error) ?? ''))
      return undefined;
    throw error;
  }
}

/** Starts the daemon, and again when it ended because another one was there that has gone since. */
class DaemonStarter {
  private child: ChildProcess | undefined;
  private failures = 0;
  private logStart = 0;

  constructor(private readonly options: StartOptions) {}

  ensureRunning(): void {
    if (this.child && this.child.exitCode === null && this.child.signalCode === null) return;
    if (this.child && this.child.exitCode !== 0) this.failures++;
    if (this.failures === 3) throw this.failure(`it ended with exit code ${this.child?.exitCode}`);
    this.child = this.spawn();
  }

  failure(reason: string): KilnError {
    return new KilnError(`the kiln runtime could not be started: ${reason}`, {
      code: 'runtime.start-failed',
      source: 'tool',
      remedy: `Read its log: ${this.options.paths.log('runtime')}`,
      detail: this.logTail(),
    });
  }

  letGo(): void {
    this.child?.unref();
  }

  private spawn(): ChildProcess {
    const { paths, entry } = this.options;
    const log = openLog(paths.log('runtime'));
    try {
      this.logStart = statSync(paths.log('runtime')).size;
      const child = spawn(process.execPath, [entry, 'runtime', '--home', paths.home], {
        cwd: '/',
        detached: true,
        stdio: ['ignore', log, log],
        env: daemonEnvironment(process.env),
      });
      child.once('error', () => this.failures++);
      return child;
    } finally {
      closeSync(log);
    }
  }

  private logTail(): string {
    try {
      return readFileSync(this.options.paths.log('runtime'))
        .subarray(this.logStart)
        .toString()
        .slice(-4000)
        .trim();
    } catch (error) {
      return `(its log cannot be read: ${messageOf(error)})`;
    }
  }
}

function contended(info: RuntimeInfo, options: StartOptions): KilnError {
  return new KilnError(
    `the runtime of '${options.paths.home}' is kept by version ${info.version}, which comes back each time version ` +
      `${options.version} replaces it`,
    { code: 'runtime.version', remedy: 'Use one version of kiln at a time, or give each its own KILN_HOME.' },
  );
}

function contendedForever(options: StartOptions): KilnError {
  return new KilnError(`the runtime of '${options.paths.home}' did not step aside in time`, {
    code: 'runtime.start-failed',
    source: 'tool',
  });
}
