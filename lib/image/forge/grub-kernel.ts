import { requireTakesArguments } from '../require-takes-arguments';
import { type GrubMethod, requireGrubMethod } from './boot-method';
import type { Patch } from './disk-plan';
import type { ForgeInput } from './forge-options';
import { kernelPatches } from './kernel-patches';
import { requireFitsLinux, requireLoadableArm64, requireLoadableLinux } from './linux-header';

/** How GRUB starts a kernel, and what of it must differ on the disk. */
export interface GrubKernel {
  readonly method: GrubMethod;
  readonly patches: readonly Patch[];
}

/**
 * Checks a kernel against everything that GRUB does with it.
 * @param path where GRUB finds the kernel
 * @param unit what the file's end is padded to where it lies: a sector, or 1 for a file system
 * @throws KilnError `image.not-bootable`, `image.boot-args`, `image.truncated`
 */
export function prepareForGrub(
  { image, kernel, options }: ForgeInput,
  path: string,
  unit: number,
): GrubKernel {
  const method = requireGrubMethod(image);
  const { reader } = kernel;
  requireTakesArguments(image, options.bootArgs);
  if (method.kernelCommand !== 'linux') {
    return { method, patches: kernelPatches(image, reader, method.kernelCommand, unit) };
  }
  const longest = image.machine === 'arm64' ? requireLoadableArm64(reader) : requireLoadableLinux(reader);
  requireFitsLinux(options.bootArgs, longest, path);
  return { method, patches: [] };
}
