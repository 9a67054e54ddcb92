import type { Ami } from '../../clouds/aws';
import type { ApplyContext, ResourceContext } from '../../plugin';
import type { AwsMeta } from '../aws-meta';
import type { AmiEvents } from './ami-events';
import type { AmiPlan, AmiState, amiSchema } from './ami-schema';

type Context = ApplyContext<typeof amiSchema, AwsMeta>;

/** What is around an image and can change: its copies, and who else may start instances of it. */
export type Around = Pick<AmiState, 'copies' | 'copy_ids' | 'launch_permissions'>;

export const NOTHING_AROUND: Around = { copies: null, copy_ids: {}, launch_permissions: null };

/**
 * Makes what is around an image as it is planned, and records each step.
 *
 * @param before what is there
 * @throws KilnError `aws.*`, of the first copy that failed when all have ended
 */
export async function putAround(
  ctx: Context,
  image: Ami,
  before: Around,
  planned: Pick<AmiPlan, 'copies' | 'launch_permissions'>,
  events: AmiEvents,
): Promise<Around> {
  const { code, session, sessionIn } = await ctx.meta.aws.access(image.region);
  const { signal } = ctx;
  const around = new Recorded(ctx, before);
  const removed = regionsToLeave(image, before, planned);
  if (removed.length > 0) {
    await code.removeCopies(image, removed, session, { sessionIn, signal });
    around.drop(removed);
  }
  const kept = image.copiedTo.filter((region) => !removed.includes(region));
  const targets = new Map(
    Object.entries(planned.copies ?? {})
      .filter(([region]) => around.now.copy_ids[region] === undefined)
      .map(([region, copy]) => [region, { kmsKeyId: copy.kms_key_id ?? undefined }]),
  );
  await code.makeCopies({ ...image, copiedTo: kept }, targets, session, {
    sessionIn,
    signal,
    onStarted: (region, id) => events.tell('notice', `copying it to ${region}, as ${id}`),
    onCopied: (copy) => {
      events.tell('notice', `${copy.id} is available in ${copy.region}`);
      around.add(copy, planned.copies?.[copy.region] ?? { kms_key_id: null });
    },
  });
  // As it is written: none and no map are not the same to Terraform.
  around.record({ copies: planned.copies });
  await permit(ctx, image, around, targets.size > 0, planned.launch_permissions);
  return around.now;
}

/** What is around an image as it is now: copies that are gone are left out, accounts as EC2 has them. */
export async function readAround(
  ctx: ResourceContext<AwsMeta>,
  image: Ami,
  state: AmiState,
): Promise<Around> {
  const { code, sessionIn } = await ctx.meta.aws.access(image.region);
  const { signal } = ctx;
  const copies: Record<string, { kms_key_id: string | null }> = {};
  const ids: Record<string, string> = {};
  const images: Ami[] = [image];
  for (const [region, copy] of Object.entries(state.copies ?? {})) {
    const id = state.copy_ids?.[region];
    const there = id && (await code.readAmi(id, await sessionIn(region), { signal }));
    if (!there) continue;
    copies[region] = copy;
    ids[region] = there.id;
    images.push(there);
  }
  const { launch_permissions: given } = state;
  return {
    copies: state.copies === null ? null : copies,
    copy_ids: ids,
    launch_permissions: given && (await accountsOf(ctx, images, given)),
  };
}

/** The accounts of the first image whose they are not as they were given. */
async function accountsOf(
  ctx: ResourceContext<AwsMeta>,
  images: readonly Ami[],
  given: readonly string[],
): Promise<readonly string[]> {
  const wanted = [...given].sort().join();
  for (const { id, region } of images) {
    const { code, session } = await ctx.meta.aws.access(region);
    const { accounts } = await code.readLaunchPermissions(id, session, ctx.signal);
    if (accounts.join() !== wanted) return accounts;
  }
  return given;
}

async function permit(
  ctx: Context,
  image: Ami,
  around: Recorded,
  hasNewCopies: boolean,
  planned: readonly string[] | null,
): Promise<void> {
  const before = around.now.launch_permissions;
  const isChanged = [...(planned ?? [])].sort().join() !== [...(before ?? [])].sort().join();
  const isDue = isChanged || (hasNewCopies && planned !== null && planned.length > 0);
  if (isDue) {
    const { signal } = ctx;
    const images = [[image.region, image.id], ...Object.entries(around.now.copy_ids)];
    for (const [region = '', id = ''] of images) {
      const { code, session } = await ctx.meta.aws.access(region);
      await code.setLaunchPermissions({ id, encrypted: image.encrypted }, planned ?? [], session, { signal });
    }
  }
  around.record({ launch_permissions: planned });
}

/** Also those that an image has from before it was retired, and is not to have now. */
function regionsToLeave(image: Ami, before: Around, planned: Pick<AmiPlan, 'copies'>): string[] {
  const unplanned = image.copiedTo.filter((region) => planned.copies?.[region] === undefined);
  const other = Object.keys(before.copies ?? {}).filter((region) => !isSame(region, before, planned));
  return [...new Set([...unplanned, ...other])];
}

function isSame(region: string, before: Around, planned: Pick<AmiPlan, 'copies'>): boolean {
  const copy = planned.copies?.[region];
  return copy !== undefined && copy.kms_key_id === (before.copies?.[region]?.kms_key_id ?? null);
}

/** What is true by now, told to Terraform with each step: a call that fails later loses nothing. */
class Recorded {
  now: Around;

  constructor(
    private readonly ctx: Context,
    before: Around,
  ) {
    this.now = { ...before, copy_ids: before.copy_ids ?? {} };
  }

  record(change: Partial<Around>): void {
    this.now = { ...this.now, ...change };
    this.ctx.saveState(this.now);
  }

  drop(regions: readonly string[]): void {
    const without = <T>(map: Readonly<Record<string, T>>) =>
      Object.fromEntries(Object.entries(map).filter(([region]) => !regions.includes(region)));
    this.record({ copies: without(this.now.copies ?? {}), copy_ids: without(this.now.copy_ids) });
  }

  add({ region, id }: Ami, copy: { readonly kms_key_id: string | null }): void {
    this.record({
      copies: { ...this.now.copies, [region]: copy },
      copy_ids: { ...this.now.copy_ids, [region]: id },
    });
  }
}
