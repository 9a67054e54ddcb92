import { KilnError } from '../../errors';
import { describeProtocols } from '../../systems';
import type { ImageInspection } from '../inspect';

/** How GRUB starts a kernel, and hands it a second file. */
export interface GrubMethod {
  readonly kernelCommand: 'multiboot' | 'multiboot2' | 'linux';
  readonly initrdCommand: 'module' | 'module2' | 'initrd';
}

const METHODS = {
  multiboot1: { kernelCommand: 'multiboot', initrdCommand: 'module' },
  multiboot2: { kernelCommand: 'multiboot2', initrdCommand: 'module2' },
  linux: { kernelCommand: 'linux', initrdCommand: 'initrd' },
} as const;

/** What GRUB does with an image, the plainest protocol first; undefined where it can do nothing. */
export function tryGrubMethod(image: ImageInspection): GrubMethod | undefined {
  const protocol = (['multiboot1', 'multiboot2', 'linux'] as const).find((one) =>
    image.bootProtocols.includes(one),
  );
  return protocol && METHODS[protocol];
}

/** @throws KilnError `image.not-bootable` */
export function requireGrubMethod(image: ImageInspection): GrubMethod {
  const method = tryGrubMethod(image);
  if (method) return method;
  throw new KilnError(
    `the image '${image.name}' boots by ${describeProtocols(image.bootProtocols)}, and GRUB starts multiboot, ` +
      'multiboot2 and Linux kernels',
    { code: 'image.not-bootable', remedy: 'Build it with a multiboot header.' },
  );
}
