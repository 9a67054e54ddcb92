import type { UpdatePolicySpec } from '../../lib/spec';

/** A policy that replaces one instance after the other, changed where a test needs it. */
export function policy(changes: Partial<UpdatePolicySpec> = {}): UpdatePolicySpec {
  return {
    strategy: 'rolling',
    maxSurge: '1',
    maxUnavailable: '0',
    bakeMs: 0,
    healthTimeoutMs: 1000,
    steps: [],
    rollback: true,
    ...changes,
  };
}
