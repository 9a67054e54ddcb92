import { KilnError } from '../../errors';
import { sleepOr } from './call';
import type { AwsSession } from './session';

/**
 * Looks again and again until something is there: soon at first, because a small snapshot is sealed within seconds.
 *
 * @param waitingFor for the message, such as `the image ami-1 to be available`
 * @param limitMs @default `settleMs`
 * @throws KilnError `aws.timeout` after `limitMs`, and what `look` throws
 */
export async function poll<T>(
  { timing, region }: AwsSession,
  waitingFor: string,
  signal: AbortSignal | undefined,
  look: () => Promise<T | undefined>,
  limitMs: number = timing.settleMs,
): Promise<T> {
  const deadline = performance.now() + limitMs;
  for (let pause = timing.firstPollMs; ; pause = Math.min(timing.lastPollMs, pause * 1.5)) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() + pause > deadline)
      throw new KilnError(`waited ${Math.round(limitMs / 1000)} s in ${region} for ${waitingFor}`, {
        code: 'aws.timeout',
        remedy: 'Look at it in the console, and apply again.',
      });
    await sleepOr(pause, signal);
  }
}
