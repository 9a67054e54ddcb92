import { randomUUID } from 'node:crypto';
import { errnoOf, KilnError, messageOf } from '../errors';
import type { ServiceEvent, ServiceSpec, ServiceStatus } from '../spec';
import { call, callStream, StreamBroken } from './http-client';
import type { RuntimePaths } from './paths';
import { ensureRuntime, type StartOptions } from './start';
import { type ApplyRequest, fromWire, type LogLine, type RuntimeInfo, type StreamLine } from './wire';

export { RuntimePaths } from './paths';
export type { StartOptions } from './start';
export { type LogLine, RolloutError, type RuntimeInfo, rolloutFailureOf } from './wire';

/** How often a deploy goes on after its daemon died under it. */
const MAX_RECONNECTS = 20;

export interface ApplyOptions {
  /** Who the service belongs to; the provider gives the stack's folder. */
  readonly owner: string;
  /** `create` adopts what an earlier, killed attempt of the same owner left. */
  readonly intent: 'create' | 'update';
  readonly onEvent?: (event: ServiceEvent) => void;
  /** Aborting rolls back: the call then rejects with `runtime.cancelled` when the old version serves again. */
  readonly signal?: AbortSignal;
}

export interface RemoveOptions {
  /** @default - whoever asks may remove it */
  readonly owner?: string;
  readonly onEvent?: (event: ServiceEvent) => void;
}

export interface LogOptions {
  /** @default - all instances */
  readonly instance?: string;
  /** Goes on with new lines until `signal` aborts. @default false */
  readonly follow?: boolean;
  readonly onLine: (line: LogLine) => void;
  readonly signal?: AbortSignal;
}

/**
 * Connects to the runtime of a state folder; starts it where none runs. A daemon of another version is asked to step
 * aside, which leaves instances and balancer as they are.
 * @throws KilnError `runtime.home` (folder not usable), `runtime.socket-path-too-long`, `runtime.start-failed`
 */
export async function connectRuntime(options: StartOptions): Promise<RuntimeClient> {
  await ensureRuntime(options);
  return new RuntimeClient(options.paths, () => ensureRuntime(options));
}

/** The runtime that answers now, of whatever version; undefined where none does. */
export async function tryConnectRuntime(options: {
  readonly paths: RuntimePaths;
}): Promise<RuntimeClient | undefined> {
  const client = new RuntimeClient(options.paths);
  try {
    await client.version();
    return client;
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

/** Speaks to the daemon of one state folder. Every call is a connection of its own, so nothing is to be closed. */
export class RuntimeClient {
  constructor(
    private readonly paths: RuntimePaths,
    /** Starts the daemon again after it died. @default - a call fails when nobody answers */
    private readonly ensure?: () => Promise<unknown>,
  ) {}

  async version(): Promise<RuntimeInfo> {
    return call<RuntimeInfo>(this.to('GET', '/v1/version'));
  }

  async services(): Promise<ServiceStatus[]> {
    return this.retrying(() => call<ServiceStatus[]>(this.to('GET', '/v1/services')));
  }

  /** @throws KilnError `runtime.unknown-service` */
  async service(name: string): Promise<ServiceStatus> {
    return this.retrying(() => call<ServiceStatus>(this.to('GET', servicePath(name))));
  }

  /** Undefined where there is no such service. */
  async tryFindService(name: string): Promise<ServiceStatus | undefined> {
    try {
      return await this.service(name);
    } catch (error) {
      if (KilnError.is(error) && error.code === 'runtime.unknown-service') return undefined;
      throw error;
    }
  }

  /**
   * Creates or changes a service and resolves when the new version is healthy.
   * @throws RolloutError `runtime.rollout-failed` or `runtime.cancelled`, with the failed instance's console as `detail`
   * @throws KilnError `runtime.busy`, `runtime.other-owner`, `runtime.port-in-use`, `runtime.state`
   */
  async apply(spec: ServiceSpec, options: ApplyOptions): Promise<ServiceStatus> {
    const body: ApplyRequest = {
      requestId: randomUUID(),
      owner: options.owner,
      intent: options.intent,
      spec,
    };
    const cancel = () => void this.cancel(spec.name, body.requestId);
    options.signal?.addEventListener('abort', cancel, { once: true });
    try {
      if (options.signal?.aborted)
        throw new KilnError('cancelled before it began', { code: 'runtime.cancelled' });
      const request = { ...this.to('PUT', servicePath(spec.name)), body };
      const status = await this.retrying(() => resultOf(callStream(request, eventsTo(options.onEvent))));
      if (status) return status;
      throw new KilnError('the runtime gave no status for the service', {
        code: 'runtime.protocol',
        source: 'tool',
      });
    } finally {
      options.signal?.removeEventListener('abort', cancel);
    }
  }

  /** Drains and stops all instances; resolves when nothing is left. A service that does not exist is removed already. */
  async remove(name: string, options: RemoveOptions = {}): Promise<void> {
    const query = options.owner === undefined ? '' : `?owner=${encodeURIComponent(options.owner)}`;
    const request = this.to('DELETE', servicePath(name) + query);
    await this.retrying(() => resultOf(callStream(request, eventsTo(options.onEvent))));
  }

  /** @throws KilnError `runtime.unknown-service`, `runtime.unknown-instance` */
  async logs(name: string, options: LogOptions): Promise<void> {
    const query = new URLSearchParams({ follow: String(options.follow ?? false) });
    if (options.instance !== undefined) query.set('instance', options.instance);
    const request = { ...this.to('GET', `${servicePath(name)}/logs?${query}`), ...signalOf(options.signal) };
    await untilAborted(options.signal, () =>
      callStream(request, (line) => line.type === 'log' && options.onLine(line.log)),
    );
  }

  /** Hands out what happens to all services until `signal` aborts. */
  async events(options: {
    readonly onEvent: (event: ServiceEvent) => void;
    readonly signal: AbortSignal;
  }): Promise<void> {
    const request = { ...this.to('GET', '/v1/events'), signal: options.signal };
    await untilAborted(options.signal, () => callStream(request, eventsTo(options.onEvent)));
  }

  /** Ends the daemon; instances and balancer go on. Resolves when it no longer answers. */
  async shutdown(): Promise<void> {
    await call(this.to('POST', '/v1/shutdown'));
  }

  private async cancel(name: string, requestId: string): Promise<void> {
    const request = { ...this.to('POST', `${servicePath(name)}/cancel`), body: { requestId } };
    // Best effort: without an answer the lease ends by itself soon after the caller goes.
    await this.retrying(() => call(request)).catch(() => undefined);
  }

  /** Repeats a call, safe to repeat, that a dying daemon cut off. */
  private async retrying<T>(attempt: () => Promise<T>): Promise<T> {
    for (let reconnects = 0; ; reconnects++) {
      try {
        return await attempt();
      } catch (error) {
        if (!this.ensure || !isGone(error) || reconnects === MAX_RECONNECTS) throw explained(error);
        await this.ensure();
      }
    }
  }

  private to(method: 'GET' | 'PUT' | 'POST' | 'DELETE', path: string) {
    return { socketPath: this.paths.apiSocket, method, path };
  }
}

function servicePath(name: string): string {
  return `/v1/services/${encodeURIComponent(name)}`;
}

function eventsTo(onEvent: ((event: ServiceEvent) => void) | undefined): (line: StreamLine) => void {
  return (line) => {
    if (line.type === 'event') onEvent?.(line.event);
  };
}

async function resultOf(last: Promise<StreamLine>): Promise<ServiceStatus | null> {
  const line = await last;
  if (line.type === 'failure') throw fromWire(line.error);
  return line.type === 'result' ? line.status : null;
}

function signalOf(signal: AbortSignal | undefined): { signal?: AbortSignal } {
  return signal ? { signal } : {};
}

async function untilAborted(signal: AbortSignal | undefined, run: () => Promise<StreamLine>): Promise<void> {
  try {
    await resultOf(run());
  } catch (error) {
    if (!signal?.aborted) throw explained(error);
  }
}

const GONE = new Set(['ENOENT', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE']);

function isGone(error: unknown): boolean {
  return error instanceof StreamBroken || GONE.has(errnoOf(error) ?? '');
}

function explained(error: unknown): unknown {
  if (!isGone(error)) return error;
  return new KilnError(`the runtime does not answer: ${messageOf(error)}`, {
    code: 'runtime.unreachable',
    source: 'tool',
    cause: error,
  });
}
