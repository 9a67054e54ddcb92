import { KilnError } from '../../lib/errors';
import type { DiskLayout, ImageInspection } from '../../lib/image';
import { compatibilityOf, findAwsInstanceType, type Platform } from '../../lib/systems';
import { instanceMemoryMib } from './instance-memory';

/** An instance type as an image meets it. */
export interface InstanceType {
  /** `t3.nano`. */
  readonly name: string;
  readonly platform: Platform;
  /** In the words of lib/systems. */
  readonly machine: 'x86-64' | 'arm64';
  /** In the words of EC2. */
  readonly architecture: 'x86_64' | 'arm64';
}

/** How an image starts on an instance type. */
export interface BootChoice {
  /** Of the disk that a kernel is put on. */
  readonly layout: DiskLayout;
  /** Undefined where PV-GRUB starts it, which is no firmware. */
  readonly bootMode: 'legacy-bios' | 'uefi' | undefined;
  /** Whether the image is said to drive Amazon's network card. */
  readonly enaSupport: boolean;
  /** Why it is not known whether the image runs there, as clauses about it. Empty where it is known. */
  readonly doubts: readonly string[];
}

/** The smallest of the current types that cost least: Nitro, and enough memory for nearly every unikernel. */
const SMALLEST = { 'x86-64': 't3.nano', arm64: 't4g.nano' } as const;

/** The type of a service that names none: the smallest for the image's machine. */
export function defaultInstanceType({ machine }: ImageInspection): string {
  return machine === 'arm64' ? SMALLEST.arm64 : SMALLEST['x86-64'];
}

/**
 * @param like a family that Kiln knows, for one that is newer
 * @throws KilnError `systems.instance-type`
 */
export function findInstanceType(service: string, name: string, like: string | undefined): InstanceType {
  const platform = platformOf(service, name, like);
  const machine = platform.boots[0]?.machine === 'arm64' ? 'arm64' : 'x86-64';
  return { name, platform, machine, architecture: machine === 'arm64' ? 'arm64' : 'x86_64' };
}

/**
 * What of the type's ways to boot the image takes. Whether it takes any is for `requireRunsOn` to say.
 * @param pv it is to be PV-GRUB, where that can start it
 */
export function bootChoice(
  image: ImageInspection,
  { platform, machine }: InstanceType,
  pv: boolean,
): BootChoice {
  const { layout, protocol, verdict, reasons } = compatibilityOf(
    image,
    pv ? paravirtual(platform) : platform,
  );
  const doubts = verdict === 'unknown' ? reasons : [];
  if (layout === 'xen-pv') return { layout, bootMode: undefined, enaSupport: false, doubts };
  const enaSupport = drivesEna(image, platform);
  const uefi = layout === 'uefi' || protocol === 'uefi-disk' || machine === 'arm64';
  return uefi
    ? { layout: 'uefi', bootMode: 'uefi', enaSupport, doubts }
    : { layout: 'bios', bootMode: 'legacy-bios', enaSupport, doubts };
}

/** @throws KilnError `constructs.instance-type` where it is known that the type has less memory than the service needs */
export function requireMemory(service: string, type: string, memoryMib: number): void {
  const there = instanceMemoryMib(type);
  if (there === undefined || memoryMib <= there) return;
  throw new KilnError(
    `'${service}' needs ${memoryMib} MiB of 'memory', and an instance of type '${type}' has ${there} MiB; give it a ` +
      "larger 'instanceType', or less 'memory'",
    { code: 'constructs.instance-type' },
  );
}

function paravirtual(platform: Platform): Platform {
  const boots = platform.boots.map((boot) => ({
    ...boot,
    accepts: [],
    forges: boot.forges.filter((layout) => layout === 'xen-pv'),
  }));
  return { ...platform, boots };
}

/** On Xen, an image that says it drives ENA gets no other card, so it must be certain. */
function drivesEna({ system }: ImageInspection, { networks }: Platform): boolean {
  if (!networks.includes('xen-net')) return true;
  return system?.drivers?.includes('ena') ?? false;
}

function platformOf(service: string, name: string, like: string | undefined): Platform {
  try {
    return findAwsInstanceType(name, like === undefined ? {} : { like });
  } catch (error) {
    if (!KilnError.is(error)) throw error;
    throw new KilnError(`'instanceType' of '${service}': ${error.message}`, {
      code: error.code,
      remedy: `${error.remedy ?? 'Give a type such as t3.nano.'} In a stack, 'instanceTypeLike' says so.`,
      cause: error,
    });
  }
}
