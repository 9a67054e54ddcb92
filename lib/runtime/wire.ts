import { KilnError } from '../errors';
import type { RolloutFailure, ServiceEvent, ServiceSpec, ServiceStatus } from '../spec';

/** What a daemon says of itself. */
export interface RuntimeInfo {
  /** The package's version; a client of another version asks the daemon to step aside. */
  readonly version: string;
  readonly pid: number;
  /** Names of the services it keeps. */
  readonly services: readonly string[];
}

/** Body of `PUT /v1/services/NAME`. */
export interface ApplyRequest {
  /** Names this one deploy, so that a client that lost its stream finds it again. */
  readonly requestId: string;
  /** Who the service belongs to: the stack's folder. */
  readonly owner: string;
  /** `create`: the caller believes that it does not exist yet. */
  readonly intent: 'create' | 'update';
  readonly spec: ServiceSpec;
}

/** A line of a service's console. */
export interface LogLine {
  readonly instance: string;
  readonly line: string;
}

/** One line of a streamed answer; `result` or `failure` is the last. */
export type StreamLine =
  | { readonly type: 'event'; readonly event: ServiceEvent }
  | { readonly type: 'log'; readonly log: LogLine }
  | { readonly type: 'result'; readonly status: ServiceStatus | null }
  | { readonly type: 'failure'; readonly error: WireError };

/** A `KilnError` on its way through the socket. */
export interface WireError {
  readonly code: string;
  readonly message: string;
  readonly source: 'user' | 'tool';
  readonly remedy?: string;
  readonly detail?: string;
  readonly failure?: RolloutFailure;
}

/** A rollout that did not end at the new version; its code is `runtime.rollout-failed` or `runtime.cancelled`. */
export class RolloutError extends KilnError {
  constructor(
    message: string,
    readonly failure: RolloutFailure,
    code: 'runtime.rollout-failed' | 'runtime.cancelled' = 'runtime.rollout-failed',
  ) {
    super(message, { code, ...(failure.console === null ? {} : { detail: failure.console }) });
  }
}

/** The failure that an error carries, if it does (also one made by another copy of this package). */
export function rolloutFailureOf(error: unknown): RolloutFailure | undefined {
  return KilnError.is(error) && 'failure' in error ? (error.failure as RolloutFailure) : undefined;
}

export function toWire(error: unknown): WireError {
  if (!KilnError.is(error)) {
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { code: 'runtime.internal', message: `fault in the runtime: ${message}`, source: 'tool' };
  }
  const failure = rolloutFailureOf(error);
  return {
    code: error.code,
    message: error.message,
    source: error.source,
    ...(error.remedy === undefined ? {} : { remedy: error.remedy }),
    ...(error.detail === undefined ? {} : { detail: error.detail }),
    ...(failure === undefined ? {} : { failure }),
  };
}

export function fromWire(wire: WireError): KilnError {
  if (wire.failure) {
    const code = wire.code === 'runtime.cancelled' ? wire.code : 'runtime.rollout-failed';
    return new RolloutError(wire.message, wire.failure, code);
  }
  return new KilnError(wire.message, {
    code: wire.code,
    source: wire.source,
    ...(wire.remedy === undefined ? {} : { remedy: wire.remedy }),
    ...(wire.detail === undefined ? {} : { detail: wire.detail }),
  });
}
