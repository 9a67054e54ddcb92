import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { KilnError } from '../errors';
import { sanitizeConsole } from '../io/console-text';
import type { InstanceEnd } from './machine';
import { isRunning, signalProcess } from './process-info';
import type { QmpClient } from './qmp';
import { logTail } from './start-qemu';

export interface GuestProcessOptions {
  /** For messages. */
  readonly name: string;
  readonly pid: number;
  /** See `processStartTime`. */
  readonly startTime: string;
  /** What QEMU says. */
  readonly logFile: string;
  /** @default - QEMU does not answer; the process is watched all the same */
  readonly qmp?: QmpClient | undefined;
  /** @default - the process was started by an earlier daemon */
  readonly child?: ChildProcess | undefined;
}

const POLL_MS = 200;
const QUIT_MS = 2000;
const KILL_MS = 5000;

/** Why QEMU ended, by the reason of its SHUTDOWN event (QAPI `ShutdownCause`). */
const CAUSES: Readonly<Record<string, string>> = {
  // With -no-reboot a triple fault looks like this too.
  'guest-reset': 'the guest reset itself (it crashed, or asked for a restart)',
  'guest-shutdown': 'the guest shut itself down',
  'guest-panic': 'the guest panicked',
  'host-error': 'QEMU met an error',
  'host-signal': 'QEMU was told to end by a signal',
  'host-qmp-quit': 'QEMU was told to end',
};

/** One QEMU process, our child or found running: heard when it ends, and ended when asked. */
export class GuestProcess {
  /** Resolves when the process is gone, however it went; never rejects. */
  readonly ended: Promise<InstanceEnd>;
  private resolveEnded!: (end: InstanceEnd) => void;
  private poll: NodeJS.Timeout | undefined;
  private concluding = false;
  private stopping: Promise<void> | undefined;
  private cause: string | undefined;

  constructor(private readonly options: GuestProcessOptions) {
    this.ended = new Promise((resolve) => {
      this.resolveEnded = resolve;
    });
    this.watch();
  }

  isAlive(): boolean {
    return isRunning(this.options.pid, this.options.startTime);
  }

  /**
   * Ends the process (QMP `quit`, then SIGKILL) and resolves when it is gone.
   * @throws KilnError `runtime.not-stopped` when not even SIGKILL ends it
   */
  stop(): Promise<void> {
    this.stopping ??= this.end();
    return this.stopping;
  }

  /** See `Machine.hasPendingConnections`. */
  async hasPendingConnections(): Promise<boolean | undefined> {
    try {
      const table = await this.options.qmp?.execute('human-monitor-command', {
        'command-line': 'info usernet',
      });
      // A row is `TCP[SYN_SENT] 13 127.0.0.1 40001 10.0.2.15 8080 0 0`, without the client's port.
      return typeof table === 'string' ? table.includes('TCP[SYN_SENT]') : undefined;
    } catch {
      return undefined;
    }
  }

  /** Stops watching and leaves the process alone. */
  detach(): void {
    clearInterval(this.poll);
    this.concluding = true;
    this.options.qmp?.close();
    this.options.child?.removeAllListeners('exit');
    this.options.child?.unref();
  }

  /** The end of a connection or of a child is heard at once; the poll is for a process that gives neither. */
  private watch(): void {
    const { qmp, child } = this.options;
    this.poll = setInterval(() => this.check(), POLL_MS);
    qmp?.onEvent(({ event, data }) => {
      if (event === 'SHUTDOWN') this.cause = String(data.reason);
    });
    void qmp?.closed.then(() => this.checkOften());
    child?.once('exit', () => this.check());
    this.check();
  }

  private check(): void {
    if (!this.concluding && !this.isAlive()) void this.conclude();
  }

  /** QEMU closes its socket a little before it is gone. */
  private async checkOften(): Promise<void> {
    for (let tries = 0; tries < 50 && !this.concluding; tries++) {
      this.check();
      await sleep(5);
    }
  }

  private async conclude(): Promise<void> {
    this.concluding = true;
    clearInterval(this.poll);
    const { qmp, child } = this.options;
    // What it said last, and how it ended, may still be on their way.
    await Promise.race([Promise.all([qmp?.closed, exited(child)]), sleep(500)]);
    qmp?.close();
    this.resolveEnded({ reason: this.reason() });
  }

  private reason(): string {
    if (this.stopping) return 'it was stopped';
    const { child } = this.options;
    if (child?.signalCode) return `QEMU was killed by ${child.signalCode}`;
    if (this.cause !== undefined) return CAUSES[this.cause] ?? `QEMU ended: ${this.cause}`;
    const said = sanitizeConsole(logTail(this.options.logFile).split('\n').at(-1) ?? '');
    const how = child ? `QEMU ended with exit code ${child.exitCode}` : 'QEMU ended';
    return said === '' ? how : `${how}: ${said}`;
  }

  private async end(): Promise<void> {
    const { pid, startTime, name, qmp } = this.options;
    const terminate = () => signalProcess(pid, startTime, 'SIGTERM');
    // QEMU may be gone before it has answered; one that does not speak QMP still knows the signal.
    if (qmp) void qmp.execute('quit').catch(terminate);
    else terminate();
    if (await this.goneWithin(QUIT_MS)) return;
    signalProcess(pid, startTime, 'SIGKILL');
    if (await this.goneWithin(KILL_MS)) return;
    this.stopping = undefined;
    throw new KilnError(`instance '${name}' (process ${pid}) does not end, not even by SIGKILL`, {
      code: 'runtime.not-stopped',
      source: 'tool',
    });
  }

  private async goneWithin(ms: number): Promise<boolean> {
    for (const deadline = Date.now() + ms; Date.now() < deadline; await sleep(5)) {
      if (!this.isAlive()) {
        if (!this.concluding) this.check();
        return true;
      }
    }
    return false;
  }
}

function exited(child: ChildProcess | undefined): Promise<unknown> {
  if (!child || child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => child.once('exit', resolve));
}
