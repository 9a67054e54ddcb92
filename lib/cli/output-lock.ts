import { mkdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { tryLock } from '../io/lock';
import type { CommandContext } from './context';
import type { Project } from './project';

const POLL_MS = 50;

/**
 * Keeps the output folder to one command while it is written and planned from: cdktf writes its files in place, and who
 * reads one meanwhile gets the half of it. Waits while another command has it, which is not while that one applies.
 * @returns gives it back; only the first call counts
 * @throws KilnError `cli.interrupted`
 */
export async function lockOutput(
  project: Pick<Project, 'output'>,
  { host, interrupts }: CommandContext,
): Promise<() => void> {
  await mkdir(project.output, { recursive: true });
  for (let said = false; ; said = true) {
    interrupts.throwIfInterrupted();
    const lock = await tryLock(project.output, 'synth');
    if (lock) return once(() => lock.release());
    if (!said) host.err.line(host.err.style.dim('another kiln is at work in this folder; waiting for it'));
    await sleep(POLL_MS);
  }
}

function once(action: () => void): () => void {
  let done = false;
  return () => {
    if (!done) action();
    done = true;
  };
}
