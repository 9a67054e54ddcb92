import type { AwsRolloutProblem } from './problem';
import type { ScalingActivity } from './read-activities';

interface Kind {
  readonly pattern: RegExp;
  readonly remedy: string;
  /** The group tries another zone or another time, and may succeed. */
  readonly mayPass?: true;
}

/** What EC2 says when it launches nothing, and what to do about it (troubleshooting launch failures, Auto Scaling guide). */
const KINDS: readonly Kind[] = [
  {
    pattern: /vCPU|instance limit|InstanceLimitExceeded|VcpuLimitExceeded/i,
    remedy:
      'Ask for more vCPUs of this family in Service Quotas (EC2, running on-demand instances), or use a smaller or another instance type.',
  },
  {
    pattern: /MaxSpotInstanceCountExceeded|spot instance count/i,
    remedy: 'Ask for more spot vCPUs in Service Quotas, or use fewer spot instances.',
  },
  {
    pattern: /not supported in your requested Availability Zone|is not supported in .*zone/i,
    remedy:
      'Name an instance type that all zones of the network have, or leave that zone out of the network.',
    mayPass: true,
  },
  {
    pattern: /sufficient .*capacity|InsufficientInstanceCapacity|no spot capacity|capacity-not-available/i,
    remedy: 'Apply again later, name further zones, or use another instance type.',
    mayPass: true,
  },
  {
    pattern: /\bami-[0-9a-f]+\b.*(not exist|not found|not available)|InvalidAMIID/i,
    remedy: 'The image is gone: apply again, which makes it anew.',
  },
  {
    pattern: /KMS|Client\.InvalidKMSKey|Client\.InternalError/i,
    remedy:
      "Let the service-linked role AWSServiceRoleForAutoScaling use the KMS key, in the key's policy or by a grant.",
  },
  {
    pattern: /not authorized|UnauthorizedOperation/i,
    remedy: 'Allow the call in the policy of the role that the group launches with.',
  },
  {
    pattern: /free addresses|InsufficientFreeAddresses/i,
    remedy: 'Give the network larger subnets, or remove what uses their addresses.',
  },
];

/** So many in a row end a rollout even where another try may succeed. */
const PATIENCE = 3;

/**
 * The reason that nothing is launched, if nothing is: a failure that will stay, or several in a row that might not.
 *
 * @param activities the latest first
 */
export function findLaunchFailure(activities: readonly ScalingActivity[]): AwsRolloutProblem | undefined {
  const launches = activities.filter(({ description }) => /^launching/i.test(description));
  const failures: ScalingActivity[] = [];
  for (const launch of launches) {
    if (launch.status === 'Successful') break;
    if (launch.status === 'Failed') failures.push(launch);
  }
  const [last] = failures;
  if (last === undefined) return undefined;
  const kind = kindOf(last);
  const willStay = kind !== undefined && !kind.mayPass;
  return willStay || failures.length >= PATIENCE ? launchProblem(last) : undefined;
}

export function launchProblem(activity: ScalingActivity): AwsRolloutProblem {
  const said = (activity.message ?? activity.description).replace(
    /\.?\s*Launching EC2 instance failed\.?$/i,
    '',
  );
  return {
    kind: 'launch-failed',
    instances: [],
    reason: `EC2 launches no instance: ${said.replace(/\.$/, '')}`,
    remedy: kindOf(activity)?.remedy,
  };
}

function kindOf({ message }: ScalingActivity): Kind | undefined {
  return KINDS.find(({ pattern }) => pattern.test(message ?? ''));
}
