import { randomUUID } from 'node:crypto';
import type { Ami, AmiRequest } from '../../clouds/aws';
import { KilnError } from '../../errors';
import { type ApplyContext, isUnknown } from '../../plugin';
import type { AwsAccess, AwsMeta } from '../aws-meta';
import { type AmiMachine, amiName, type NamedBy, namedBy } from './ami-arguments';
import { NOTHING_AROUND, putAround } from './ami-around';
import { type AmiDisk, makeAmiDisk } from './ami-disk';
import { AmiEvents } from './ami-events';
import { type AmiImage, amiImage, tryFindMachine } from './ami-image';
import { OWNER } from './ami-owner';
import { givenMachine } from './ami-plan';
import type { AmiPlan, AmiState, amiSchema } from './ami-schema';
import { readSourceCommit } from './ami-source';

type Context = ApplyContext<typeof amiSchema, AwsMeta>;

/** Makes an image of its files, or takes the same one that is there: one that was retired is in service again. */
export async function createAmi(ctx: Context, planned: AmiPlan): Promise<AmiState> {
  const image = amiImage(planned.image, ctx.meta.folder);
  const named = namedBy(planned, await machineOf(image, planned));
  const name = isUnknown(planned.name) ? amiName(named) : planned.name;
  const commit = await readSourceCommit(planned.source, ctx.meta.folder);
  const events = new AmiEvents({ name, service: planned.service, progress: ctx.meta.progress, log: ctx.log });
  const access = await ctx.meta.aws.access(isUnknown(planned.region) ? undefined : planned.region);
  requireOtherRegions(planned, access.session.region);
  const disk = await makeAmiDisk(image, named, { signal: ctx.signal });
  try {
    events.tell('image-forged', `made its disk of ${Math.ceil(disk.size / 1024 ** 2)} MiB`);
    const request = { ...requestOf(named, name), commit };
    const make = async () => {
      const made = await makeOrTake(ctx, planned, { request, disk, access, events });
      const state = stateOf(planned, named, made);
      await claim(ctx, state, made, commit);
      return { made, state };
    };
    const { made, state } = await make().catch((error) => {
      // A retired image may be pruned by another at the moment that it is taken.
      if (access.code.isGone(access.code.faultBehind(error))) return make();
      throw error;
    });
    const around = await putAround(ctx, made, NOTHING_AROUND, planned, events);
    events.tell('image-ready', `${made.id} is available in ${made.region}`);
    return { ...state, ...around };
  } finally {
    await disk.close();
  }
}

/** @throws KilnError `image.missing` where the file is gone; those of `tryFindMachine` */
export async function machineOf(image: AmiImage, planned: AmiPlan): Promise<AmiMachine> {
  const machine = await tryFindMachine(image, givenMachine(planned));
  if (machine !== undefined) return machine;
  throw new KilnError(`there is no image at '${image.path}'`, {
    code: 'image.missing',
    remedy: 'Synthesise again: staged images lie beside the synthesised stack.',
  });
}

interface Making {
  readonly request: AmiRequest;
  readonly disk: AmiDisk;
  readonly access: AwsAccess;
  readonly events: AmiEvents;
}

async function makeOrTake(
  ctx: Context,
  planned: AmiPlan,
  { request, disk, access, events }: Making,
): Promise<Ami> {
  let wasThere = false;
  const made = await access.code.createAmi(request, disk, access.session, {
    signal: ctx.signal,
    onProgress: (progress) => {
      wasThere ||= progress.phase === 'found';
      events.report(progress);
    },
  });
  if (wasThere) requireAsked(planned, made);
  return made;
}

/** The provider's region is known only now, where the configuration names none. */
function requireOtherRegions({ copies }: AmiPlan, region: string): void {
  if (copies === null || !Object.hasOwn(copies, region)) return;
  throw new KilnError(`'copies' has ${region}, the region of the image itself`, {
    code: 'ami.copies',
    remedy: 'Take it out.',
  });
}

function requestOf(named: NamedBy, name: string): AmiRequest {
  return {
    ...named,
    name,
    description: named.description ?? undefined,
    bootMode: named.bootMode ?? undefined,
    virtualization: named.bootMode === null ? 'paravirtual' : 'hvm',
    kernelId: named.kernelId ?? undefined,
    kmsKeyId: named.kmsKeyId ?? undefined,
    service: named.service ?? undefined,
  };
}

function stateOf(planned: AmiPlan, named: NamedBy, made: Ami): AmiState {
  return {
    ...planned,
    ...NOTHING_AROUND,
    name: made.name,
    region: made.region,
    architecture: named.architecture,
    boot_mode: named.bootMode,
    ena_support: named.enaSupport,
    id: made.id,
    snapshot_id: made.snapshotId ?? '',
    size_gib: made.volumeSizeGib ?? 0,
    source_commit: planned.source === null ? null : (made.commit ?? null),
  };
}

/** An image that was there already is the same as `createAmi` sees it; what can be changed about one it leaves open. */
function requireAsked(planned: AmiPlan, found: Ami): void {
  const differing = [
    (found.description ?? '') !== (planned.description ?? '') && 'description',
    // Others may have added their own.
    Object.entries(planned.tags).some(([key, value]) => found.tags[key] !== value) && 'tags',
  ].filter((name) => name !== false);
  if (differing.length === 0) return;
  throw new KilnError(
    `there is an image '${found.name}' in ${found.region} already, ${found.id}, with another ${differing.join(' and other ')}`,
    { code: 'ami.conflict', remedy: "Leave 'name' out, or choose another, or delete that image." },
  );
}

/**
 * Makes the image this resource's. One that was found may be the very one that this resource replaces, when nothing but its
 * taint made it so: without this, the old resource's end would be the new one's too.
 */
async function claim(ctx: Context, state: AmiState, made: Ami, commit: string | undefined): Promise<void> {
  // What is there is known even where the claim fails: the next apply deletes it or takes it up.
  ctx.saveState(state);
  const { code, session } = await ctx.meta.aws.access(state.region);
  const owner = randomUUID();
  const { region, service } = made;
  // Before the tag: what ends another image of the service at this moment must not take this one for idle.
  ctx.meta.aws.claims.claim(made.id, owner, service === undefined ? undefined : { region, service });
  try {
    await code.claimAmi(made, owner, session, { signal: ctx.signal, commit });
  } catch (error) {
    if (code.isGone(code.faultBehind(error))) ctx.meta.aws.claims.forget(made);
    throw error;
  }
  ctx.privateState.set(OWNER, owner);
}
