import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findProcesses, isRunning, processStartTime, signalProcess } from './process-info';

const PREFIX = 'kiln-run-';
const OWNER_FILE = 'owner';
/** A folder without an owner is being made, or is a ruin. */
const MAKING_MS = 10_000;

/**
 * A folder for the files of one run in the foreground, as long as `use` takes. What a run that was killed left behind is
 * cleared away first, with its QEMU.
 * @param temporary where such folders are
 */
export async function withRunFolder<T>(temporary: string, use: (folder: string) => Promise<T>): Promise<T> {
  await clearKilledRuns(temporary);
  const folder = await mkdtemp(join(temporary, PREFIX));
  try {
    await writeFile(join(folder, OWNER_FILE), `${process.pid} ${processStartTime(process.pid)}`);
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** QEMU outlives a run that is killed; the next one ends it. */
async function clearKilledRuns(temporary: string): Promise<void> {
  for (const name of await readdir(temporary)) {
    // Another run may be clearing the same remains.
    if (name.startsWith(PREFIX)) await clearKilledRun(join(temporary, name)).catch(() => undefined);
  }
}

async function clearKilledRun(folder: string): Promise<void> {
  const { uid, mtimeMs } = await stat(folder);
  if (process.getuid && uid !== process.getuid()) return;
  const owner = await readFile(join(folder, OWNER_FILE), 'utf8').catch(() => undefined);
  if (owner === undefined && Date.now() - mtimeMs < MAKING_MS) return;
  const [, pid, startTime] = /^(\d+) (.+)$/.exec(owner ?? '') ?? [];
  if (pid !== undefined && startTime !== undefined && isRunning(Number(pid), startTime)) return;
  for (const { pid } of findProcesses(`-pidfile ${folder}/`)) {
    const started = processStartTime(pid);
    if (started !== undefined) signalProcess(pid, started, 'SIGKILL');
  }
  await rm(folder, { recursive: true, force: true });
}
