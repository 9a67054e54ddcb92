import { KilnError } from '../errors';
import {
  type BootTarget,
  type ImageInspection,
  requireBootable,
  requireTakesArguments,
  requireTakesInitrd,
} from '../image';
import type { Architecture } from './qemu';

/** How one image is brought to run. */
export interface BootPlan {
  readonly architecture: Architecture;
  /** `ready`: a disk as it is; `direct`: QEMU loads the kernel; `bios`, `uefi`: from a disk that is forged for it. */
  readonly way: 'ready' | 'direct' | 'bios' | 'uefi';
  readonly isUefi: boolean;
  readonly memoryMib: number;
  /** What is not as one might expect, one sentence each, lowercase, without a full stop. */
  readonly notices: readonly string[];
}

export interface BootWishes {
  /** @default - what the file itself says */
  readonly kind?: BootTarget['kind'] | undefined;
  /** From a forged disk instead of directly. @default 'direct' */
  readonly boot?: BootTarget['boot'] | undefined;
  /** By UEFI, also where a BIOS would do. @default false */
  readonly uefi?: boolean | undefined;
  /** Path of a file to load beside a kernel. @default - none */
  readonly initrd?: string | undefined;
  /** Words of a kernel's command line, or those that take the place of the ones in a disk. @default [] */
  readonly bootArgs?: readonly string[] | undefined;
  /** @default - what the system needs */
  readonly memoryMib?: number | undefined;
}

/** For a system that nothing is known of. */
const DEFAULT_MEMORY_MIB = 64;
/** EDK II's firmware starts with less, but not in all its builds. */
const UEFI_MEMORY_MIB = 256;
const DISKS: readonly ImageInspection['format'][] = ['mbr-disk', 'gpt-disk', 'qcow2'];

/**
 * Decides how an image boots here: a disk by the firmware that it is for, a kernel directly where QEMU can load it, and
 * otherwise from a disk that is forged.
 * @throws KilnError `image.not-bootable`, `image.wrong-machine`, `image.no-initrd`, `image.boot-args`
 */
export function planBoot(image: ImageInspection, wishes: BootWishes): BootPlan {
  const architecture = image.machine === 'arm64' ? 'arm64' : 'x86-64';
  const kind = wishes.kind ?? (DISKS.includes(image.format) ? 'disk' : 'kernel');
  const way =
    kind === 'disk' ? readyDiskWay(image, wishes, architecture) : kernelWay(image, wishes, architecture);
  const isUefi = way === 'uefi' || (way === 'ready' && needsUefi(image, wishes, architecture));
  const least = isUefi ? UEFI_MEMORY_MIB : 0;
  return {
    architecture,
    way,
    isUefi,
    memoryMib: wishes.memoryMib ?? Math.max(least, image.system?.memoryMib ?? DEFAULT_MEMORY_MIB),
    notices: noticesOf(image, way, wishes),
  };
}

function readyDiskWay(image: ImageInspection, wishes: BootWishes, machine: Architecture): 'ready' {
  requireBootable(image, { kind: 'disk', boot: 'disk', machine });
  if (wishes.initrd === undefined) return 'ready';
  throw new KilnError(`'${image.name}' is a disk, which loads everything itself, so it takes no initrd`, {
    code: 'image.no-initrd',
    remedy: 'Leave --initrd out, or give the kernel that is in the disk.',
  });
}

function needsUefi(image: ImageInspection, wishes: BootWishes, machine: Architecture): boolean {
  if (wishes.uefi || machine === 'arm64') return true;
  return image.bootProtocols.includes('uefi-disk') && !image.bootProtocols.includes('bios-disk');
}

function kernelWay(
  image: ImageInspection,
  wishes: BootWishes,
  machine: Architecture,
): 'direct' | 'bios' | 'uefi' {
  refuseXen(image);
  requireTakesArguments(image, wishes.bootArgs ?? []);
  if (wishes.initrd !== undefined) requireTakesInitrd(image);
  const target = { kind: 'kernel', machine } as const;
  if (wishes.uefi) return forged(image, { ...target, boot: 'disk', layout: 'uefi' });
  if (wishes.boot === 'disk') {
    // There is no BIOS for arm64.
    return forged(image, { ...target, boot: 'disk', layout: machine === 'arm64' ? 'uefi' : 'bios' });
  }
  const reason = whyNot(image, { ...target, boot: 'direct' });
  if (reason === undefined) return 'direct';
  for (const layout of ['bios', 'uefi'] as const) {
    if (layout === 'bios' && machine === 'arm64') continue;
    if (whyNot(image, { ...target, boot: 'disk', layout }) === undefined) return layout;
  }
  throw reason;
}

function forged(image: ImageInspection, target: BootTarget & { layout: 'bios' | 'uefi' }): 'bios' | 'uefi' {
  requireBootable(image, target);
  return target.layout;
}

function whyNot(image: ImageInspection, target: BootTarget): unknown {
  try {
    requireBootable(image, target);
    return undefined;
  } catch (error) {
    return error;
  }
}

/** No Xen is between QEMU and its guest. */
function refuseXen({ name, bootProtocols, system }: ImageInspection): void {
  if (bootProtocols.length === 0 || bootProtocols.some((protocol) => protocol !== 'xen-pv')) return;
  const what = system && system.id !== 'generic' ? `${system.title}, ` : '';
  throw new KilnError(`'${name}' is ${what}a paravirtual Xen guest, and QEMU is no Xen`, {
    code: 'image.not-bootable',
    remedy: "Start it on a Xen host ('xl create'), or build the system's target for KVM.",
  });
}

function noticesOf(image: ImageInspection, way: BootPlan['way'], wishes: BootWishes): string[] {
  const notices: string[] = [];
  if (way === 'bios' && wishes.boot !== 'disk') {
    notices.push('QEMU does not load such a kernel by itself, so it boots from a forged disk');
  }
  if (way !== 'ready' && wishes.bootArgs?.length && image.system?.argumentStyle === 'fixed') {
    notices.push(`${image.system.title} does not read boot arguments: its own are fixed when it is built`);
  }
  if (way !== 'ready' && image.system?.id === 'linux' && !hasConsole(wishes)) {
    const port = image.machine === 'arm64' ? 'ttyAMA0' : 'ttyS0';
    notices.push(`Linux shows nothing here unless its arguments name the serial port: 'console=${port}'`);
  }
  for (const protocol of image.bootProtocols) {
    const fault = image.system?.faults?.[protocol];
    if (fault && protocol !== 'xen-pv') notices.push(`it may not come up: ${fault.because}`);
  }
  return notices;
}

function hasConsole({ bootArgs = [] }: BootWishes): boolean {
  return bootArgs.some((word) => word.startsWith('console='));
}
