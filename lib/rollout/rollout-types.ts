import type { UpdatePolicySpec } from '../spec';

/** `stale`: neither: left from a rollout that a newer target replaced. It may serve, and goes first. */
export type RolloutVersion = 'old' | 'new' | 'stale';

/**
 * `starting`: not healthy yet; `healthy`: could serve; `unhealthy`: was healthy, fails its checks; `draining`: told to
 * go; `failed`: its machine ended by itself, whether or not a supervisor starts it again.
 */
export type RolloutPhase = 'starting' | 'healthy' | 'unhealthy' | 'draining' | 'failed';

/**
 * One instance as it is observed. One that has gone because it was told to is not in the list. One that crashed is, as
 * `failed`; a new one must be seen so at least once, also where its supervisor starts it again at once.
 */
export interface RolloutInstance {
  readonly name: string;
  readonly version: RolloutVersion;
  /** Its number among the instances of its version, from 0. */
  readonly ordinal: number;
  readonly phase: RolloutPhase;
  /** When it entered this phase, or when a daemon that was restarted found it again; ms. */
  readonly since: number;
}

/** Why a rollout went back or stopped. */
export interface RolloutProblem {
  readonly kind: 'crashed' | 'health-timeout' | 'became-unhealthy' | 'stalled' | 'cancelled';
  /** The instance that showed it; null where it was not one. */
  readonly instance: string | null;
}

/** How far a rollout is. Plain JSON: keep it on disk before acting, and a rollout survives its executor. */
export interface RolloutProgress {
  /** `update`: to another version; `scale`: another number of instances of the same version, all called `new`. */
  readonly kind: 'update' | 'scale';
  readonly direction: 'forward' | 'back';
  /**
   * The instances that new connections may go to, among the healthy ones: `old` includes `stale`. An executor that was
   * restarted sets its balancer by this.
   */
  readonly serves: 'all' | 'old' | 'new';
  /** Index into the canary steps; their number means the final step. */
  readonly step: number;
  /** When everything of this step was in place and healthy; null while it is not. ms */
  readonly reachedAt: number | null;
  /** How near to its end a wait has come, and since when it came no nearer (ms): what ends a wait for ever. */
  readonly best: number | null;
  readonly bestAt: number;
  readonly problem: RolloutProblem | null;
}

/** Everything the rule looks at. */
export interface RolloutInput {
  readonly policy: UpdatePolicySpec;
  /** Number of instances of the new version. */
  readonly desired: number;
  /** Number of instances of the old version, 0 for a first deployment; for a scale, the number before it. */
  readonly oldDesired: number;
  readonly instances: readonly RolloutInstance[];
  readonly progress: RolloutProgress;
  /** ms, of the same clock as every other time here. */
  readonly now: number;
}

/**
 * `start`: launch this instance; `drain`: take it out of service, let it finish, then stop it; `stop`: it does not
 * serve, stop it at once; `switch`: new connections go to this version only. An action whose effect does not show in
 * the next observation is said again, so acting on it must be idempotent.
 */
export type RolloutAction =
  | { readonly kind: 'start'; readonly version: 'old' | 'new'; readonly ordinal: number }
  | { readonly kind: 'drain' | 'stop'; readonly name: string }
  | { readonly kind: 'switch'; readonly to: 'old' | 'new' };

/** `running`: go on; the others are final and carry no actions. `failed`: it stays as it is, neither new nor old. */
export type RolloutOutcome = 'running' | 'finished' | 'rolled-back' | 'failed';

/** What to do now. */
export interface RolloutDecision {
  readonly actions: readonly RolloutAction[];
  /** To be kept, and given to the next call. */
  readonly progress: RolloutProgress;
  /** What it waits for: instances to come and go, a bake time, a canary's pause. */
  readonly stage: 'moving' | 'baking' | 'pausing';
  /** When to call again at the latest, ms; null: when something changes. */
  readonly wakeAt: number | null;
  readonly outcome: RolloutOutcome;
}

/** What a strategy answers: actions, and whether everything of the present step is in place. */
export interface Move {
  readonly actions: readonly RolloutAction[];
  /** Everything of this step is started and healthy, and what must leave has been told to. */
  readonly reached: boolean;
  /** Nothing remains of what had to leave. */
  readonly settled: boolean;
}
