import { resolve } from 'node:path';
import type { AmiArchitecture, AmiBootMode } from '../../clouds/aws';
import { errnoOf, KilnError } from '../../errors';
import type { ImageInspection } from '../../image';
import { type AmiMachine, architectureFor, defaultBootMode, layoutFor, machineFor } from './ami-arguments';

/** The files of an image, and what is to be made of them. */
export interface AmiImage {
  /** Absolute path of the kernel or disk. */
  readonly path: string;
  readonly kind: 'kernel' | 'disk';
  /** `sha256:` and 64 hexadecimal digits. */
  readonly digest: string;
  readonly bootArgs: readonly string[];
  /** Absolute path of what is loaded beside a kernel. */
  readonly initrd: string | undefined;
}

/** As the resource's attribute `image` has it. */
interface ImageAttribute {
  readonly path: string;
  readonly kind: string;
  readonly digest: string;
  readonly boot_args: readonly string[];
  readonly initrd: string | null;
}

/** @param folder Terraform's working folder, against which paths are resolved */
export function amiImage(image: ImageAttribute, folder: string): AmiImage {
  return {
    path: resolve(folder, image.path),
    kind: image.kind === 'disk' ? 'disk' : 'kernel',
    digest: image.digest,
    bootArgs: image.boot_args,
    initrd: image.initrd === null ? undefined : resolve(folder, image.initrd),
  };
}

/** What of the machine is said. */
export interface GivenMachine {
  readonly architecture?: AmiArchitecture;
  readonly bootMode?: AmiBootMode;
  /** A kernel of EC2's starts it. */
  readonly isParavirtual: boolean;
}

/**
 * Looks at the file: what was not given follows from it, and what was given must fit to it.
 * @returns undefined where the file is not there
 * @throws KilnError `ami.architecture`, `ami.boot-mode`, and those of `requireBootable` and `inspectImage`
 */
export async function tryFindMachine(image: AmiImage, given: GivenMachine): Promise<AmiMachine | undefined> {
  // Loaded here, so that a provider that is only asked for its schema starts without it.
  const { inspectImage, requireBootable } = await import('../../image');
  const inspection = inspectIfThere(() => inspectImage(image.path));
  if (inspection === undefined) return undefined;
  const architecture = given.architecture ?? inspectedArchitecture(inspection);
  const bootMode = given.isParavirtual
    ? null
    : (given.bootMode ?? bootModeOf(inspection, image.kind, architecture));
  // What PV-GRUB reads on a disk is not looked at: it needs no boot sector.
  if (image.kind === 'disk' && bootMode === null) return { architecture, bootMode };
  requireBootable(inspection, {
    kind: image.kind,
    boot: 'disk',
    layout: layoutFor(bootMode),
    machine: machineFor(architecture),
  });
  if (image.kind === 'disk' && bootMode !== null) requireStarts(inspection, bootMode);
  return { architecture, bootMode };
}

function inspectIfThere(inspect: () => ImageInspection): ImageInspection | undefined {
  try {
    return inspect();
  } catch (error) {
    if (KilnError.is(error) && (error.code === 'image.missing' || errnoOf(error.cause) === 'ENOENT')) {
      return undefined;
    }
    throw error;
  }
}

/** A disk may say nothing about its machine; a BIOS is then a PC's. */
function inspectedArchitecture(image: ImageInspection): AmiArchitecture {
  const { machine } = image;
  const architecture = architectureFor(machine) ?? (machine === undefined ? 'x86_64' : undefined);
  if (architecture !== undefined) return architecture;
  throw new KilnError(`the image '${image.name}' is for ${machine} machines, and EC2 has x86-64 and arm64`, {
    code: 'ami.architecture',
    remedy: 'Build it for x86-64 or arm64.',
  });
}

/** What a disk is made for shows in it; a kernel is put behind the loader of whatever mode is asked for. */
function bootModeOf(
  image: ImageInspection,
  kind: AmiImage['kind'],
  architecture: AmiArchitecture,
): AmiBootMode {
  if (kind === 'kernel') return defaultBootMode(architecture);
  const starts = protocolsOf(image);
  return starts.includes('uefi-disk') && !starts.includes('bios-disk')
    ? 'uefi'
    : defaultBootMode(architecture);
}

function requireStarts(image: ImageInspection, bootMode: AmiBootMode): void {
  const [needed, other] =
    bootMode === 'uefi' ? (['uefi-disk', 'a BIOS'] as const) : (['bios-disk', 'UEFI'] as const);
  if (protocolsOf(image).includes(needed)) return;
  throw new KilnError(
    `the disk '${image.name}' is started by ${other} only, and its 'boot_mode' is '${bootMode}'`,
    { code: 'ami.boot-mode', remedy: "Leave 'boot_mode' out, or set it to what the disk is made for." },
  );
}

function protocolsOf(image: ImageInspection): ImageInspection['bootProtocols'] {
  return (image.contains && image.format === 'qcow2' ? image.contains : image).bootProtocols;
}
