import { simulateRollout } from '../rollout';
import { instanceName, revisionOf, type ServiceSpec } from '../spec';

/** What happens at one moment of a rollout, if nothing fails. It waits for health before the next. */
export interface Batch {
  /** Bake time and pauses before it, ms. */
  readonly waitMs: number;
  /** New connections go to the new version from here on (blue/green). */
  readonly switches: boolean;
  /** Names of instances, in order. */
  readonly stop: readonly string[];
  readonly start: readonly string[];
}

/**
 * The batches that the rollout rule would make, by imagining it.
 * @param before null for a first deployment
 */
export function planBatches(before: ServiceSpec | null, after: ServiceSpec): Batch[] {
  const newRevision = revisionOf(after);
  const oldRevision = before ? revisionOf(before) : newRevision;
  const kind = before && oldRevision === newRevision ? 'scale' : 'update';
  const from = before?.instances ?? 0;
  if (kind === 'scale' && from === after.instances) return [];
  const { batches } = simulateRollout(after.update, from, after.instances, kind);
  const name = (revision: string) => (ordinal: number) => instanceName(after.name, revision, ordinal);
  return batches.map(({ waitMs, switches, stops, starts }) => ({
    waitMs,
    switches,
    stop: stops.map(name(oldRevision)),
    start: starts.map(name(newRevision)),
  }));
}
