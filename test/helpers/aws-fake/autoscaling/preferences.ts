import type { FakeGroup, RefreshPreferences } from '../fleet/model';
import type { Query } from '../query';
import type { Xml } from '../xml';
import { invalidRequest, numberIn } from './common';

/** Two days: the longest delay and bake time. */
const LONGEST_SECONDS = 172_800;
/** Where the checkpoints' delay is left out. */
const CHECKPOINT_SECONDS = 3600;

/** Every rule of RefreshPreferences, and its defaults. */
export function preferencesIn(query: Query, group: FakeGroup): RefreshPreferences {
  const text = (name: string) => query.text(`Preferences.${name}`);
  const flag = (name: string) => query.flag(`Preferences.${name}`) ?? false;
  const number = (name: string, least: number, most: number) =>
    numberIn(query, `Preferences.${name}`, least, most);
  const policy = group.kept.get('InstanceMaintenancePolicy') as Record<string, string> | undefined;
  const ofPolicy = (name: string) => (policy ? Number(policy[name]) : undefined);
  const minHealthy = number('MinHealthyPercentage', 0, 100);
  const maxHealthy = number('MaxHealthyPercentage', 100, 200);
  checkRange(minHealthy, maxHealthy);
  const checkpoints = checkpointsIn(query);
  const delay = number('CheckpointDelay', 0, LONGEST_SECONDS);
  if (delay !== undefined && checkpoints.length === 0) {
    throw invalidRequest('CheckpointDelay cannot be specified without CheckpointPercentages.');
  }
  const alarms = query.texts('Preferences.AlarmSpecification.Alarms.member');
  if (alarms.length > 10)
    throw invalidRequest(`AlarmSpecification takes at most 10 alarms, not ${alarms.length}`);
  return {
    minHealthy: minHealthy ?? ofPolicy('MinHealthyPercentage') ?? 90,
    maxHealthy: maxHealthy ?? (minHealthy === undefined ? ofPolicy('MaxHealthyPercentage') : undefined),
    warmupSeconds: number('InstanceWarmup', 0, 1_000_000) ?? group.warmupSeconds ?? group.graceSeconds,
    checkpoints,
    checkpointDelaySeconds: delay ?? CHECKPOINT_SECONDS,
    skipMatching: flag('SkipMatching'),
    autoRollback: flag('AutoRollback'),
    scaleInProtected: oneOf(text, 'ScaleInProtectedInstances', ['Refresh', 'Ignore', 'Wait']),
    standby: oneOf(text, 'StandbyInstances', ['Terminate', 'Ignore', 'Wait']),
    alarms,
    bakeSeconds: number('BakeTime', 0, LONGEST_SECONDS) ?? 0,
  };
}

function checkRange(least: number | undefined, most: number | undefined): void {
  if (most === undefined) return;
  if (least === undefined) {
    throw invalidRequest('MinHealthyPercentage must be specified when MaxHealthyPercentage is specified.');
  }
  if (most - least > 100) {
    throw invalidRequest(
      `The difference between MaxHealthyPercentage (${most}) and MinHealthyPercentage (${least}) cannot be greater than 100.`,
    );
  }
}

function checkpointsIn(query: Query): number[] {
  const values = query.texts('Preferences.CheckpointPercentages.member').map(Number);
  const odd = values.find((value) => !Number.isInteger(value) || value < 1 || value > 100);
  if (odd !== undefined)
    throw invalidRequest(`CheckpointPercentages must be whole numbers from 1 to 100, not ${odd}`);
  if (values.some((value, index) => index > 0 && value <= (values[index - 1] as number))) {
    throw invalidRequest(`CheckpointPercentages must be unique and in ascending order: ${values}`);
  }
  return values;
}

/** All three lists end with their default. */
function oneOf<T extends string>(
  text: (name: string) => string | undefined,
  name: string,
  words: readonly T[],
): T {
  const value = text(name) ?? 'Wait';
  const found = words.find((word) => word === value);
  if (found) return found;
  throw invalidRequest(
    `1 validation error detected: Value '${value}' at 'preferences.${name.charAt(0).toLowerCase()}${name.slice(1)}' failed to satisfy constraint: Member must satisfy enum value set: [${words.join(', ')}]`,
  );
}

export function renderPreferences(preferences: RefreshPreferences): Xml {
  const { checkpoints, alarms } = preferences;
  return {
    MinHealthyPercentage: preferences.minHealthy,
    MaxHealthyPercentage: preferences.maxHealthy,
    InstanceWarmup: preferences.warmupSeconds,
    CheckpointPercentages: checkpoints.length > 0 ? checkpoints : undefined,
    CheckpointDelay: checkpoints.length > 0 ? preferences.checkpointDelaySeconds : undefined,
    SkipMatching: preferences.skipMatching,
    AutoRollback: preferences.autoRollback,
    ScaleInProtectedInstances: preferences.scaleInProtected,
    StandbyInstances: preferences.standby,
    AlarmSpecification: alarms.length > 0 ? { Alarms: alarms } : undefined,
    BakeTime: preferences.bakeSeconds,
  };
}
