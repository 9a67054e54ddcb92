import { type Stats, statSync } from 'node:fs';
import { errnoOf, KilnError, messageOf } from '../errors';
import { type BootProtocol, describeProtocols } from '../systems';
import type { ImageInspection } from './inspect';
import { hashImage } from './stage-image';

/** What hands a second file to the kernel: Linux' initramfs, the first module of multiboot, of PVH and of Xen PV. */
const WITH_INITRD: readonly BootProtocol[] = ['linux', 'multiboot1', 'multiboot2', 'pvh', 'xen-pv'];

/**
 * Hash and size of an initrd, a file that is loaded into memory beside its kernel and means something to that kernel only.
 * @throws KilnError `image.missing`, `image.not-a-file`, `image.empty`, `image.unreadable`
 */
export function hashInitrd(file: string): { readonly sha256: string; readonly size: number } {
  const stat = statOf(file);
  if (!stat) {
    throw new KilnError(`there is no initrd at '${file}'`, {
      code: 'image.missing',
      remedy: 'Build it first, or correct the path; it is taken relative to the project folder.',
    });
  }
  if (!stat.isFile()) {
    throw new KilnError(`the initrd '${file}' is ${stat.isDirectory() ? 'a folder' : 'no file'}`, {
      code: 'image.not-a-file',
      remedy: 'Give the path of the archive itself, such as an initramfs in the newc format.',
    });
  }
  if (stat.size === 0) {
    throw new KilnError(`the initrd '${file}' is empty`, {
      code: 'image.empty',
      remedy: 'Its build probably failed; build it again.',
    });
  }
  return hashImage(file);
}

/**
 * Refuses an initrd for a kernel that nothing could hand it to.
 * @throws KilnError `image.no-initrd`
 */
export function requireTakesInitrd(kernel: ImageInspection): void {
  if (kernel.bootProtocols.some((protocol) => WITH_INITRD.includes(protocol))) return;
  throw new KilnError(
    `the kernel '${kernel.name}' takes no initrd: it boots by ${describeProtocols(kernel.bootProtocols)}, ` +
      'and only Linux, multiboot, PVH and Xen PV kernels get one',
    { code: 'image.no-initrd', remedy: "Leave 'initrd' out, and build what it holds into the kernel." },
  );
}

function statOf(file: string): Stats | undefined {
  try {
    return statSync(file);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return undefined;
    throw new KilnError(`the initrd '${file}' cannot be read: ${messageOf(error)}`, {
      code: 'image.unreadable',
      cause: error,
    });
  }
}
