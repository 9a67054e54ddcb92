import { KilnError } from '../../errors';
import type { ImageFormat } from '../../systems';
import { type ImageInspection, inspectImage } from '../inspect';
import type { Expectation, Recipe } from './recipe';

const DISKS: readonly ImageFormat[] = ['mbr-disk', 'gpt-disk', 'qcow2'];

/**
 * Refuses an artifact that is not what its toolchain promised: another system, variant, format or machine.
 * @param name how the artifact is called to people
 * @throws KilnError `build.wrong-artifact`, and those of `inspectImage`
 */
export function requirePromised(file: string, name: string, recipe: Recipe): void {
  const image = inspectImage(file);
  const missed = missedBy(image, recipe.expects);
  if (missed === undefined) return;
  throw new KilnError(`the ${recipe.id} toolchain promised ${missed}, but '${name}' is ${describe(image)}`, {
    code: 'build.wrong-artifact',
    remedy: "Correct the toolchain's options, or what the build is told to make.",
  });
}

/** What was promised and is not there; the first of it. */
function missedBy(image: ImageInspection, expects: Expectation): string | undefined {
  const { kind, formats, systems, variant, protocol, machine } = expects;
  if (kind !== undefined && DISKS.includes(image.format) !== (kind === 'disk')) return `a ${kind}`;
  if (formats !== undefined && !formats.includes(image.format))
    return `a file of format ${formats.join(' or ')}`;
  // A compressed disk may hide its system; what it is shows when it is converted.
  const isHidden = image.format === 'qcow2' && (image.system === undefined || image.system.id === 'generic');
  if (systems && !isHidden && !systems.includes(image.system?.id ?? '')) return `an image of ${systems[0]}`;
  if (variant !== undefined && image.system?.variant !== variant)
    return `the ${variant} variant of ${systems?.[0]}`;
  if (protocol !== undefined && !image.bootProtocols.includes(protocol))
    return `a kernel that boots by ${protocol}`;
  if (machine !== undefined && image.machine !== undefined && !fits(image.machine, machine)) {
    return `an image for ${machine}`;
  }
  return undefined;
}

/** A 32 bit kernel starts on a 64 bit machine. */
function fits(machine: string, promised: string): boolean {
  return machine === promised || (machine === 'x86' && promised === 'x86-64');
}

function describe(image: ImageInspection): string {
  if (image.lookalike !== undefined) return image.lookalike;
  const system =
    image.system === undefined
      ? []
      : [`${image.system.title}${image.system.variant ? ` ${image.system.variant}` : ''}`];
  const protocols = image.bootProtocols.length === 0 ? 'no boot protocol' : image.bootProtocols.join(', ');
  return [...system, image.format, ...(image.machine === undefined ? [] : [image.machine]), protocols].join(
    ', ',
  );
}
