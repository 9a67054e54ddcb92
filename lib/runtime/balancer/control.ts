/** What the daemon tells the balancer process, and what it hears back: one JSON object per line, each way. */

/** Bumped when old and new processes would not understand each other; the daemon then starts a new balancer. */
export const BALANCER_PROTOCOL = 1;

/**
 * `active` takes new connections; `standby` keeps those it has; `draining` too, but they end: from `drainMs` on at the
 * first quiet moment, a little later in any case.
 */
export type BackendState = 'active' | 'standby' | 'draining';

export interface BackendSpec {
  readonly name: string;
  /** On 127.0.0.1. */
  readonly port: number;
  readonly state: BackendState;
  /** ms that connections may go on while draining. */
  readonly drainMs: number;
}

/** One service: where it is reached, and where it leads. */
export interface FrontSpec {
  readonly name: string;
  /** Loopback port; 0 takes any free one and keeps it; null for none. */
  readonly tcpPort: number | null;
  readonly unixSocket: string;
  /** Speaks HTTP/1.1: a draining backend's answers then ask the client to connect anew. */
  readonly http: boolean;
  readonly backends: readonly BackendSpec[];
}

/** What became of one front after a `set`. */
export interface FrontResult {
  readonly name: string;
  readonly tcpPort: number | null;
  /** Why it does not listen: an errno such as EADDRINUSE, and the address. */
  readonly error: { readonly code: string; readonly address: string } | null;
}

export interface BackendStats {
  readonly name: string;
  readonly port: number;
  readonly state: BackendState;
  /** Open now. */
  readonly connections: number;
}

export interface FrontStats {
  readonly name: string;
  readonly tcpPort: number | null;
  /** Connections that wait for a backend. */
  readonly held: number;
  /** Connections that were closed because no backend took them. */
  readonly refused: number;
  readonly backends: readonly BackendStats[];
}

export type ControlRequest =
  | { readonly id: number; readonly method: 'hello' }
  | { readonly id: number; readonly method: 'set'; readonly fronts: readonly FrontSpec[] }
  | { readonly id: number; readonly method: 'stats' }
  | { readonly id: number; readonly method: 'shutdown' };

export type ControlResponse =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: string };

export interface Hello {
  readonly protocol: number;
  readonly pid: number;
}
