import type { ServiceSpec } from '../spec';

/** What is written to `instances/<name>/instance.json` before QEMU starts, so that no crash can lose an instance. */
export interface LaunchRecord {
  readonly name: string;
  readonly service: string;
  readonly revision: string;
  /** The whole specification: a lost service file is rebuilt from it. */
  readonly spec: ServiceSpec;
  /** Loopback port of the host that leads to the guest's port. */
  readonly hostPort: number;
  /** ISO time of this boot. */
  readonly startedAt: string;
  /** Restarts before this boot. */
  readonly restarts: number;
  /** QEMU's process, null until it runs. */
  readonly pid: number | null;
  /** Start time of that process in clock ticks since boot (proc(5), field 22): tells it from a later one with its number. */
  readonly pidStartTime: string | null;
}

export interface LaunchRequest {
  readonly name: string;
  readonly revision: string;
  readonly spec: ServiceSpec;
  readonly restarts: number;
}

/** How an instance ended, for people. */
export interface InstanceEnd {
  /** `QEMU ended with exit code 1`, `the guest reset itself (panic)`, `killed by signal 9`. */
  readonly reason: string;
}

/** A running unikernel: one QEMU process, which outlives this one. */
export interface Machine {
  readonly record: LaunchRecord;
  /** Resolves when the process is gone, however it went; never rejects. */
  readonly ended: Promise<InstanceEnd>;
  isAlive(): boolean;
  /** Ends the process (QMP `quit`, then SIGKILL) and resolves when it is gone; its folder stays until `remove`. */
  stop(): Promise<void>;
  /** Deletes the folder of an instance that has ended. */
  remove(): Promise<void>;
  /** Start and end of the console, at most `bytes` in all, with a line between that says what was left out. */
  consoleExcerpt(bytes?: number): Promise<string>;
  /** Hands out the console from its start, then what is added, safe to show, until `signal` aborts. */
  followConsole(onText: (text: string) => void, signal: AbortSignal): Promise<void>;
  /**
   * Whether a connection through the host port still waits for the guest to accept it. QEMU itself accepts every one at
   * once, before it asks the guest. Undefined where QEMU does not tell.
   */
  hasPendingConnections(): Promise<boolean | undefined>;
  /** Stops watching without touching the guest: for a daemon that goes and leaves its instances running. */
  detach(): void;
}

/** Something that the owner should know and that stops nothing. */
export interface MachineNotice {
  readonly instance: string | null;
  /** One sentence, lowercase, without a full stop. */
  readonly message: string;
}

/** Starts machines and finds those that an earlier daemon left. */
export interface MachineHost {
  /** Rejects, with the remedy, where no machine could be started: asked before anything that runs is touched. */
  requireReady(): Promise<void>;
  launch(request: LaunchRequest): Promise<Machine>;
  /**
   * Every instance that still runs under this state folder. Of those that do not only the console stays, for a day or
   * until an instance of that name is launched again.
   */
  adoptAll(): Promise<Machine[]>;
}
