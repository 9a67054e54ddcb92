import {
  CancelInstanceRefreshCommand,
  DescribeInstanceRefreshesCommand,
  type DesiredConfiguration,
  type InstanceRefresh,
  RollbackInstanceRefreshCommand,
  StartInstanceRefreshCommand,
} from '@aws-sdk/client-auto-scaling';
import type { RefreshPreferences } from '../../../rollout';
import { callAws } from '../call';
import { faultBehind } from '../fault';
import type { AwsSession } from '../session';
import { type GroupState, type UsedTemplate, usedTemplate } from './read-group';
import type { TemplateVersion } from './rollout-request';

/** An instance refresh, as far as a rollout looks at it. */
export interface Refresh {
  readonly id: string;
  /** Such as `InProgress`, `Baking`, `RollbackSuccessful`. */
  readonly status: string;
  readonly reason: string | undefined;
  /** What it moves the group to; undefined where that was not said. */
  readonly template: UsedTemplate | undefined;
  /** ms since 1970, by AWS' clock; undefined while it is pending. */
  readonly startedAt: number | undefined;
}

const UNDER_WAY = ['Pending', 'InProgress', 'Baking', 'Cancelling', 'RollbackInProgress'];

export function isUnderWay({ status }: Refresh): boolean {
  return UNDER_WAY.includes(status);
}

/** True while it moves forward, so that it could still be told to go back. */
export function isForward({ status }: Refresh): boolean {
  return ['Pending', 'InProgress', 'Baking'].includes(status);
}

/** True where it moves the group to this very version. */
export function isFor({ template }: Refresh, { id, version }: TemplateVersion): boolean {
  return template?.id === id && template.version === version;
}

/** The refresh of this id, or the latest; undefined where there is none. @throws KilnError `aws.*` */
export async function readRefresh(
  session: AwsSession,
  group: string,
  id?: string,
  signal?: AbortSignal,
): Promise<Refresh | undefined> {
  const client = await session.autoscaling();
  const which = id === undefined ? { MaxRecords: 1 } : { InstanceRefreshIds: [id] };
  const input = { AutoScalingGroupName: group, ...which };
  const { InstanceRefreshes = [] } = await callAws(
    session,
    {
      action: 'autoscaling:DescribeInstanceRefreshes',
      send: (options) => client.send(new DescribeInstanceRefreshesCommand(input), options),
    },
    signal,
  );
  const [latest] = InstanceRefreshes;
  return latest && refreshOf(latest);
}

function refreshOf(refresh: InstanceRefresh): Refresh {
  const { LaunchTemplate, MixedInstancesPolicy } = refresh.DesiredConfiguration ?? {};
  return {
    id: refresh.InstanceRefreshId ?? '',
    status: refresh.Status ?? 'Pending',
    reason: refresh.RollbackDetails?.RollbackReason || refresh.StatusReason || undefined,
    template: usedTemplate(
      MixedInstancesPolicy?.LaunchTemplate?.LaunchTemplateSpecification ?? LaunchTemplate,
    ),
    startedAt: refresh.StartTime?.getTime(),
  };
}

/**
 * Starts a refresh, and returns its id. There is no client token, so where an answer got lost it looks for what came of it.
 * Undefined: another one is under way.
 *
 * @throws KilnError `aws.*`
 */
export async function startRefresh(
  session: AwsSession,
  group: GroupState,
  template: TemplateVersion,
  preferences: RefreshPreferences,
): Promise<string | undefined> {
  const client = await session.autoscaling();
  const input = {
    AutoScalingGroupName: group.name,
    Strategy: 'Rolling' as const,
    DesiredConfiguration: desiredConfiguration(group, template),
    Preferences: toApi(preferences),
  };
  try {
    const { InstanceRefreshId } = await callAws(session, {
      action: 'autoscaling:StartInstanceRefresh',
      isHeardOut: true,
      send: (options) => client.send(new StartInstanceRefreshCommand(input), options),
    });
    return InstanceRefreshId;
  } catch (error) {
    const fault = faultBehind(error);
    if (/^InstanceRefreshInProgress/.test(fault.name)) return undefined;
    if (!fault.mayPass || fault.isThrottling) throw error;
    const latest = await readRefresh(session, group.name).catch(() => undefined);
    const isTaken = latest && (isForward(latest) || latest.status === 'Successful');
    if (isTaken && isFor(latest, template)) return latest.id;
    throw error;
  }
}

/** The group's own mix of types and prices stays as it is; only the version changes. */
function desiredConfiguration({ mixed }: GroupState, { id, version }: TemplateVersion): DesiredConfiguration {
  const template = { LaunchTemplateId: id, Version: String(version) };
  if (mixed === undefined) return { LaunchTemplate: template };
  return {
    MixedInstancesPolicy: {
      ...mixed,
      LaunchTemplate: { ...mixed.LaunchTemplate, LaunchTemplateSpecification: template },
    },
  };
}

function toApi(preferences: RefreshPreferences) {
  const { checkpointPercentages, checkpointDelayS, alarms } = preferences;
  return {
    MinHealthyPercentage: preferences.minHealthyPercentage,
    MaxHealthyPercentage: preferences.maxHealthyPercentage,
    InstanceWarmup: preferences.instanceWarmupS,
    ...(checkpointPercentages === undefined
      ? {}
      : { CheckpointPercentages: [...checkpointPercentages], CheckpointDelay: checkpointDelayS }),
    SkipMatching: preferences.skipMatching,
    AutoRollback: preferences.autoRollback,
    BakeTime: preferences.bakeTimeS,
    ScaleInProtectedInstances: preferences.scaleInProtectedInstances,
    StandbyInstances: preferences.standbyInstances,
    ...(alarms.length === 0 ? {} : { AlarmSpecification: { Alarms: [...alarms] } }),
  };
}

/**
 * Tells the refresh under way to go back, or to end where it is. False: there is none any more, or it cannot go back.
 *
 * @throws KilnError `aws.*`
 */
export async function endRefresh(
  session: AwsSession,
  group: string,
  how: 'roll-back' | 'cancel',
): Promise<boolean> {
  const client = await session.autoscaling();
  const input = { AutoScalingGroupName: group };
  try {
    await callAws(session, {
      action: how === 'cancel' ? 'autoscaling:CancelInstanceRefresh' : 'autoscaling:RollbackInstanceRefresh',
      isHeardOut: true,
      send: (options) =>
        how === 'cancel'
          ? client.send(new CancelInstanceRefreshCommand(input), options).then(() => undefined)
          : client.send(new RollbackInstanceRefreshCommand(input), options).then(() => undefined),
    });
    return true;
  } catch (error) {
    const fault = faultBehind(error);
    if (/^(ActiveInstanceRefreshNotFound|IrreversibleInstanceRefresh)/.test(fault.name)) return false;
    // The answer may have got lost after the work was done.
    const latest = fault.isNetwork ? await readRefresh(session, group).catch(() => undefined) : undefined;
    if (latest && !isForward(latest)) return true;
    throw error;
  }
}
