import { listWords } from '../device';
import { AWS_FAMILIES, findAwsInstanceType, findGoogleMachineType, GOOGLE_SERIES } from '../instances';
import type { Platform } from '../platforms';
import { firecracker, platforms, qemuDisk, qemuKernel, qemuMicrovm, xenPv, xenPvh } from '../platforms';
import type { BootableImage } from './bootable-image';
import { compatibilityOf } from './compatibility';

/** Names that stand for their cloud in a message. */
const HOW_MANY = 4;
/** Any size of a family will do: sizes differ in what no image sees. */
const SIZE = { aws: '.large', google: '-standard-4' } as const;

/** Where an image does run, for a message: `GCE e2, n1, n2 or n2d, or QEMU`; undefined for nowhere. */
export function alternativesFor(image: BootableImage): string | undefined {
  const aws = AWS_FAMILIES.flatMap(({ names }) => names).filter((name) =>
    runsOn(image, findAwsInstanceType(`${name}${SIZE.aws}`)),
  );
  const google = GOOGLE_SERIES.flatMap(({ names }) => names).filter((name) =>
    runsOn(image, findGoogleMachineType(`${name}${SIZE.google}`)),
  );
  const all = [
    ...(aws.length > 0 ? [`AWS ${some(aws)}`] : []),
    ...(google.length > 0 ? [`GCE ${some(google)}`] : []),
    ...others(image),
  ];
  return all.length === 0 ? undefined : all.join('; or ');
}

/** The kinds of platform where an image runs, in the order of the table. */
export function platformsFor(image: BootableImage): readonly Platform[] {
  return platforms.filter((platform) => runsOn(image, platform));
}

function others(image: BootableImage): string[] {
  const qemu = [qemuDisk, qemuKernel].some((platform) => runsOn(image, platform)) ? ['QEMU'] : [];
  const rest = [qemuMicrovm, firecracker, xenPv, xenPvh].filter((platform) => runsOn(image, platform));
  const titles = [...qemu, ...rest.map(({ title }) => title)];
  return titles.length === 0 ? [] : [listWords(titles, 'or')];
}

function runsOn(image: BootableImage, platform: Platform): boolean {
  return compatibilityOf(image, platform).verdict === 'yes';
}

function some(names: readonly string[]): string {
  return names.length <= HOW_MANY
    ? listWords(names, 'or')
    : `${names.slice(0, HOW_MANY).join(', ')} and others`;
}
