import * as v from 'valibot';
import { PercentOrCount } from '../units';

const duration = v.pipe(v.number(), v.integer(), v.minValue(0));

const percentOrCount = v.pipe(
  v.string(),
  v.check((text) => {
    try {
      PercentOrCount.parse(text);
      return true;
    } catch {
      return false;
    }
  }, "must be a whole number or a percentage from '0%' to '100%'"),
);

/** A canary step: so much of the service is new, then the rollout pauses. */
export const CanaryStep = v.strictObject({
  percent: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(99)),
  pauseMs: duration,
});
export type CanaryStep = v.InferOutput<typeof CanaryStep>;

/** How one version takes over from another. */
export const UpdatePolicySpec = v.strictObject({
  /**
   * `rolling`: in batches within surge and unavailability; `replace`: all old stop, then new start (singletons);
   * `blue-green`: all new beside all old, one switch, then all old go.
   */
  strategy: v.picklist(['rolling', 'replace', 'blue-green']),
  /** Instances beyond the desired number during a `rolling` update: `1` or `25%`. */
  maxSurge: percentOrCount,
  /** Instances below the desired number during a `rolling` update: `0` or `25%`. */
  maxUnavailable: percentOrCount,
  /** How long new instances must stay healthy before a step counts as done, in ms. */
  bakeMs: duration,
  /** From launch until a new instance must be healthy, in ms. */
  healthTimeoutMs: v.pipe(duration, v.minValue(1)),
  /** Canary steps of a `rolling` update, percentages ascending; empty for none. */
  steps: v.array(CanaryStep),
  /** Go back to the old version by itself when the new one fails. */
  rollback: v.boolean(),
});
export type UpdatePolicySpec = v.InferOutput<typeof UpdatePolicySpec>;
