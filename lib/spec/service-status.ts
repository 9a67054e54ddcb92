import type { ServiceSpec } from './service-spec';

/**
 * `starting`: launched, not yet healthy; `healthy`: serves; `unhealthy`: failed its checks and takes no new
 * connections; `draining`: finishes its connections, then stops; `backing-off`: crashed, waits for its restart;
 * `stopped`: gone on purpose.
 */
export type InstancePhase = 'starting' | 'healthy' | 'unhealthy' | 'draining' | 'backing-off' | 'stopped';

/** One instance as `kiln status` shows it. */
export interface InstanceStatus {
  readonly name: string;
  /** The revision it runs, 8 hex digits; see `revisionOf`. */
  readonly revision: string;
  readonly imageDigest: string;
  readonly phase: InstancePhase;
  /** QEMU's process, where it runs. */
  readonly pid: number | null;
  /** Restarts since it was created. */
  readonly restarts: number;
  /** ms from launch to first healthy answer of this boot. */
  readonly healthyAfterMs: number | null;
  /** ISO time of launch of this boot. */
  readonly startedAt: string;
  /** Open connections through the balancer. */
  readonly connections: number;
  /** Why it is not healthy, for people. */
  readonly reason: string | null;
}

/** `rolling-out` and `rolling-back` while a rollout runs; `degraded`: fewer healthy than desired; `crash-loop`: an instance keeps ending. */
export type ServicePhase = 'ready' | 'rolling-out' | 'rolling-back' | 'degraded' | 'crash-loop' | 'deleting';

/** A service as the runtime sees it. */
export interface ServiceStatus {
  readonly name: string;
  readonly phase: ServicePhase;
  /** The specification that last became healthy (or the first one, while it is being created). */
  readonly spec: ServiceSpec;
  /** The revision the service runs or goes back to. */
  readonly revision: string;
  /** `http://127.0.0.1:PORT` or `tcp://127.0.0.1:PORT`; null where it is not exposed. */
  readonly endpoint: string | null;
  readonly instances: readonly InstanceStatus[];
  /** What went wrong beside the instances and should be known, one sentence each; absent where nothing did. */
  readonly notices?: readonly string[];
}

/** Something that happened to a service, as it happened. */
export interface ServiceEvent {
  /** ISO time. */
  readonly at: string;
  readonly service: string;
  /** Machine-readable kind. */
  readonly kind:
    | 'image-forged'
    | 'image-found'
    | 'image-uploading'
    | 'image-ready'
    | 'rollout-started'
    | 'batch-started'
    | 'instance-started'
    | 'instance-healthy'
    | 'instance-unhealthy'
    | 'instance-draining'
    | 'instance-stopped'
    | 'instance-crashed'
    | 'instance-restarting'
    | 'crash-loop'
    | 'pausing'
    | 'baking'
    | 'rolling-back'
    | 'rolled-back'
    | 'rollout-finished'
    | 'service-deleted'
    | 'notice';
  readonly instance: string | null;
  /** One sentence for people, lowercase, without a full stop. */
  readonly message: string;
}

/** Why a rollout failed: what `kiln deploy` shows (design decision 7). */
export interface RolloutFailure {
  readonly instance: string | null;
  /** Which check failed and how: `GET /healthz answered 503 for 20 s`. */
  readonly reason: string;
  /** Start and end of the failed instance's console. */
  readonly console: string | null;
  /** True when the old version serves as before. */
  readonly rolledBack: boolean;
}
