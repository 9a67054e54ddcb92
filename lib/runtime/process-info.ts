import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { errnoOf } from '../errors';

const LINUX = process.platform === 'linux';

/**
 * When a process started, in the system's own words (clock ticks since boot on Linux, a date elsewhere). With the pid it
 * names one process for ever; a pid alone may be given to a stranger.
 * Undefined when no such process runs; one that has ended and only waits for its parent (a zombie) does not run.
 */
export function processStartTime(pid: number): string | undefined {
  return LINUX ? linuxStartTime(pid) : portableStartTime(pid);
}

/** True while that very process runs. */
export function isRunning(pid: number, startTime: string): boolean {
  return processStartTime(pid) === startTime;
}

/** Sends a signal to that very process; false when it is gone (or is another one by now). */
export function signalProcess(pid: number, startTime: string, signal: NodeJS.Signals): boolean {
  if (!isRunning(pid, startTime)) return false;
  try {
    process.kill(pid, signal);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'ESRCH') return false;
    throw error;
  }
}

/** The command line of a process, its words separated by spaces; undefined where it cannot be read. */
export function commandLine(pid: number): string | undefined {
  if (!LINUX) return ps(['-ww', '-o', 'command=', '-p', String(pid)])?.trim() || undefined;
  const words = readProc(pid, 'cmdline')?.replace(/\0$/, '').replaceAll('\0', ' ');
  return words || undefined;
}

/** Every process of this user (of everybody, for root) whose command line contains `text`, but not this one. */
export function findProcesses(text: string): { readonly pid: number; readonly command: string }[] {
  const all = LINUX ? linuxProcesses() : portableProcesses();
  return all.filter(({ pid, command }) => pid !== process.pid && command.includes(text));
}

/**
 * A variable of the environment that a process was started with; undefined where there is none or it cannot be read
 * (always so outside Linux).
 */
export function environmentVariable(pid: number, name: string): string | undefined {
  const entries = LINUX ? readProc(pid, 'environ')?.split('\0') : undefined;
  return entries?.find((entry) => entry.startsWith(`${name}=`))?.slice(name.length + 1);
}

/** A text that differs from one boot of this machine to the next; empty where the system has none. */
export function bootId(): string {
  if (!LINUX) return run('sysctl', ['-n', 'kern.boottime'])?.trim() ?? '';
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return '';
  }
}

/** proc(5): state is field 3 and start time field 22, counted after the name, which may itself hold brackets. */
function linuxStartTime(pid: number): string | undefined {
  const stat = readProc(pid, 'stat');
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  const state = fields?.[0];
  return state === 'Z' || state === 'X' ? undefined : fields?.[19];
}

function portableStartTime(pid: number): string | undefined {
  const match = /^(\S+)\s+(.+)$/.exec(ps(['-o', 'state=,lstart=', '-p', String(pid)])?.trim() ?? '');
  return match?.[1]?.startsWith('Z') ? undefined : match?.[2];
}

function linuxProcesses() {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => ({ pid: Number(name), command: commandLine(Number(name)) ?? '' }));
}

function portableProcesses() {
  return (ps(['-ww', '-axo', 'pid=,command=']) ?? '').split('\n').flatMap((line) => {
    const match = /^\s*(\d+)\s+(.*)$/.exec(line);
    return match ? [{ pid: Number(match[1]), command: match[2] ?? '' }] : [];
  });
}

/** A process may end between being listed and being read: that is an answer, not a fault. */
function readProc(pid: number, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return undefined;
  }
}

function ps(args: readonly string[]): string | undefined {
  return run('ps', args);
}

function run(command: string, args: readonly string[]): string | undefined {
  const result = spawnSync(command, args, { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } });
  return result.status === 0 ? result.stdout : undefined;
}
