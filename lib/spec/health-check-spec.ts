import * as v from 'valibot';

const millis = v.pipe(v.number(), v.integer(), v.minValue(1));
const threshold = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(100));

/** How an instance proves that it can serve. Times in ms. */
export const HealthCheckSpec = v.strictObject({
  protocol: v.picklist(['tcp', 'http']),
  /** Path for `http`, starting with a slash; `/` and unused for `tcp`. */
  path: v.pipe(v.string(), v.startsWith('/')),
  intervalMs: millis,
  timeoutMs: millis,
  /** Successes in a row that make an instance healthy. */
  healthyThreshold: threshold,
  /** Failures in a row that make a healthy instance unhealthy. */
  unhealthyThreshold: threshold,
  /** From launch until an instance must be healthy for the first time. */
  bootDeadlineMs: millis,
});
export type HealthCheckSpec = v.InferOutput<typeof HealthCheckSpec>;
