import type { RolloutGroup, StandingRollout } from '../../clouds/aws';
import type { AwsRolloutState } from './aws-rollout-schema';

/** The policy of nobody: the next apply records the one of the code, which changes nothing that runs. */
const UPDATE = {
  max_surge: '1',
  max_unavailable: '0',
  bake_ms: 0,
  health_timeout_ms: 60_000,
  steps: [],
  rollback: true,
};

/** The state of groups that are there already. Only what AWS shows of them is known; the rest is the code's to say. */
export function importedRollout(
  id: string,
  region: string,
  groups: readonly RolloutGroup[],
  { activeGroup, template, size }: StandingRollout,
): AwsRolloutState {
  const isBlueGreen = groups.length === 2;
  return {
    service: activeGroup,
    groups: groups.map(({ name }) => ({ name, target_group_arns: [] })),
    launch_template: template,
    image_digest: null,
    update: { ...UPDATE, strategy: isBlueGreen ? 'blue-green' : 'rolling' },
    size: isBlueGreen ? { ...size, desired: size.min } : null,
    listeners: [],
    alarms: [],
    region,
    id,
    active_group: activeGroup,
  };
}
