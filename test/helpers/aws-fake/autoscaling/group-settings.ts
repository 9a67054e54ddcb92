import type { FakeGroup } from '../fleet/model';
import type { Query } from '../query';
import { Refusal } from '../refusal';
import type { State } from '../state';
import { invalidRequest, numberIn, treeOf } from './common';

/** Given back as they came, and not acted on. */
const KEPT = [
  'AvailabilityZoneDistribution',
  'AvailabilityZoneImpairmentPolicy',
  'CapacityRebalance',
  'CapacityReservationSpecification',
  'Context',
  'DeletionProtection',
  'DesiredCapacityType',
  'InstanceLifecyclePolicy',
  'InstanceMaintenancePolicy',
  'MaxInstanceLifetime',
  'PlacementGroup',
  'ServiceLinkedRoleARN',
  'TerminationPolicies',
] as const;

/** What a create and an update have in common; only what is given changes. */
export function applySettings(state: State, group: FakeGroup, query: Query): void {
  applySizes(group, query);
  group.cooldown = numberIn(query, 'DefaultCooldown', 0, 1_000_000) ?? group.cooldown;
  group.graceSeconds = numberIn(query, 'HealthCheckGracePeriod', 0, 1_000_000) ?? group.graceSeconds;
  group.healthCheckType = healthCheckType(query) ?? group.healthCheckType;
  group.newProtected = query.flag('NewInstancesProtectedFromScaleIn') ?? group.newProtected;
  const warmup = numberIn(query, 'DefaultInstanceWarmup', -1, 1_000_000);
  if (warmup !== undefined) group.warmupSeconds = warmup < 0 ? undefined : warmup;
  applyPlaces(state, group, query);
  for (const name of KEPT) {
    const value = treeOf(query, name);
    if (value !== undefined) group.kept.set(name, value);
  }
  checkMaintenance(group);
}

function applySizes(group: FakeGroup, query: Query): void {
  const min = numberIn(query, 'MinSize', 0, 1_000_000) ?? group.min;
  const max = numberIn(query, 'MaxSize', 0, 1_000_000) ?? group.max;
  if (min > max)
    throw invalidRequest(`Max bound, ${max}, must be greater than or equal to min bound, ${min}`);
  const asked = numberIn(query, 'DesiredCapacity', 0, 1_000_000);
  // A bound that moves past the size takes it along.
  const desired = asked ?? Math.min(max, Math.max(min, group.desired));
  checkDesired(desired, min, max);
  Object.assign(group, { min, max, desired });
}

function checkDesired(desired: number, min: number, max: number): void {
  if (desired >= min && desired <= max) return;
  throw invalidRequest(
    `Desired capacity:${desired} must be between the specified min size:${min} and max size:${max}`,
  );
}

function healthCheckType(query: Query): string | undefined {
  const text = query.text('HealthCheckType');
  const known = ['EC2', 'ELB', 'EBS', 'VPC_LATTICE'];
  if (text === undefined || text.split(',').every((one) => known.includes(one.trim()))) return text;
  throw invalidRequest(`Invalid HealthCheckType: ${text}`);
}

function applyPlaces(state: State, group: FakeGroup, query: Query): void {
  const zones = query.texts('AvailabilityZones.member');
  const subnets = query.text('VPCZoneIdentifier')?.split(',').filter(Boolean);
  if (zones.length > 0) group.zones = zones;
  if (subnets) group.subnets = subnets;
  const odd = zones.find((zone) => !zone.startsWith(state.region));
  if (odd) throw invalidRequest(`Invalid availability zones: [${odd}]`);
  if (group.zones.length === 0 && group.subnets.length === 0) {
    throw invalidRequest('At least one Availability Zone or VPC Subnet is required.');
  }
}

function checkMaintenance({ kept }: FakeGroup): void {
  const policy = kept.get('InstanceMaintenancePolicy') as Record<string, string> | undefined;
  if (!policy) return;
  const [least, most] = [Number(policy.MinHealthyPercentage), Number(policy.MaxHealthyPercentage)];
  if (least === -1 && most === -1) kept.delete('InstanceMaintenancePolicy');
  else if (!(least >= 0 && most >= 100 && most - least <= 100)) {
    throw invalidRequest(
      `The difference between MinHealthyPercentage ${least} and MaxHealthyPercentage ${most} cannot be greater than 100`,
    );
  }
}

/** ARNs as a group takes them: only target groups that are there. */
export function checkedTargetGroups(state: State, arns: readonly string[]): readonly string[] {
  const gone = arns.find((arn) => !state.balancing.groups.has(arn));
  if (gone === undefined) return arns;
  throw new Refusal(
    'ValidationError',
    `Provided Target Groups may not be valid. Please ensure they exist and try again.`,
  );
}
