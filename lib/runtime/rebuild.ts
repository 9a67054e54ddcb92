import type { LaunchRecord } from './machine';
import { newState, type ServiceState } from './state';

/**
 * A service's state, made from the launch records of its running instances: the revision that most of them run, among
 * equals the one that has run for longest, is taken to be the wanted one. Undefined where nothing runs.
 * @param port where the balancer still listens for it
 */
export function rebuildState(
  name: string,
  records: readonly LaunchRecord[],
  port: number | null,
): ServiceState | undefined {
  const byRevision = new Map<string, LaunchRecord[]>();
  for (const record of records) {
    byRevision.set(record.revision, [...(byRevision.get(record.revision) ?? []), record]);
  }
  const [chosen] = [...byRevision.values()].sort(
    (a, b) => b.length - a.length || oldest(a).localeCompare(oldest(b)),
  );
  const record = chosen?.[0];
  if (!record) return undefined;
  const restarts = Object.fromEntries(records.map((one) => [one.name, one.restarts]));
  const autoPort = record.spec.hostPort === 'auto' ? port : null;
  return { ...newState(name, null), spec: record.spec, autoPort, restarts };
}

/** ISO times sort as text. */
function oldest(records: readonly LaunchRecord[]): string {
  return records.map((record) => record.startedAt).sort()[0] ?? '';
}
