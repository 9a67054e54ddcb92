import { KilnError } from '../../../errors';
import type { GroupState } from './read-group';
import type { Refresh } from './refresh';
import type { RolloutRequest } from './rollout-request';

type Wanted = Pick<RolloutRequest, 'service' | 'launchTemplate'>;

/** Without these no instance is replaced. */
const NEEDED = [
  'Launch',
  'Terminate',
  'HealthCheck',
  'ReplaceUnhealthy',
  'AddToLoadBalancer',
  'InstanceRefresh',
];

export function missingGroup(name: string, { service }: Wanted): KilnError {
  return new KilnError(`there is no Auto Scaling group '${name}' for '${service}'; somebody deleted it`, {
    code: 'rollout.group-missing',
    remedy: 'Apply again: the plan then makes it anew.',
  });
}

/**
 * Refuses a group that somebody changed so that a rollout could not do its work or not go back.
 *
 * @throws KilnError `rollout.group-missing`, `rollout.changed-by-hand`
 */
export function checkGroup(group: GroupState, wanted: Wanted): void {
  const { name, template } = group;
  if (group.isGoing) throw missingGroup(name, wanted);
  const mend =
    `aws autoscaling update-auto-scaling-group --auto-scaling-group-name ${name} ` +
    `--launch-template LaunchTemplateId=${wanted.launchTemplate.id},Version=N`;
  if (template === undefined || template.id !== wanted.launchTemplate.id)
    throw changed(
      `the group '${name}' launches from ${template === undefined ? 'a launch configuration' : template.id}, ` +
        `not from ${wanted.launchTemplate.id}; somebody changed it`,
      `Apply again where the plan mends it, or give it its launch template back, with the version that serves: ${mend}`,
    );
  if (Number.isNaN(template.version))
    throw changed(
      `the group '${name}' launches from $Latest or $Default of ${template.id}, from which Auto Scaling cannot go back`,
      `Give it the number of the version that serves: ${mend}`,
    );
}

/** Refuses a group in which somebody stopped what a rollout needs. @throws KilnError `rollout.changed-by-hand` */
export function checkProcesses({ name, suspended }: GroupState): void {
  const stopped = suspended.filter((process) => NEEDED.includes(process));
  if (stopped.length > 0)
    throw changed(
      `the group '${name}' has ${stopped.join(', ')} suspended, so nothing in it would be replaced`,
      `Resume it: aws autoscaling resume-processes --auto-scaling-group-name ${name}`,
    );
}

export function foreignRefresh(group: string, { id, template }: Refresh, wanted: Wanted): KilnError {
  const version = Number.isNaN(template?.version) ? '$Latest or $Default of ' : '';
  const to = template === undefined ? 'its own configuration' : `${version}${template.id}`;
  return new KilnError(
    `the group '${group}' is being refreshed to ${to}, not by Kiln (instance refresh ${id}), and takes one refresh at a time`,
    {
      code: 'rollout.foreign-refresh',
      remedy:
        `Wait until it has ended, or end it: aws autoscaling cancel-instance-refresh --auto-scaling-group-name ${group}; ` +
        `then apply '${wanted.service}' again.`,
    },
  );
}

function changed(message: string, remedy: string): KilnError {
  return new KilnError(message, { code: 'rollout.changed-by-hand', remedy });
}
