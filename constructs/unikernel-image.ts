import { KilnError } from '../lib/errors';
import type { ImageSpec } from '../lib/spec';
import { checkKnown } from './checks';

/** How a kernel is started where there is a choice. */
export enum BootMode {
  /** From the forged disk, by the boot loader: what a cloud would boot. */
  DISK = 'disk',
  /** QEMU loads the kernel itself: faster, and only possible in the local runtime. */
  DIRECT = 'direct',
}

export interface KernelOptions {
  /** Boot arguments, baked into the image and part of its digest. @default - none */
  readonly bootArgs?: readonly string[];
  /** @default BootMode.DISK */
  readonly boot?: BootMode;
}

/**
 * What a service runs: a kernel, or a whole disk. It is read at synth, when a service takes it.
 *
 * A relative path starts at the project folder, where `cdktf.json` is.
 */
export class UnikernelImage {
  /**
   * An ELF that a boot loader can start.
   * @throws KilnError `constructs.image` or `constructs.token`
   */
  static fromKernel(path: string, options: KernelOptions = {}): UnikernelImage {
    return new UnikernelImage(path, 'kernel', options.bootArgs ?? [], options.boot ?? BootMode.DISK);
  }

  /**
   * A raw disk that boots as it is; its boot arguments are whatever was baked into it.
   * @throws KilnError `constructs.image` or `constructs.token`
   */
  static fromDisk(path: string): UnikernelImage {
    return new UnikernelImage(path, 'disk', [], BootMode.DISK);
  }

  private constructor(
    /** As it was given. */
    readonly path: string,
    readonly kind: ImageSpec['kind'],
    readonly bootArgs: readonly string[],
    readonly boot: BootMode,
  ) {
    checkKnown('path', path, 'the image is read there');
    if (path === '') {
      throw new KilnError("the path of an image is empty; give the file's path, such as 'build/web.elf'", {
        code: 'constructs.image',
      });
    }
    for (const [index, arg] of bootArgs.entries()) {
      checkKnown(`bootArgs[${index}]`, arg, "it is part of the image's digest");
    }
  }
}
