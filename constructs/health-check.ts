import { KilnError } from '../lib/errors';
import type { HealthCheckSpec } from '../lib/spec';
import { Duration } from '../lib/units';
import { checkWhole } from './checks';

export interface HealthCheckOptions {
  /** Time from the start of one check to the start of the next. @default Duration.seconds(1) */
  readonly interval?: Duration;
  /** How long an answer may take; at most the interval. @default - 1 second, or the interval where that is shorter */
  readonly timeout?: Duration;
  /** Successes in a row that make an instance healthy, 1 to 100. @default 1 */
  readonly healthyThreshold?: number;
  /** Failures in a row that make a healthy instance unhealthy, 1 to 100. @default 3 */
  readonly unhealthyThreshold?: number;
  /** From launch until the instance must be healthy for the first time. @default Duration.seconds(60) */
  readonly bootDeadline?: Duration;
}

const DEFAULT_INTERVAL = Duration.seconds(1);
const DEFAULT_TIMEOUT = Duration.seconds(1);
const DEFAULT_BOOT_DEADLINE = Duration.seconds(60);

/** How an instance proves that it can serve. */
export class HealthCheck {
  /**
   * Healthy is an instance that accepts a TCP connection on the service's port.
   * @throws KilnError `constructs.health-check` or `constructs.number`
   */
  static tcp(options: HealthCheckOptions = {}): HealthCheck {
    return new HealthCheck('tcp', '/', options);
  }

  /**
   * Healthy is an instance that answers `GET path` on the service's port with a status of 200 to 399.
   * @param path begins with a slash and may have a query
   * @throws KilnError `constructs.health-check` or `constructs.number`
   */
  static http(path: string, options: HealthCheckOptions = {}): HealthCheck {
    if (!/^\/[!-~]*$/.test(path)) {
      throw new KilnError(
        `the path of a health check is ${JSON.stringify(path)}; give one that begins with '/' and holds no spaces, ` +
          "such as '/healthz'",
        { code: 'constructs.health-check' },
      );
    }
    return new HealthCheck('http', path, options);
  }

  private readonly spec: HealthCheckSpec;

  private constructor(protocol: HealthCheckSpec['protocol'], path: string, options: HealthCheckOptions) {
    const interval = positive('interval', options.interval ?? DEFAULT_INTERVAL);
    const timeout = positive('timeout', options.timeout ?? shorter(DEFAULT_TIMEOUT, interval));
    if (timeout.toMilliseconds() > interval.toMilliseconds()) {
      throw new KilnError(
        `'timeout' is ${timeout} and 'interval' ${interval}, so checks would overlap; ` +
          "set 'timeout' to at most the interval",
        { code: 'constructs.health-check' },
      );
    }
    const { healthyThreshold = 1, unhealthyThreshold = 3 } = options;
    checkWhole('healthyThreshold', healthyThreshold, 1, 100);
    checkWhole('unhealthyThreshold', unhealthyThreshold, 1, 100);
    this.spec = {
      protocol,
      path,
      intervalMs: interval.toMilliseconds(),
      timeoutMs: timeout.toMilliseconds(),
      healthyThreshold,
      unhealthyThreshold,
      bootDeadlineMs: positive(
        'bootDeadline',
        options.bootDeadline ?? DEFAULT_BOOT_DEADLINE,
      ).toMilliseconds(),
    };
  }

  /** The check with every default filled in, as platforms read it. */
  toSpec(): HealthCheckSpec {
    return this.spec;
  }
}

function positive(option: string, duration: Duration): Duration {
  if (duration.toMilliseconds() >= 1) return duration;
  throw new KilnError(`'${option}' of a health check is ${duration}; give at least 1 ms`, {
    code: 'constructs.health-check',
  });
}

function shorter(a: Duration, b: Duration): Duration {
  return a.toMilliseconds() < b.toMilliseconds() ? a : b;
}
