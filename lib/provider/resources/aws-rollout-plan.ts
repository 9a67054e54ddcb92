import { isDeepStrictEqual } from 'node:util';
import {
  DiagnosticsError,
  isUnknown,
  type PlanChanges,
  type PlanInput,
  type ResourceContext,
  UNKNOWN,
} from '../../plugin';
import type { AwsMeta } from '../aws-meta';
import { hasUnknown } from '../has-unknown';
import type { AwsRolloutState, awsRolloutSchema } from './aws-rollout-schema';

type Schema = typeof awsRolloutSchema;
type Proposed = PlanInput<Schema>['proposed'];

/** Says at plan which groups there will be and, where it can be said, which of them serves. */
export function planAwsRollout(
  ctx: ResourceContext<AwsMeta>,
  { config, proposed, prior }: PlanInput<Schema>,
): PlanChanges<Schema> {
  const names = namesIn(proposed);
  if (prior !== null && names !== undefined) refuseLosing(prior, names);
  const region =
    config.region === null ? (ctx.meta.aws.plannedRegion ?? prior?.region ?? UNKNOWN) : config.region;
  return {
    set: {
      ...(config.region === null ? { region } : {}),
      id: names?.join(':') ?? UNKNOWN,
      active_group: activeGroup(names, proposed, prior),
    },
  };
}

/** One group always serves; of two, the same one unless something moves. */
function activeGroup(
  names: readonly string[] | undefined,
  proposed: Proposed,
  prior: AwsRolloutState | null,
) {
  if (names?.length === 1) return names[0] as string;
  const stays = prior !== null && names?.includes(prior.active_group) && !moves(prior, proposed);
  return stays ? prior.active_group : UNKNOWN;
}

/** Whether a change is one of what runs, or may turn out to be one. */
export function moves(
  prior: AwsRolloutState,
  next: Pick<Proposed, 'launch_template' | 'size' | 'listeners'>,
): boolean {
  const parts = ['launch_template', 'size', 'listeners'] as const;
  return parts.some((part) => hasUnknown(next[part]) || !isDeepStrictEqual(prior[part], next[part]));
}

function namesIn({ groups }: Proposed): string[] | undefined {
  if (isUnknown(groups)) return undefined;
  const names = groups.map((group) => (isUnknown(group) ? group : group.name));
  return names.every((name) => typeof name === 'string') ? names : undefined;
}

/**
 * From two groups to one of them Terraform deletes the other, which may be the one that serves. From one deployment to the next
 * the colours change, so the way out is another deployment.
 */
function refuseLosing({ groups, active_group: active }: AwsRolloutState, names: readonly string[]): void {
  const stays = groups.some(({ name }) => names.includes(name));
  if (groups.length !== 2 || !stays || names.includes(active)) return;
  throw DiagnosticsError.at(
    ['groups'],
    `the group '${active}' serves, and would be deleted: there would be only ${names.map((name) => `'${name}'`).join(', ')}`,
    "Deploy any new version once more with 'blue-green', after which the other group serves; then change the strategy.",
  );
}
