import { isDeepStrictEqual } from 'node:util';
import type { Ami } from '../../clouds/aws';
import type { ApplyContext, ResourceContext, ResourceDefinition } from '../../plugin';
import type { AwsMeta } from '../aws-meta';
import { putAround, readAround } from './ami-around';
import { createAmi, machineOf } from './ami-create';
import { deleteAmi } from './ami-delete';
import { requireDigest } from './ami-disk';
import { AmiEvents } from './ami-events';
import { amiImage } from './ami-image';
import { OWNER } from './ami-owner';
import { planAmi } from './ami-plan';
import { pruneEarlier } from './ami-prune';
import { type AmiPlan, type AmiState, amiSchema } from './ami-schema';
import { importedAmi } from './import-ami';
import { validateAmi } from './validate-ami';

type Schema = typeof amiSchema;

/**
 * An Amazon Machine Image of a kernel or disk. Nothing in it is ever changed (design decision 1): its updates record that the same
 * image lies elsewhere by now, and change what is around it.
 */
export const ami: ResourceDefinition<Schema, AwsMeta> = {
  schema: amiSchema,
  validate: validateAmi,
  modifyPlan: planAmi,
  create: createAmi,
  update,
  delete: deleteAmi,

  async read(ctx, state) {
    const { code, session } = await ctx.meta.aws.access(state.region);
    const found = await code.readAmi(state.id, session, { signal: ctx.signal });
    if (found === undefined) return null;
    if (found.digest !== state.image.digest) warnChanged(ctx, found, state.image.digest);
    const around = await readAround(ctx, found, state);
    return { ...state, ...around, snapshot_id: found.snapshotId ?? state.snapshot_id };
  },

  async importState(ctx, id) {
    const { state, owner } = await importedAmi(id, await ctx.meta.aws.access(), ctx.signal);
    ctx.privateState.set(OWNER, owner);
    return state;
  },
};

async function update(
  ctx: ApplyContext<Schema, AwsMeta>,
  prior: AmiState,
  planned: AmiPlan,
): Promise<AmiState> {
  const image = amiImage(planned.image, ctx.meta.folder);
  if (!isDeepStrictEqual(prior.image, planned.image))
    await requireDigest(image, await machineOf(image, planned), ctx.signal);
  const state = { ...(planned as AmiState), copy_ids: prior.copy_ids ?? {} };
  const isAroundSame =
    isDeepStrictEqual(prior.copies, planned.copies) &&
    isDeepStrictEqual(prior.launch_permissions, planned.launch_permissions);
  if (isAroundSame && planned.keep >= (prior.keep ?? planned.keep)) return state;
  const { code, session } = await ctx.meta.aws.access(prior.region);
  const found = await code.readAmi(prior.id, session, { signal: ctx.signal });
  if (found === undefined) return state;
  const events = new AmiEvents({
    name: prior.name,
    service: prior.service,
    progress: ctx.meta.progress,
    log: ctx.log,
  });
  const around = isAroundSame ? {} : await putAround(ctx, found, prior, planned, events);
  if (planned.keep < (prior.keep ?? planned.keep)) await pruneEarlier(ctx, found, planned.keep, events);
  return { ...state, ...around };
}

function warnChanged(ctx: ResourceContext<AwsMeta>, found: Ami, digest: string): void {
  ctx.warn({
    summary: `The tag 'kiln:digest' of ${found.id} was changed outside of Terraform`,
    detail:
      `It says ${found.digest ?? 'nothing'}, and the image was made as ${digest}. What is in an image cannot change, so ` +
      'nothing is done; set the tag back, or an interrupted apply will not find its image again.',
    path: ['image'],
  });
}
