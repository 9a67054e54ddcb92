import { setTimeout as sleep } from 'node:timers/promises';
import { awsError, cancelled } from './aws-error';
import { ATTEMPT_TIMEOUT, type Fault, faultOf } from './fault';
import type { AwsSession } from './session';

/** One request, sent as often as it takes. */
export interface Call<T> {
  /** IAM's name of it, such as `ebs:PutSnapshotBlock`. */
  readonly action: string;
  send(options: { readonly abortSignal: AbortSignal }): Promise<T>;
  /** Faults that mean "not known yet", and until when (`performance.now()`) they may: these are not counted as tries. */
  readonly notYet?: { is(fault: Fault): boolean; readonly until: number } | undefined;
  /** Hears of each fault that is tried again. */
  readonly onFault?: ((fault: Fault) => void) | undefined;
  /**
   * A request that makes something is heard out even when cancelled (at most `attemptMs`): without its answer, nobody would know what
   * to remove.
   */
  readonly isHeardOut?: boolean;
}

/**
 * Sends a request until it succeeds: the SDK's own retries are off, because they multiply with any others and know neither
 * EBS' late visibility nor a deadline.
 *
 * @throws KilnError `aws.*`, of the last fault
 */
export async function callAws<T>(session: AwsSession, call: Call<T>, signal?: AbortSignal): Promise<T> {
  const { timing, region } = session;
  const deadline = Math.max(performance.now() + timing.operationMs, call.notYet?.until ?? 0);
  let failures = 0;
  for (let tries = 1; ; tries++) {
    if (signal?.aborted) throw cancelled();
    try {
      return await attempt(call, timing.attemptMs, call.isHeardOut ? undefined : signal);
    } catch (error) {
      if (signal?.aborted && !call.isHeardOut) throw cancelled();
      const fault = faultOf(error);
      const now = performance.now();
      const isNotYet = call.notYet?.is(fault) === true && now < call.notYet.until;
      if (!isNotYet) failures++;
      if (!isNotYet && (!fault.mayPass || failures >= timing.attempts || now >= deadline))
        throw awsError(error, call.action, region);
      call.onFault?.(fault);
      await pause(session, fault, tries, signal);
    }
  }
}

/** One try, ended when its time is up or when the work is, even if the SDK does not hear of it while it looks for credentials. */
async function attempt<T>(call: Call<T>, limitMs: number, signal: AbortSignal | undefined): Promise<T> {
  const controller = new AbortController();
  let end: (name: string) => void = () => undefined;
  const ended = new Promise<never>((_, reject) => {
    end = (name) => {
      controller.abort();
      reject(Object.assign(new Error(`no answer within ${limitMs} ms`), { name }));
    };
  });
  const onAbort = () => end('AbortError');
  const timer = setTimeout(() => end(ATTEMPT_TIMEOUT), limitMs);
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([call.send({ abortSignal: controller.signal }), ended]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
}

async function pause(
  { timing }: AwsSession,
  fault: Fault,
  tries: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  const first = fault.isThrottling ? timing.throttledBackOffMs : timing.backOffMs;
  const longest = Math.min(timing.longestBackOffMs, first * 2 ** Math.min(tries - 1, 20));
  // Half of it is chance: workers that failed together shall not come back together.
  const ms = longest * (0.5 + Math.random() / 2);
  await sleepOr(ms, signal);
}

/** @throws KilnError `aws.cancelled` */
export async function sleepOr(ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(ms, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    throw signal?.aborted ? cancelled() : error;
  }
}
