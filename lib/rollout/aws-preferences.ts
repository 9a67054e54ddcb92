import { KilnError } from '../errors';
import type { UpdatePolicySpec } from '../spec';
import { Duration } from '../units';
import { limitsOf } from './limits';

/** CheckpointDelay and BakeTime go to two days (service model of Auto Scaling). */
const LONGEST_S = 172_800;
/** Auto Scaling gives a refresh up that replaced nothing for so long (Auto Scaling guide, instance refreshes). */
const STALLED_S = 3_600;
/** AlarmSpecification takes no more (Auto Scaling API). */
const MOST_ALARMS = 10;

/** From the end of an instance's time until a refresh is told to go back: a look at it, its console, the call. */
const JUDGING_S = 30;

/**
 * Every preference of an instance refresh, none left to a default: those differ between the API, its console and Terraform.
 * Percentages are whole numbers, times seconds.
 */
export interface RefreshPreferences {
  readonly minHealthyPercentage: number;
  /** Given also where it is 100: left out, an old instance goes while its successor comes, however many must stay. */
  readonly maxHealthyPercentage: number;
  /**
   * `healthTimeout` and a margin: whether a refresh waits for a balancer's word within the group's grace period is nowhere said. With
   * a warmup longer than a new instance has to get healthy, no old one goes before the rollout has judged the new ones.
   */
  readonly instanceWarmupS: number;
  /** Ascending, the last is 100; undefined without canary steps. */
  readonly checkpointPercentages: readonly number[] | undefined;
  /** Pause of a canary step and its bake time; undefined without canary steps. */
  readonly checkpointDelayS: number | undefined;
  readonly bakeTimeS: number;
  /** Instances that are at the version already stay, so that a rollout that was ended can be gone on with. */
  readonly skipMatching: true;
  readonly autoRollback: boolean;
  /** Protection from scale-in is none from a new version. */
  readonly scaleInProtectedInstances: 'Refresh';
  /** Taken out of service by hand, to be looked at: they serve nobody. */
  readonly standbyInstances: 'Ignore';
  readonly alarms: readonly string[];
}

/**
 * A policy in the words of an instance refresh, for a group of this size. Bounds come out as `limitsOf` has them: Auto Scaling
 * rounds the minimum up and the maximum down.
 *
 * @param desired the group's desired capacity; of an empty group it is what one instance would need
 * @throws KilnError `rollout.aws` where a refresh cannot do it; see {@link requireAwsCan}
 */
export function refreshPreferences(
  policy: UpdatePolicySpec,
  desired: number,
  alarms: readonly string[] = [],
): RefreshPreferences {
  checkTimes(policy);
  checkSteps(policy);
  checkAlarms(alarms);
  const steps = policy.strategy === 'rolling' ? policy.steps : [];
  const pause = steps[0]?.pauseMs;
  return {
    ...percentagesOf(policy, Math.max(1, desired)),
    instanceWarmupS: warmupSeconds(policy),
    checkpointPercentages: pause === undefined ? undefined : [...steps.map(({ percent }) => percent), 100],
    checkpointDelayS: pause === undefined ? undefined : seconds(pause + policy.bakeMs),
    bakeTimeS: seconds(policy.bakeMs),
    skipMatching: true,
    autoRollback: policy.rollback,
    scaleInProtectedInstances: 'Refresh',
    standbyInstances: 'Ignore',
    alarms,
  };
}

/**
 * Refuses, when a stack is synthesised, a policy that Auto Scaling cannot follow at some size of the group. Blue/green is
 * Kiln's own work and can all.
 *
 * @param instances the sizes that the group may have
 * @throws KilnError `rollout.aws`, naming the prop and the remedy
 */
export function requireAwsCan(
  policy: UpdatePolicySpec,
  instances: { readonly min: number; readonly max: number },
  alarms: readonly string[] = [],
): void {
  checkAlarms(alarms);
  if (policy.strategy === 'blue-green' && alarms.length > 0)
    throw refused(
      "'alarms' are watched by instance refreshes, and an update by blue/green is none",
      "Leave 'alarms' out for this service, or update it by RollingUpdatePolicy.rolling().",
    );
  if (policy.strategy === 'blue-green') return;
  for (let size = instances.min; size <= instances.max; size++) refreshPreferences(policy, size);
}

function percentagesOf(policy: UpdatePolicySpec, instances: number) {
  if (policy.strategy !== 'rolling') return { minHealthyPercentage: 0, maxHealthyPercentage: 100 };
  const { floor, ceiling } = limitsOf(policy, instances);
  // The largest whose share, rounded up, is no more than the floor; the smallest whose share, rounded down, is the ceiling.
  const minHealthyPercentage = Math.floor((floor * 100) / instances);
  const maxHealthyPercentage = Math.ceil((ceiling * 100) / instances);
  if (maxHealthyPercentage > 200)
    throw refused(
      `'maxSurge' of ${policy.maxSurge} is more than all ${instances} instances, and Auto Scaling at most doubles a group`,
      `Set 'maxSurge' to ${instances} or less, or to '100%'.`,
    );
  if (maxHealthyPercentage - minHealthyPercentage > 100)
    throw refused(
      `'maxSurge' of ${policy.maxSurge} and 'maxUnavailable' of ${policy.maxUnavailable} span more than all of ` +
        `${instances} ${instances === 1 ? 'instance' : 'instances'}, and Auto Scaling allows a span of 100 %`,
      "Set one of them to 0, or both to shares that make no more than '100%' together.",
    );
  return { minHealthyPercentage, maxHealthyPercentage };
}

function checkTimes(policy: UpdatePolicySpec): void {
  const { bakeMs, healthTimeoutMs } = policy;
  if (seconds(bakeMs) > LONGEST_S)
    throw refused(
      `'bakeTime' of ${Duration.milliseconds(bakeMs)} is too long for Auto Scaling, which waits two days at most`,
      "Set 'bakeTime' to two days or less.",
    );
  // An instance that only warms up has replaced nothing yet.
  if (warmupSeconds(policy) >= STALLED_S)
    throw refused(
      `'healthTimeout' of ${Duration.milliseconds(healthTimeoutMs)} is too long for Auto Scaling, which gives up after an hour`,
      "Set 'healthTimeout' to 59 minutes or less.",
    );
}

function checkSteps({ strategy, steps, bakeMs }: UpdatePolicySpec): void {
  if (strategy !== 'rolling') return;
  const [first] = steps;
  if (first === undefined) return;
  const other = steps.find(({ pauseMs }) => pauseMs !== first.pauseMs);
  if (other)
    throw refused(
      `'steps' pause for ${Duration.milliseconds(first.pauseMs)} at ${first.percent} % and for ` +
        `${Duration.milliseconds(other.pauseMs)} at ${other.percent} %, and Auto Scaling has one pause for all steps`,
      'Give all steps the same pause.',
    );
  const late = steps.find(({ percent }, index) => percent <= (steps[index - 1]?.percent ?? 0));
  if (late)
    throw refused(
      `'steps' come to ${late.percent} % after as much or more, and must ascend`,
      'Put them in order, each percentage once.',
    );
  if (seconds(first.pauseMs + bakeMs) > LONGEST_S)
    throw refused(
      `'steps' pause for ${Duration.milliseconds(first.pauseMs + bakeMs)} with the bake time, and Auto Scaling waits two days at most`,
      "Shorten the pause or 'bakeTime'.",
    );
}

function checkAlarms(alarms: readonly string[]): void {
  if (alarms.length > MOST_ALARMS)
    throw refused(
      `'alarms' names ${alarms.length} alarms, and Auto Scaling watches ${MOST_ALARMS} at most`,
      'Name the most telling ones, or put several into one composite alarm.',
    );
}

function warmupSeconds({ healthTimeoutMs }: UpdatePolicySpec): number {
  return seconds(healthTimeoutMs) + JUDGING_S;
}

/** Whole seconds, rounded up: never less of a wait than asked for. */
function seconds(ms: number): number {
  return Math.ceil(ms / 1000);
}

function refused(message: string, remedy: string): KilnError {
  return new KilnError(message, { code: 'rollout.aws', remedy });
}
