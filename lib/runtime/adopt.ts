import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../errors';
import { Instance, type RunningRecord } from './instance';
import {
  INSTANCE_VARIABLE,
  isDamaged,
  readRecord,
  recordFile,
  recordFrom,
  writeRecord,
} from './launch-record';
import type { LaunchRecord, MachineNotice } from './machine';
import type { RuntimePaths } from './paths';
import { environmentVariable, findProcesses, processStartTime, signalProcess } from './process-info';
import { QmpClient } from './qmp';

type Notify = (notice: MachineNotice) => void;

interface FoundProcess {
  readonly pid: number;
  readonly startTime: string;
}

const PID_FILE = 'qemu.pid';
const QMP_DEADLINE_MS = 2000;
/** How long the console of an instance that is no more is kept for whoever asks why. */
const CONSOLE_KEPT_MS = 24 * 60 * 60 * 1000;
/** A probe of acceleration ends after two seconds; an older one has lost its owner. */
const PROBE_AGE_MS = 10_000;

/**
 * Every instance that runs under a state folder, found by the command lines of the processes: a process without a record
 * is found too. One that is not known by record or environment is ended, for nobody could ever stop it. Of instances that
 * do not run only the consoles stay, for a day.
 * @param known names of instances that this process watches already
 */
export async function adoptInstances(
  paths: RuntimePaths,
  known: ReadonlySet<string>,
  notify: Notify,
): Promise<Instance[]> {
  const running = await runningInstances(paths);
  const unknown = [...running].filter(([name]) => !known.has(name));
  // All at once: one that hangs takes its two seconds, and the others need not wait for it.
  const adopted = await Promise.all(unknown.map(([name, process]) => adopt(paths, name, process, notify)));
  for (const name of await namesIn(paths.instances)) {
    if (!running.has(name)) await clearRemains(paths, name);
  }
  await endProbes(paths);
  return adopted.filter((instance) => instance !== undefined);
}

async function adopt(
  paths: RuntimePaths,
  name: string,
  process: FoundProcess,
  notify: Notify,
): Promise<Instance | undefined> {
  const record = await recordOf(paths, name, process, notify);
  if (!record) {
    signalProcess(process.pid, process.startTime, 'SIGKILL');
    notify({ instance: name, message: `process ${process.pid} had no readable record and was ended` });
    return undefined;
  }
  const running: RunningRecord = { ...record, pid: process.pid, pidStartTime: process.startTime };
  if (record.pid !== running.pid || record.pidStartTime !== running.pidStartTime) {
    await mkdir(paths.instance(name), { recursive: true, mode: 0o700 });
    await writeRecord(paths.instance(name), running);
  }
  try {
    const qmp = await QmpClient.connect(paths.qmpSocket(name), { timeoutMs: QMP_DEADLINE_MS });
    return new Instance({ record: running, paths, qmp });
  } catch (error) {
    notify({ instance: name, message: `adopted without control of QEMU: ${messageOf(error)}` });
    return new Instance({ record: running, paths });
  }
}

async function recordOf(
  paths: RuntimePaths,
  name: string,
  process: FoundProcess,
  notify: Notify,
): Promise<LaunchRecord | undefined> {
  const folder = paths.instance(name);
  const record = await readRecord(folder);
  if (record && !isDamaged(record)) return record;
  const own = recordFrom(environmentVariable(process.pid, INSTANCE_VARIABLE));
  const what = record ? `was damaged (${record.reason}), kept as '${record.keptAs}'` : 'was missing';
  if (own?.name !== name) {
    notify({ instance: name, message: `its launch record ${what}` });
    return undefined;
  }
  notify({ instance: name, message: `its launch record ${what}, and was made again from the process` });
  return own;
}

/**
 * Running instances by name. A QEMU that is about to start a peer's program shows for a moment as two processes with the
 * same command line; its pid file says which is which.
 */
async function runningInstances(paths: RuntimePaths): Promise<Map<string, FoundProcess>> {
  const marker = `-pidfile ${paths.instances}/`;
  const found = new Map<string, FoundProcess[]>();
  for (const { pid, command } of findProcesses(marker)) {
    const rest = command.slice(command.indexOf(marker) + marker.length);
    const name = /^([a-z0-9-]+)\/qemu\.pid /.exec(rest)?.[1];
    const startTime = processStartTime(pid);
    if (name === undefined || startTime === undefined) continue;
    found.set(name, [...(found.get(name) ?? []), { pid, startTime }]);
  }
  const chosen = new Map<string, FoundProcess>();
  for (const [name, processes] of found) {
    const pid = Number(await readFile(join(paths.instance(name), PID_FILE), 'utf8').catch(() => ''));
    const process = processes.find((candidate) => candidate.pid === pid) ?? processes[0];
    if (process) chosen.set(name, process);
  }
  return chosen;
}

async function clearRemains(paths: RuntimePaths, name: string): Promise<void> {
  const folder = paths.instance(name);
  await rm(paths.qmpSocket(name), { force: true });
  const console = await stat(join(folder, 'console.log')).catch(() => undefined);
  if (!console || Date.now() - console.mtimeMs > CONSOLE_KEPT_MS) {
    await rm(folder, { recursive: true, force: true });
    return;
  }
  await rm(recordFile(folder), { force: true });
  await rm(join(folder, PID_FILE), { force: true });
}

async function endProbes(paths: RuntimePaths): Promise<void> {
  for (const name of await namesIn(paths.home)) {
    const folder = join(paths.home, name);
    if (!name.startsWith('probe-') || Date.now() - (await stat(folder)).mtimeMs < PROBE_AGE_MS) continue;
    for (const { pid } of findProcesses(folder)) {
      const startTime = processStartTime(pid);
      if (startTime !== undefined) signalProcess(pid, startTime, 'SIGKILL');
    }
    await rm(folder, { recursive: true, force: true });
  }
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}
