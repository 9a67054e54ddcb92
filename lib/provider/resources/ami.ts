import { randomUUID } from 'node:crypto';
import type { Ami, AmiRequest } from '../../clouds/aws';
import { KilnError } from '../../errors';
import { type ApplyContext, isUnknown, type ResourceContext, type ResourceDefinition } from '../../plugin';
import type { AwsMeta } from '../aws-meta';
import { type AmiMachine, amiName, type NamedBy, namedBy } from './ami-arguments';
import { makeAmiDisk, requireDigest } from './ami-disk';
import { AmiEvents } from './ami-events';
import { type AmiImage, amiImage, tryFindMachine } from './ami-image';
import { givenMachine, planAmi } from './ami-plan';
import { type AmiPlan, type AmiState, amiSchema } from './ami-schema';
import { readSourceCommit } from './ami-source';
import { importedAmi } from './import-ami';
import { validateAmi } from './validate-ami';

type Schema = typeof amiSchema;

/** Whose image it is, in the resource's private state; see `claimAmi`. */
const OWNER = 'owner';

/**
 * An Amazon Machine Image of a kernel or disk. Nothing about it is ever changed (design decision 1): its only update
 * records that the same image lies elsewhere by now.
 */
export const ami: ResourceDefinition<Schema, AwsMeta> = {
  schema: amiSchema,
  validate: validateAmi,
  modifyPlan: planAmi,
  create,

  async update(ctx, _prior, planned) {
    const image = amiImage(planned.image, ctx.meta.folder);
    await requireDigest(image, await machineOf(image, planned), ctx.signal);
    return planned as AmiState;
  },

  async read(ctx, state) {
    const { code, session } = await ctx.meta.aws.access(state.region);
    const found = await code.readAmi(state.id, session, { signal: ctx.signal });
    if (found === undefined) return null;
    if (found.digest !== state.image.digest) warnChanged(ctx, found, state.image.digest);
    return { ...state, snapshot_id: found.snapshotId ?? state.snapshot_id };
  },

  async delete(ctx, state) {
    const { code, session } = await ctx.meta.aws.access(state.region);
    const found = await code.readAmi(state.id, session, { signal: ctx.signal });
    if (found && isOthers(ctx, found)) {
      ctx.log.info(`${state.id} belongs to another resource by now and stays`);
      return;
    }
    await code.deleteAmi({ id: state.id, snapshotId: found?.snapshotId ?? state.snapshot_id }, session, {
      signal: ctx.signal,
    });
  },

  async importState(ctx, id) {
    const { state, owner } = await importedAmi(id, await ctx.meta.aws.access(), ctx.signal);
    ctx.privateState.set(OWNER, owner);
    return state;
  },
};

async function create(ctx: ApplyContext<Schema, AwsMeta>, planned: AmiPlan): Promise<AmiState> {
  const image = amiImage(planned.image, ctx.meta.folder);
  const machine = await machineOf(image, planned);
  const named = namedBy(planned, machine);
  const name = isUnknown(planned.name) ? amiName(named) : planned.name;
  const commit = await readSourceCommit(planned.source, ctx.meta.folder);
  const events = new AmiEvents({ name, progress: ctx.meta.progress, log: ctx.log });
  const access = await ctx.meta.aws.access(isUnknown(planned.region) ? undefined : planned.region);
  const disk = await makeAmiDisk(image, machine, { signal: ctx.signal });
  try {
    events.tell('image-forged', `made its disk of ${Math.ceil(disk.size / 1024 ** 2)} MiB`);
    let wasThere = false;
    const made = await access.code.createAmi({ ...requestOf(named, name), commit }, disk, access.session, {
      signal: ctx.signal,
      onProgress: (progress) => {
        wasThere ||= progress.phase === 'found';
        events.report(progress);
      },
    });
    if (wasThere) requireAsked(planned, made);
    const state = stateOf(planned, named, made);
    await claim(ctx, state);
    events.tell('image-ready', `${made.id} is available in ${made.region}`);
    return state;
  } finally {
    await disk.close();
  }
}

/** @throws KilnError `image.missing` where the file is gone; those of `tryFindMachine` */
async function machineOf(image: AmiImage, planned: AmiPlan): Promise<AmiMachine> {
  const machine = await tryFindMachine(image, givenMachine(planned));
  if (machine !== undefined) return machine;
  throw new KilnError(`there is no image at '${image.path}'`, {
    code: 'image.missing',
    remedy: 'Synthesise again: staged images lie beside the synthesised stack.',
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
    name: made.name,
    region: made.region,
    architecture: named.architecture,
    boot_mode: named.bootMode,
    ena_support: named.enaSupport,
    id: made.id,
    snapshot_id: made.snapshotId ?? '',
    size_gib: made.volumeSizeGib ?? 0,
    source_commit: planned.source === null ? null : (made.commit ?? null),
    copy_ids: {},
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
async function claim(ctx: ApplyContext<Schema, AwsMeta>, state: AmiState): Promise<void> {
  // What is there is known even where the claim fails: the next apply deletes it or takes it up.
  ctx.saveState(state);
  const { code, session } = await ctx.meta.aws.access(state.region);
  const owner = randomUUID();
  await code.claimAmi(state.id, owner, session, { signal: ctx.signal });
  ctx.privateState.set(OWNER, owner);
  ctx.meta.aws.owners.set(state.id, owner);
}

function isOthers(ctx: ResourceContext<AwsMeta>, found: Ami): boolean {
  // A claim of this very apply may not be seen everywhere yet.
  const owner = ctx.meta.aws.owners.get(found.id) ?? found.owner;
  return owner !== undefined && owner !== ctx.privateState.get(OWNER);
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
