import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { processStartTime } from './process-info';

const PREFIX = 'work-';
const NAME = /^work-(\d+)-(\w+)-[0-9a-f]{12}$/;

/** Makes a folder for what is not finished yet. Its name says whose it is. */
export async function makeWorkFolder(parent: string): Promise<string> {
  const path = join(
    parent,
    `${PREFIX}${process.pid}-${lifeOf(process.pid)}-${randomBytes(6).toString('hex')}`,
  );
  await mkdir(path, { mode: 0o700 });
  return path;
}

/** Removes the work folders of processes that have ended. Those of others, and of this one, are at work. */
export async function clearDeadWork(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    if (!name.startsWith(PREFIX)) continue;
    const [, pid, life] = NAME.exec(name) ?? [];
    if (pid !== undefined && lifeOf(Number(pid)) === life) continue;
    await rm(join(parent, name), { recursive: true, force: true });
  }
}

/** When a process started, as a part of a file's name; outside Linux a date with spaces and colons. */
function lifeOf(pid: number): string | undefined {
  return processStartTime(pid)?.replaceAll(/\W+/g, '_');
}
