import type { PruneFailure, StraySnapshot, SurveyedImage } from '../../clouds/aws';
import { KilnError } from '../../errors';
import { type CommandContext, ExitCode } from '../context';
import { assertCanConfirm, confirm } from '../deploy/confirm';
import { type ImagesOptions, type Looked, withImages } from '../images/look';
import { imageJson, renderImages, sumOf } from '../images/render';

/** `kiln images list`: the images of services, which are in use, which are kept and which may go. */
export async function listImages(options: ImagesOptions, context: CommandContext): Promise<number> {
  const { host } = context;
  return withImages(options, 'all', context, async (found) => {
    if (options.json) {
      const images = found.flatMap((one) => one.images.map(imageJson));
      host.out.line(JSON.stringify({ images, snapshots: found.flatMap(straysOf) }, null, 2));
      return ExitCode.OK;
    }
    for (const { region, images, strays } of found) {
      if (images.length === 0) host.out.line(`There are no images of services in ${region}.`);
      for (const line of renderImages(images, region, host.out.style, Date.now())) host.out.line(line);
      for (const { id, service } of strays)
        host.out.line(`  ${id} of ${service} is left of an image that was removed; a prune removes it`);
    }
    return ExitCode.OK;
  });
}

export interface PruneImagesOptions extends ImagesOptions {
  /** Only shows what would go. @default false */
  readonly dryRun?: boolean | undefined;
  readonly yes?: boolean | undefined;
}

/** `kiln images prune`: removes what is beyond the images that are kept, and that nothing uses. */
export async function pruneImages(options: PruneImagesOptions, context: CommandContext): Promise<number> {
  if (!options.dryRun) assertCanConfirm({ json: options.json, yes: options.yes, ...COMMAND }, context);
  return withImages(options, 'surplus', context, async (found, code) => {
    const prunable = found.map((one) => ({
      ...one,
      images: one.images.filter(({ verdict }) => verdict === 'prunable'),
    }));
    const images = prunable.flatMap((one) => one.images);
    const strays = prunable.flatMap((one) => one.strays);
    if (!options.json) show(prunable, context);
    const isNothing = images.length + strays.length === 0;
    if (options.dryRun || isNothing) {
      if (options.json) print({ removed: [], failed: [], wouldRemove: images.map(imageJson) }, context);
      return ExitCode.OK;
    }
    const question = `Remove ${sumOf(images, strays)}?`;
    if (!(await confirm({ json: options.json, yes: options.yes, ...COMMAND, question }, context)))
      return ExitCode.FAILURE;
    return carryOut(prunable, code, options, context);
  });
}

const COMMAND = {
  command: 'kiln images prune',
  preview: '`kiln images prune --dry-run` shows what would go',
};

async function carryOut(
  prunable: readonly Looked[],
  aws: typeof import('../../clouds/aws'),
  options: PruneImagesOptions,
  context: CommandContext,
): Promise<number> {
  const { host, interrupts } = context;
  const removed: SurveyedImage[] = [];
  const strays: StraySnapshot[] = [];
  const failed: PruneFailure[] = [];
  for (const one of prunable) {
    const report = await aws.pruneImages(one, one.session, {
      sessionIn: one.sessionIn,
      signal: interrupts.signal,
    });
    removed.push(...report.removed);
    strays.push(...report.removedSnapshots);
    failed.push(...report.failed);
    for (const { image } of options.json ? [] : report.spared)
      host.out.line(`${image.id} was taken into service meanwhile, and stays.`);
  }
  if (options.json) {
    const faults = failed.map(({ id, error }) => ({ id, code: error.code, message: error.message }));
    print({ removed: removed.map(imageJson), failed: faults, wouldRemove: [] }, context);
  } else if (removed.length + strays.length > 0) {
    host.out.line(`${host.out.style.green('✓')} removed ${sumOf(removed, strays)}`);
  }
  const [first] = failed;
  if (first === undefined) return ExitCode.OK;
  const { code, remedy, detail, message } = first.error;
  throw new KilnError(`${failed.map(({ id }) => id).join(', ')} could not be removed: ${message}`, {
    code,
    ...(remedy === undefined ? {} : { remedy }),
    ...(detail === undefined ? {} : { detail }),
    cause: first.error,
  });
}

function show(prunable: readonly Looked[], { host }: CommandContext): void {
  for (const { region, images, strays } of prunable) {
    if (images.length + strays.length === 0) {
      host.out.line(`Nothing is to be removed in ${region}.`);
      continue;
    }
    for (const line of renderImages(images, region, host.out.style, Date.now())) host.out.line(line);
    for (const { id, service } of strays)
      host.out.line(`  ${id} of ${service} is left of an image that was removed`);
    host.out.line(`${sumOf(images, strays)}.`);
  }
}

function print(value: object, { host }: CommandContext): void {
  host.out.line(JSON.stringify(value, null, 2));
}

function straysOf({ region, strays }: Looked) {
  return strays.map(({ id, service, bytes }) => ({ id, region, service, bytes }));
}
