import { revisionOf, type ServicePhase, type ServiceSpec, type ServiceStatus } from '../spec';
import type { FrontStats } from './balancer/control';
import type { Keeper } from './keeper';
import type { ServiceState } from './state';

/** A service as others see it. */
export function statusOf(
  state: ServiceState,
  keepers: readonly Keeper[],
  stats: FrontStats | undefined,
  isRolling: boolean,
): ServiceStatus {
  const spec = state.spec ?? state.rollout?.target;
  if (!spec) throw new Error(`service '${state.name}' has no specification`);
  const connections = new Map(stats?.backends.map((backend) => [backend.name, backend.connections]));
  const port = stats?.tcpPort ?? null;
  return {
    name: state.name,
    phase: phaseOf(state, keepers, isRolling, spec),
    spec,
    revision: revisionOf(spec),
    endpoint: port === null ? null : `${spec.healthCheck.protocol}://127.0.0.1:${port}`,
    instances: [...keepers]
      .sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }))
      .map((keeper) => keeper.status(connections.get(keeper.name) ?? 0)),
    ...(state.notices.length > 0 ? { notices: [...state.notices] } : {}),
  };
}

function phaseOf(
  state: ServiceState,
  keepers: readonly Keeper[],
  isRolling: boolean,
  spec: ServiceSpec,
): ServicePhase {
  if (state.deleting) return 'deleting';
  if (isRolling) return state.rollout?.progress.direction === 'back' ? 'rolling-back' : 'rolling-out';
  if (keepers.some((keeper) => keeper.isCrashLooping)) return 'crash-loop';
  return keepers.filter((keeper) => keeper.phase === 'healthy').length < spec.instances
    ? 'degraded'
    : 'ready';
}
