import type { Ami, EndReport, SurveyedImage } from '../../clouds/aws';
import type { ApplyContext } from '../../plugin';
import { KEPT_IMAGES } from '../../spec';
import type { AwsMeta } from '../aws-meta';
import { AmiEvents } from './ami-events';
import { isOthers, OWNER } from './ami-owner';
import { warnOfFailed } from './ami-prune';
import type { AmiState, amiSchema } from './ami-schema';

type Context = ApplyContext<typeof amiSchema, AwsMeta>;

/** Takes an image out: one of a service stays for going back while the service has a newer one. */
export async function deleteAmi(ctx: Context, state: AmiState): Promise<void> {
  const { code, session } = await ctx.meta.aws.access(state.region);
  const found = await code.readAmi(state.id, session, { signal: ctx.signal });
  if (found && isOthers(ctx, found)) {
    ctx.log.info(`${state.id} belongs to another resource by now and stays`);
    return;
  }
  if (found?.service === undefined) await remove(ctx, state, found);
  else await end(ctx, state, { ...found, service: found.service });
}

/** The copies first: where one cannot be removed, Terraform comes back for them. */
async function remove(ctx: Context, state: AmiState, found: Ami | undefined): Promise<void> {
  const { code, session, sessionIn } = await ctx.meta.aws.access(state.region);
  const { signal } = ctx;
  const regions = new Set([...Object.keys(state.copy_ids ?? {}), ...(found?.copiedTo ?? [])]);
  for (const region of regions)
    await code.deleteCopies({ region: state.region, id: state.id }, await sessionIn(region), { signal });
  const snapshotId = found?.snapshotId ?? state.snapshot_id;
  await code.deleteAmi({ id: state.id, snapshotId }, session, { signal });
}

async function end(ctx: Context, state: AmiState, found: Ami & { readonly service: string }): Promise<void> {
  const { code, session, sessionIn } = await ctx.meta.aws.access(state.region);
  const events = new AmiEvents({
    name: state.name,
    service: state.service,
    progress: ctx.meta.progress,
    log: ctx.log,
  });
  const owner = ctx.privateState.get(OWNER);
  const report = await ctx.meta.aws.claims.ending(found, async (claims) => {
    claims.claimed.delete(found.id);
    return code.endAmi(found, session, {
      ...claims,
      keep: state.keep ?? KEPT_IMAGES,
      owner: typeof owner === 'string' ? owner : undefined,
      sessionIn,
      signal: ctx.signal,
      onRemoved: ({ id }) => events.tell('notice', `removed ${id} of ${found.service}`),
    });
  });
  if (report.isReplaced) tellReplaced(ctx, found.service, report, events);
  else tellEnded(ctx, found.service, report);
}

function tellReplaced(ctx: Context, service: string, { failed, held }: EndReport, events: AmiEvents): void {
  for (const { image, because } of held)
    events.tell('notice', `${image.id} stays beyond those that are kept: ${because.join(', ')}`);
  warnOfFailed(ctx, service, failed);
}

/** @throws the first failure: then Terraform knows that there is more to destroy */
function tellEnded(ctx: Context, service: string, { failed, held }: EndReport): void {
  for (const one of held) ctx.warn(heldWarning(service, one));
  const [first] = failed;
  if (first !== undefined) throw first.error;
}

function heldWarning(service: string, { image, because }: SurveyedImage) {
  const { id, region } = image;
  return {
    summary: `${id} of ${service} was left in ${region}: ${because.join(', ')}`,
    detail:
      `When nothing uses it any more, 'kiln images prune --service ${service} --keep 0 --region ${region}' removes it, or by hand: ` +
      `aws ec2 deregister-image --region ${region} --image-id ${id} --delete-associated-snapshots`,
  };
}
