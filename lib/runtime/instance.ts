import type { ChildProcess } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { KilnError } from '../errors';
import { ConsoleLog } from './console';
import { GuestProcess } from './guest-process';
import type { InstanceEnd, LaunchRecord, Machine } from './machine';
import type { RuntimePaths } from './paths';
import type { QmpClient } from './qmp';

/** The record of an instance whose process is known. */
export type RunningRecord = LaunchRecord & { readonly pid: number; readonly pidStartTime: string };

export interface InstanceOptions {
  readonly record: RunningRecord;
  readonly paths: RuntimePaths;
  /** @default - QEMU does not answer; the process is watched all the same */
  readonly qmp?: QmpClient;
  /** @default - the process was started by an earlier daemon */
  readonly child?: ChildProcess;
}

/** An instance of a service: a QEMU process, its folder and its console. */
export class Instance implements Machine {
  readonly record: RunningRecord;
  private readonly folder: string;
  private readonly console: ConsoleLog;
  private readonly process: GuestProcess;

  constructor(private readonly options: InstanceOptions) {
    this.record = options.record;
    this.folder = options.paths.instance(this.record.name);
    this.console = new ConsoleLog(this.folder);
    this.process = new GuestProcess({
      name: this.record.name,
      pid: this.record.pid,
      startTime: this.record.pidStartTime,
      logFile: qemuLog(this.folder),
      qmp: options.qmp,
      child: options.child,
    });
  }

  get ended(): Promise<InstanceEnd> {
    return this.process.ended;
  }

  isAlive(): boolean {
    return this.process.isAlive();
  }

  stop(): Promise<void> {
    return this.process.stop();
  }

  /** @throws KilnError `runtime.instance-running` */
  async remove(): Promise<void> {
    if (this.isAlive()) {
      throw new KilnError(`instance '${this.record.name}' still runs, so its folder stays`, {
        code: 'runtime.instance-running',
        source: 'tool',
      });
    }
    await rm(this.options.paths.qmpSocket(this.record.name), { force: true });
    await rm(this.folder, { recursive: true, force: true });
  }

  consoleExcerpt(bytes?: number): Promise<string> {
    return this.console.excerpt(bytes);
  }

  followConsole(onText: (text: string) => void, signal: AbortSignal): Promise<void> {
    return this.console.follow(onText, signal);
  }

  /** Keeps the console's file within its bounds. */
  boundConsole(): Promise<void> {
    return this.console.bound();
  }

  hasPendingConnections(): Promise<boolean | undefined> {
    return this.process.hasPendingConnections();
  }

  detach(): void {
    this.process.detach();
  }
}

/** Where QEMU's own messages go. */
export function qemuLog(folder: string): string {
  return join(folder, 'qemu.log');
}
