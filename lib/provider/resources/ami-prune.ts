import type { Ami, PruneFailure } from '../../clouds/aws';
import type { ResourceContext } from '../../plugin';
import type { AwsMeta } from '../aws-meta';
import type { AmiEvents } from './ami-events';

/** Removes what is beyond a smaller number of earlier images. */
export async function pruneEarlier(
  ctx: ResourceContext<AwsMeta>,
  { region, service }: Ami,
  keep: number,
  events: AmiEvents,
): Promise<void> {
  if (service === undefined) return;
  const { code, session, sessionIn } = await ctx.meta.aws.access(region);
  await ctx.meta.aws.claims.ending({ region, service }, async ({ claimed, retired }) => {
    const sets = { claimed, retired, sessionIn, signal: ctx.signal };
    const survey = await code.surveyImages(session, { ...sets, service, keep: () => keep, uses: 'surplus' });
    const onRemoved = ({ id }: Ami) => events.tell('notice', `removed ${id} of ${service}`);
    const { failed } = await code.pruneImages(survey, session, { ...sets, onRemoved });
    warnOfFailed(ctx, service, failed);
  });
}

/** Nothing else is done about them: the next replacement tries again. */
export function warnOfFailed(
  ctx: ResourceContext<AwsMeta>,
  service: string,
  failed: readonly PruneFailure[],
): void {
  for (const { id, error } of failed)
    ctx.warn({
      summary: `${id}, an earlier image of ${service}, could not be removed`,
      detail: [`${error.message}.`, error.detail, error.remedy].filter(Boolean).join('\n'),
    });
}
