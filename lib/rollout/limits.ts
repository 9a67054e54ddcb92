import type { UpdatePolicySpec } from '../spec';
import { PercentOrCount } from '../units';

/** What a rolling update keeps to. */
export interface Limits {
  /** No healthy instance is taken out of service when fewer than this would remain. */
  readonly floor: number;
  /** No instance is started when more than this would exist, those that drain included. */
  readonly ceiling: number;
}

/**
 * Limits around a desired number: surge is rounded up, unavailability down. A policy that amounts to neither, such as
 * '10%' of 3 unavailable, would never move, so it gets a surge of 1.
 */
export function limitsOf(policy: UpdatePolicySpec, desired: number): Limits {
  const surge = PercentOrCount.parse(policy.maxSurge).roundedUp(desired);
  const unavailable = Math.min(desired, PercentOrCount.parse(policy.maxUnavailable).roundedDown(desired));
  return {
    floor: desired - unavailable,
    ceiling: desired + (surge === 0 && unavailable === 0 ? 1 : surge),
  };
}
