import { KilnError } from '../../errors';
import { inspectImage, requireBootable } from '../inspect';
import { planBiosDisk } from './bios-disk';
import { type DiskPlan, writePlan } from './disk-plan';
import type { ForgeInput, ForgeOptions } from './forge-options';
import type { Loader } from './loader';
import { SourceFile } from './source-file';
import { planUefiDisk } from './uefi-disk';
import { planXenPvDisk } from './xen-pv-disk';

/** A disk that was forged. */
export interface ForgedDisk {
  readonly path: string;
  /** Size in bytes, a multiple of 1 MiB; the file is sparse. */
  readonly size: number;
}

/**
 * Makes a raw disk that boots a kernel. The same inputs give the same bytes on every machine. The file appears under its
 * name only when it is complete, and is read-only.
 * @param kernel path of a kernel: multiboot, multiboot2 or a Linux bzImage
 * @param loader of the same layout, from `loadLoader`
 * @param out path of the disk; its folder must be there; an older file is replaced
 * @throws KilnError `image.not-bootable`, `image.boot-args`, `image.changed`, `image.write-failed`, `image.too-large`, and
 * those of `inspectImage`
 */
export async function forgeDisk(
  kernel: string,
  options: ForgeOptions,
  loader: Loader,
  out: string,
): Promise<ForgedDisk> {
  const sources: SourceFile[] = [];
  const open = (path: string, what: 'image' | 'initrd') => {
    const source = new SourceFile(path, what);
    sources.push(source);
    return source;
  };
  try {
    const source = open(kernel, 'image');
    const initrd = options.initrd === undefined ? undefined : open(options.initrd, 'initrd');
    const image = inspectImage(source.reader);
    const plan = planDisk({ options, image, kernel: source, initrd }, loader);
    await writePlan(out, plan);
    return { path: out, size: plan.size };
  } finally {
    for (const source of sources) source.close();
  }
}

function planDisk(input: ForgeInput, loader: Loader): DiskPlan {
  const { options, image } = input;
  const { layout = 'bios' } = options;
  if (layout !== loader.layout) {
    throw new KilnError(`the layout '${layout}' was asked for, and the loader is for '${loader.layout}'`, {
      code: 'image.wrong-loader',
      source: 'tool',
      remedy: `Give 'loadLoader' the layout.`,
    });
  }
  const machine = layout === 'uefi' && image.machine === 'arm64' ? 'arm64' : 'x86-64';
  requireBootable(image, { kind: 'kernel', boot: 'disk', layout, machine });
  switch (loader.layout) {
    case 'bios':
      return planBiosDisk(input, loader);
    case 'uefi':
      return planUefiDisk(input, loader, machine);
    case 'xen-pv':
      return planXenPvDisk(input);
  }
}
