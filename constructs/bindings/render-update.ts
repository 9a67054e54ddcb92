import type { UpdatePolicySpec } from '../../lib/spec';

/** An update policy in the names that the provider's resources have for it. */
export function renderUpdate(update: UpdatePolicySpec): Record<string, unknown> {
  return {
    strategy: update.strategy,
    max_surge: update.maxSurge,
    max_unavailable: update.maxUnavailable,
    bake_ms: update.bakeMs,
    health_timeout_ms: update.healthTimeoutMs,
    steps: update.steps.map(({ percent, pauseMs }) => ({ percent, pause_ms: pauseMs })),
    rollback: update.rollback,
  };
}
