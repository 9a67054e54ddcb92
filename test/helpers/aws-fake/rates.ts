import { type Service, throttled } from './refusal';
import type { AwsAction, Quotas } from './settings';

/** Counts calls of the last second, and throttles what is above the quota. */
export class Rates {
  private readonly recent = new Map<AwsAction, number[]>();

  constructor(private readonly quotas: Quotas) {}

  check(service: Service, action: AwsAction): void {
    const now = Date.now();
    const limit = this.limit(action);
    if (limit === undefined) return;
    const calls = (this.recent.get(action) ?? []).filter((time) => now - time < 1000);
    if (calls.length >= limit) throw throttled(service);
    this.recent.set(action, [...calls, now]);
  }

  private limit(action: AwsAction): number | undefined {
    if (action === 'PutSnapshotBlock') return this.quotas.putsPerSecond;
    if (action === 'StartSnapshot') return this.quotas.startsPerSecond;
    return action === 'CompleteSnapshot' ? this.quotas.completesPerSecond : undefined;
  }
}
