import { KilnError } from '../../errors';
import type { ImageInspection } from './image-inspection';

/** How an image is meant to be used. */
export interface BootTarget {
  /** `kernel`: to be forged or loaded; `disk`: a raw disk, used as it is. */
  readonly kind: 'kernel' | 'disk';
  /** `disk`: from a forged disk; `direct`: QEMU loads the kernel itself. Of no meaning for a disk. */
  readonly boot: 'disk' | 'direct';
  /** How the forged disk is laid out. @default 'bios' */
  readonly layout?: 'bios' | 'uefi' | 'xen-pv' | undefined;
  /** The platform's machine: `x86-64`. */
  readonly machine: string;
}

/**
 * Refuses, with the reason, an image that cannot boot as it is meant to.
 * @throws KilnError `image.wrong-machine`, `image.not-raw` (a qcow2 as disk), `image.not-bootable`
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

/** An x86-64 machine begins in 32 bit, and multiboot hands over in it. */
function startsOn(machine: string, platform: string): boolean {
  return machine === platform || (machine === 'x86' && platform === 'x86-64');
}

type Reason = readonly [what: string, remedy: string];
const NEED_KERNEL = 'Give a unikernel with a multiboot header, such as the ELF that its toolchain links.';

function requireDisk(image: ImageInspection): void {
  if (image.format === 'mbr-disk' || image.format === 'gpt-disk') return;
  if (image.format === 'qcow2') {
    throw new KilnError(`the disk '${image.name}' is in the qcow2 format, and a raw disk is needed`, {
      code: 'image.not-raw',
      remedy: `Convert it: qemu-img convert -O raw ${image.name} disk.raw`,
    });
  }
  if (image.bootProtocols.length > 0) {
    throw notBootable(image, `is a kernel (${image.format}), not a disk`, "Use 'UnikernelImage.fromKernel'.");
  }
  throw notBootable(
    image,
    `has no boot sector (no 55 AA at byte 510): it is ${image.lookalike ?? describe(image)}`,
    'Give a raw disk that a BIOS can start.',
  );
}

function whyNotAKernel(image: ImageInspection): Reason | undefined {
  if (image.format === 'mbr-disk' || image.format === 'gpt-disk' || image.format === 'qcow2') {
    return [`is a disk (${image.format}), not a kernel`, "Use 'UnikernelImage.fromDisk'."];
  }
  if (image.system?.cannotBoot) {
    const { title, variant, cannotBoot } = image.system;
    return [`is ${title}${variant ? ` ${variant}` : ''}: ${cannotBoot}`, NEED_KERNEL];
  }
  if (image.bootProtocols.length > 0) return undefined;
  return [`is not a kernel: it is ${image.lookalike ?? describe(image)}`, NEED_KERNEL];
}

/** What an ELF without any boot protocol is. */
function describe({ elf, format, system }: ImageInspection): string {
  if (!elf) return format;
  if (elf.kind === 'relocatable') return 'an object file that is not linked yet';
  if (elf.kind === 'core') return 'a core dump';
  if (system) return `${system.title} without a boot header`;
  const linux =
    elf.interpreter !== undefined || elf.notes.some((note) => note.owner === 'GNU' && note.type === 1);
  return linux
    ? 'an ordinary Linux program, which needs an operating system under it'
    : 'an ELF file without a boot protocol (neither multiboot, multiboot2 nor PVH)';
}

/** What each layout of a forged disk starts. */
const FORGED = {
  bios: {
    protocols: ['multiboot1', 'multiboot2', 'linux'],
    what: 'for a BIOS starts multiboot, multiboot2 and Linux kernels',
  },
  uefi: {
    protocols: ['multiboot1', 'multiboot2', 'linux', 'uefi'],
    what: 'for UEFI starts multiboot, multiboot2 and Linux kernels, and UEFI applications',
  },
  'xen-pv': {
    protocols: ['xen-pv', 'linux'],
    what: 'for PV-GRUB starts Xen PV and Linux kernels',
  },
} as const;

function whyNotLoadable(image: ImageInspection, target: BootTarget): Reason | undefined {
  const has = (protocol: ImageInspection['bootProtocols'][number]) => image.bootProtocols.includes(protocol);
  const offers = `offers ${image.bootProtocols.join(', ')}`;
  if (target.boot === 'disk') {
    const { protocols, what } = FORGED[target.layout ?? 'bios'];
    return protocols.some(has) ? undefined : [`${offers}, and a forged disk ${what}`, NEED_KERNEL];
  }
  if (has('pvh') || has('linux')) return undefined;
  if (!has('multiboot1')) return [`${offers}, and QEMU loads multiboot, PVH and Linux kernels`, NEED_KERNEL];
  // QEMU hw/i386/multiboot.c: "Cannot load x86-64 image, give a 32bit one."
  if (image.format === 'elf64' && !image.multiboot1?.kludge) {
    return [
      'is a 64 bit multiboot kernel, which QEMU does not load by itself',
      "Boot it from its disk: boot: 'disk'.",
    ];
  }
  return undefined;
}

function notBootable(image: ImageInspection, what: string, remedy: string): KilnError {
  return new KilnError(`the image '${image.name}' ${what}`, { code: 'image.not-bootable', remedy });
}
