import { KilnError } from '../../errors';
import {
  bootRouteOf,
  type DiskLayout,
  describeProtocols,
  FORGE_LAYOUTS,
  type Platform,
  qemuDisk,
  qemuKernel,
  startsOn,
} from '../../systems';
import type { ImageInspection } from './image-inspection';

/** How an image is meant to be used. */
export interface BootTarget {
  /** `kernel`: to be forged or loaded; `disk`: a disk that boots as it is. */
  readonly kind: 'kernel' | 'disk';
  /** `disk`: from a forged disk; `direct`: QEMU loads the kernel itself. Of no meaning for a disk. */
  readonly boot: 'disk' | 'direct';
  /** How the forged disk is laid out. @default 'bios' */
  readonly layout?: DiskLayout | undefined;
  /** The platform's machine: `x86-64`. */
  readonly machine: string;
}

/**
 * Refuses, with the reason, an image that cannot boot as it is meant to.
 * @throws KilnError `image.wrong-machine`, `image.not-bootable`
 */
export function requireBootable(image: ImageInspection, target: BootTarget): void {
  const { machine } = image;
  if (machine !== undefined && !startsOn(machine, target.machine)) {
    throw new KilnError(
      `the image '${image.name}' is for ${machine} machines, and this platform has ${target.machine}`,
      {
        code: 'image.wrong-machine',
        remedy: `Build it for ${target.machine}.`,
      },
    );
  }
  if (target.kind === 'disk') {
    requireDisk(image);
    return;
  }
  const reason = whyNotAKernel(image) ?? whyNotLoadable(image, target);
  if (reason === undefined) return;
  throw notBootable(image, ...reason);
}

type Reason = readonly [what: string, remedy: string];
const NEED_TARGET = 'Give what its toolchain builds for a target that starts by itself.';
const NEED_KERNEL = 'Give a unikernel with a multiboot header, such as the ELF that its toolchain links.';

function requireDisk(image: ImageInspection): void {
  if (image.format === 'mbr-disk' || image.format === 'gpt-disk') {
    if (image.bootProtocols.length > 0) return;
    throw notBootable(
      image,
      'is a disk with nothing to start: its boot sector has no code, and no EFI system partition has a boot program',
      'Give the disk that its toolchain makes for booting, not one that only holds data.',
    );
  }
  // Unpacked when the disk is made; what is in it decides.
  if (image.format === 'qcow2' && image.contains) {
    requireDisk(image.contains);
    return;
  }
  if (image.bootProtocols.length > 0) {
    throw notBootable(image, `is a kernel (${image.format}), not a disk`, "Use 'UnikernelImage.fromKernel'.");
  }
  throw notBootable(
    image,
    `has no boot sector (no 55 AA at byte 510): it is ${describe(image)}`,
    'Give a raw disk that a BIOS can start.',
  );
}

function whyNotAKernel(image: ImageInspection): Reason | undefined {
  if (image.format === 'mbr-disk' || image.format === 'gpt-disk' || image.format === 'qcow2') {
    return [`is a disk (${image.format}), not a kernel`, "Use 'UnikernelImage.fromDisk'."];
  }
  if (image.system?.cannotBoot) {
    const { title, variant, cannotBoot } = image.system;
    return [`is ${title}${variant ? ` ${variant}` : ''}: ${cannotBoot}`, NEED_TARGET];
  }
  if (image.bootProtocols.length > 0) return undefined;
  return [`is not a kernel: it is ${describe(image)}`, NEED_KERNEL];
}

/** What is no kernel and no disk. */
function describe({ lookalike, format, system }: ImageInspection): string {
  return lookalike ?? (system ? `${system.title} without a boot header` : format);
}

function whyNotLoadable(image: ImageInspection, target: BootTarget): Reason | undefined {
  const { layout = 'bios', machine } = target;
  const onlyForged: Platform = { ...qemuDisk, boots: [{ machine, accepts: [], forges: [layout] }] };
  const route = bootRouteOf(image, target.boot === 'disk' ? onlyForged : LOADED);
  if (route.verdict !== 'no') return undefined;
  const boots = `boots by ${describeProtocols(image.bootProtocols)} only`;
  if (target.boot === 'disk') {
    return [`${boots}, and a forged disk ${FORGE_LAYOUTS[layout].starts}`, NEED_KERNEL];
  }
  // A protocol that QEMU loads, and yet not this kernel.
  if (route.protocol !== undefined) {
    return [route.grounds.map(({ short }) => short).join('; '), "Boot it from its disk: boot: 'disk'."];
  }
  return [`${boots}, and QEMU loads multiboot, PVH and Linux kernels`, NEED_KERNEL];
}

/** What QEMU loads for certain. */
const LOADED: Platform = { ...qemuKernel, boots: qemuKernel.boots.map((boot) => ({ ...boot, maybe: {} })) };

function notBootable(image: ImageInspection, what: string, remedy: string): KilnError {
  return new KilnError(`the image '${image.name}' ${what}`, { code: 'image.not-bootable', remedy });
}
