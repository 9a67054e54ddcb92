import type { LbTargetGroupHealthCheck } from '@cdktf/provider-aws/lib/lb-target-group';
import { KilnError } from '../../lib/errors';
import type { HealthCheckSpec } from '../../lib/spec';
import type { BalancerSpec } from './balancer';

/** AWS' limits for a health check of a target group. */
const INTERVAL_S = { min: 5, max: 300 };
const TIMEOUT_S = { min: 2, max: 120 };
const THRESHOLD = { min: 2, max: 10 };

/** Answers that count as healthy, as `HealthCheck.http` promises. */
const HTTP_OK = '200-399';

/** An application balancer cannot just connect: whatever HTTP the instance answers with says as much. */
const ANY_ANSWER = '200-499';

/**
 * A health check in AWS' terms. Times are rounded up to whole seconds and then brought within AWS' limits, so a check of
 * every second becomes one of every 5 s, and one success two. The timeout stays below the interval, as AWS demands.
 * @throws KilnError `constructs.health-check` for more successes than AWS can ask for: fewer would be less than was asked
 */
export function targetHealth(
  check: HealthCheckSpec,
  balancer: BalancerSpec['kind'],
): LbTargetGroupHealthCheck {
  if (check.healthyThreshold > THRESHOLD.max) {
    throw new KilnError(
      `'healthyThreshold' is ${check.healthyThreshold}, and AWS asks for at most ${THRESHOLD.max} successes in a row; set it ` +
        `to ${THRESHOLD.max} or less, with a longer 'interval' where the time matters`,
      { code: 'constructs.health-check' },
    );
  }
  const timeout = within(TIMEOUT_S, seconds(check.timeoutMs));
  return {
    ...question(check, balancer),
    interval: within(INTERVAL_S, Math.max(seconds(check.intervalMs), timeout + 1)),
    timeout,
    healthyThreshold: within(THRESHOLD, check.healthyThreshold),
    unhealthyThreshold: within(THRESHOLD, check.unhealthyThreshold),
  };
}

function question(check: HealthCheckSpec, balancer: BalancerSpec['kind']): LbTargetGroupHealthCheck {
  if (check.protocol === 'http') return { protocol: 'HTTP', path: check.path, matcher: HTTP_OK };
  if (balancer === 'network') return { protocol: 'TCP' };
  return { protocol: 'HTTP', path: '/', matcher: ANY_ANSWER };
}

function seconds(milliseconds: number): number {
  return Math.ceil(milliseconds / 1000);
}

function within({ min, max }: { min: number; max: number }, value: number): number {
  return Math.min(Math.max(value, min), max);
}
