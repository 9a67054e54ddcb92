import { isDeepStrictEqual } from 'node:util';
import type { RolloutRequest, RolloutResult } from '../../clouds/aws';
import { KilnError } from '../../errors';
import type { ApplyContext, ResourceDefinition } from '../../plugin';
import { isUnknown } from '../../plugin';
import type { AwsMeta } from '../aws-meta';
import { moves, planAwsRollout } from './aws-rollout-plan';
import { type AwsRolloutPlan, type AwsRolloutState, awsRolloutSchema } from './aws-rollout-schema';
import { importedRollout } from './import-aws-rollout';
import { policyOf, validateAwsRollout } from './validate-aws-rollout';

type Schema = typeof awsRolloutSchema;

/**
 * The moving of Auto Scaling groups to a version of a launch template. Its create and its update are the same: a rollout that
 * waits, and that goes on from wherever an earlier one ended.
 */
export const awsRollout: ResourceDefinition<Schema, AwsMeta> = {
  schema: awsRolloutSchema,
  validate: validateAwsRollout,
  modifyPlan: planAwsRollout,

  create: rollOut,

  async update(ctx, prior, planned) {
    if (planned.groups.length > prior.groups.length) ctx.saveState(colouredBy(planned));
    if (moves(prior, planned)) return rollOut(ctx, planned);
    // A policy, a name or an alarm counts from the next rollout on.
    return { ...planned, region: prior.region, id: prior.id, active_group: prior.active_group };
  },

  async read(ctx, state) {
    const { code, session } = await ctx.meta.aws.access(state.region);
    const found = await code.readRollout(session, requestOf(state), { signal: ctx.signal });
    if (found === undefined) return null;
    const { activeGroup, template, size } = found;
    return {
      ...state,
      launch_template: template,
      // Of a version that somebody chose by hand nobody said the image.
      image_digest: isDeepStrictEqual(template, state.launch_template) ? state.image_digest : null,
      active_group: activeGroup,
      size: state.size && { ...state.size, ...size },
    };
  },

  /** The groups are Terraform's, which deletes them with their instances. */
  async delete() {},

  async importState(ctx, id) {
    const { code, session } = await ctx.meta.aws.access();
    const groups = code.groupsOfId(id);
    const request = { service: id, groups, launchTemplate: { id: '', version: 0 } };
    const found = await code.readRollout(session, request, { signal: ctx.signal });
    if (found) return importedRollout(id, session.region, groups, found);
    throw new KilnError(`there is no Auto Scaling group '${id}' in ${session.region}`, {
      code: 'rollout.group-missing',
      remedy: "Import by the group's name, two groups as 'BLUE:GREEN', in the provider's region.",
    });
  },
};

async function rollOut(
  ctx: ApplyContext<Schema, AwsMeta>,
  planned: AwsRolloutPlan,
): Promise<AwsRolloutState> {
  const { aws, progress } = ctx.meta;
  const { code, session } = await aws.access(isUnknown(planned.region) ? undefined : planned.region);
  const result = await code.rollOut(requestOf(planned), session, {
    signal: ctx.signal,
    onEvent: (event) => {
      progress.send(event);
      ctx.log.info(event.message, { kind: event.kind, service: event.service });
    },
  });
  return stateOf(planned, session.region, result);
}

function requestOf(values: AwsRolloutPlan | AwsRolloutState): RolloutRequest {
  return {
    service: values.service,
    groups: values.groups.map(({ name, target_group_arns: targetGroupArns }) => ({ name, targetGroupArns })),
    launchTemplate: values.launch_template,
    update: policyOf(values.update),
    size: values.size ?? undefined,
    listeners: values.listeners.map((arn) => ({ arn })),
    alarms: values.alarms,
  };
}

/**
 * What a rollout that fails leaves known beside what was before. Without it, one that fails after its switch would look as if
 * there were blue alone, and going back to one group would not be refused while green serves. Not its size, so that the next plan
 * has something to do in any case.
 */
function colouredBy({ groups, listeners }: AwsRolloutPlan): Partial<AwsRolloutState> {
  return { groups, listeners, id: idOf(groups) };
}

function stateOf(planned: AwsRolloutPlan, region: string, { activeGroup }: RolloutResult): AwsRolloutState {
  return { ...planned, region, id: idOf(planned.groups), active_group: activeGroup };
}

function idOf(groups: AwsRolloutPlan['groups']): string {
  return groups.map(({ name }) => name).join(':');
}
