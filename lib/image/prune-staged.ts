import * as fs from 'node:fs';
import * as path from 'node:path';

/** A deploy reads what its own synth staged, and waits before that for a person's yes: more than a day would be odd. */
const KEPT_MS = 24 * 60 * 60 * 1000;
/** What `stageImage` makes, and what it leaves when it is killed. */
const STAGED = /^(?:[0-9a-f]{64}\.(?:elf|raw|initrd)|\.[0-9a-f]{12}\.tmp)$/;

/**
 * Deletes staged files that no synth has needed for a day. A file's time says when one last did: those that are needed
 * now get the present one. Nothing here is a reason for a synth to fail.
 * @param needed names within the folder
 */
export function pruneStaged(folder: string, needed: Iterable<string>, now: Date = new Date()): void {
  for (const name of needed) quietly(() => fs.utimesSync(path.join(folder, name), now, now));
  for (const name of quietly(() => fs.readdirSync(folder)) ?? []) {
    if (STAGED.test(name)) quietly(() => removeIfOld(path.join(folder, name), now));
  }
}

function removeIfOld(file: string, now: Date): void {
  if (now.getTime() - fs.statSync(file).mtimeMs > KEPT_MS) fs.rmSync(file);
}

/** Another user's file, a read-only folder, or another synth that was faster. */
function quietly<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}
