import { isDeepStrictEqual } from 'node:util';
import type { AmiArchitecture, AmiBootMode } from '../../clouds/aws';
import { KilnError } from '../../errors';
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
import { type AmiMachine, amiName, namedBy } from './ami-arguments';
import { amiImage, type GivenMachine, tryFindMachine } from './ami-image';
import type { AmiPlan, AmiState, amiSchema } from './ami-schema';

type Schema = typeof amiSchema;
type Proposed = PlanInput<Schema>['proposed'];

/**
 * Says at plan what can be said: where the image will be, what it is for, how it is called. What its file shows to be
 * impossible is refused here, before anything is made.
 */
export async function planAmi(
  ctx: ResourceContext<AwsMeta>,
  { config, proposed, prior }: PlanInput<Schema>,
): Promise<PlanChanges<Schema> | undefined> {
  const region =
    config.region === null ? (ctx.meta.aws.plannedRegion ?? prior?.region ?? UNKNOWN) : config.region;
  requireOtherRegions(proposed, region);
  // Terraform asks again for what replaces it, with nothing there before.
  if (prior !== null) {
    warnSameName(ctx, config.name, prior, proposed);
    return {
      set: {
        ...(config.region === null && !isUnknown(region) ? { region } : {}),
        // That there is none does not change either.
        source_commit: prior.source_commit,
        ...(config.boot_mode === null ? { boot_mode: prior.boot_mode } : {}),
        // A change beside the copies leaves them as they are.
        ...(sameCopies(prior, proposed) ? { copy_ids: prior.copy_ids ?? {} } : {}),
      },
    };
  }
  const machine = await plannedMachine(ctx, proposed);
  const named = machine && isSettled(proposed) ? namedBy(proposed as AmiPlan, machine) : undefined;
  return {
    set: {
      ...(config.region === null ? { region } : {}),
      ...(machine && config.architecture === null ? { architecture: machine.architecture } : {}),
      ...(machine && config.boot_mode === null ? { boot_mode: machine.bootMode } : {}),
      ...(config.ena_support === null ? { ena_support: config.kernel_id === null } : {}),
      ...(named && config.name === null ? { name: amiName(named) } : {}),
      ...(config.source === null ? { source_commit: null } : {}),
      ...(config.copies === null ? { copy_ids: {} } : {}),
    },
  };
}

/** What of the machine is said and known. */
export function givenMachine({
  architecture,
  boot_mode: bootMode,
  kernel_id: kernelId,
}: Pick<Proposed, 'architecture' | 'boot_mode' | 'kernel_id'>): GivenMachine {
  return {
    ...(isUnknown(architecture) ? {} : { architecture: architecture as AmiArchitecture }),
    ...(isUnknown(bootMode) || bootMode === null ? {} : { bootMode: bootMode as AmiBootMode }),
    isParavirtual: kernelId !== null,
  };
}

/** Undefined while the file is not there, or not known. */
async function plannedMachine(
  ctx: ResourceContext<AwsMeta>,
  proposed: Proposed,
): Promise<AmiMachine | undefined> {
  const { image } = proposed;
  if (hasUnknown(image)) return undefined;
  try {
    return await tryFindMachine(
      amiImage((proposed as AmiPlan).image, ctx.meta.folder),
      givenMachine(proposed),
    );
  } catch (error) {
    if (!KilnError.is(error)) throw error;
    throw DiagnosticsError.at(['image'], error.message, error.remedy);
  }
}

/** Whether all is known that a name is made of. */
function isSettled({
  image,
  description,
  kernel_id,
  tpm,
  imds_v2,
  encrypted,
  kms_key_id,
  service,
  tags,
}: Proposed): boolean {
  return !hasUnknown([image, description, kernel_id, tpm, imds_v2, encrypted, kms_key_id, service, tags]);
}

/** Where the provider names the region, only a plan knows it. */
function requireOtherRegions({ copies }: Proposed, region: unknown): void {
  if (isUnknown(copies) || copies === null || typeof region !== 'string') return;
  if (!Object.hasOwn(copies, region)) return;
  throw DiagnosticsError.at(
    ['copies'],
    `'copies' has ${region}, the region of the image itself; take it out`,
  );
}

function sameCopies(prior: AmiState, { copies }: Proposed): boolean {
  return !hasUnknown(copies) && isDeepStrictEqual(prior.copies ?? {}, copies ?? {});
}

/** Two images cannot have one name, so a name that stays keeps the new one from being made before the old one goes. */
function warnSameName(
  ctx: ResourceContext<AwsMeta>,
  name: Proposed['name'] | null,
  prior: AmiState,
  proposed: Proposed,
): void {
  if (name === null || name !== prior.name || !isSettled(proposed)) return;
  if (allOf(prior) === allOf(proposed as AmiPlan)) return;
  ctx.warn({
    summary: `The image keeps its name '${prior.name}' while it is replaced`,
    detail:
      "Names are unique in a region, so the old image must go before the new one is made, which 'create_before_destroy' " +
      "prevents. Leave 'name' out, or give each image its own.",
    path: ['name'],
  });
}

/** Stands for every argument but the place of its files, as the name does that is made from them. */
function allOf(values: AmiPlan | AmiState): string {
  const { architecture, boot_mode: bootMode } = values as AmiState;
  return amiName(namedBy(values, { architecture, bootMode } as AmiMachine));
}
