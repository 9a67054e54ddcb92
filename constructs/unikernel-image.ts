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
  /**
   * A file that is loaded beside the kernel: Linux' initramfs, or the first module of a multiboot kernel. Part of the
   * image's digest. @default - none
   */
  readonly initrd?: string;
}

export interface DiskOptions {
  /**
   * Boot arguments in place of those in the disk, for systems whose disks have a place for them: OSv, where they are the
   * whole command line, program and all. Part of the image's digest. @default - those in the disk
   */
  readonly bootArgs?: readonly string[];
}

/**
 * What a service runs: a kernel, or a whole disk. It is read at synth, when a service takes it.
 *
 * A relative path starts at the project folder, where `cdktf.json` is.
 */
export class UnikernelImage {
  /**
   * A kernel that a boot loader can start: an ELF, or Linux' bzImage.
   * @throws KilnError `constructs.image` or `constructs.token`
   */
  static fromKernel(path: string, options: KernelOptions = {}): UnikernelImage {
    return new UnikernelImage(
      path,
      'kernel',
      options.bootArgs ?? [],
      options.boot ?? BootMode.DISK,
      options.initrd,
    );
  }

  /**
   * A disk that boots as it is, raw or as a qcow2.
   * @throws KilnError `constructs.image` or `constructs.token`
   */
  static fromDisk(path: string, options: DiskOptions = {}): UnikernelImage {
    return new UnikernelImage(path, 'disk', options.bootArgs ?? [], BootMode.DISK);
  }

  private constructor(
    /** As it was given. */
    readonly path: string,
    readonly kind: ImageSpec['kind'],
    readonly bootArgs: readonly string[],
    readonly boot: BootMode,
    /** As it was given; undefined where there is none. */
    readonly initrd?: string,
  ) {
    checkPath('path', path, "the path of an image is empty; give the file's path, such as 'build/web.elf'");
    if (initrd !== undefined) {
      checkPath('initrd', initrd, "'initrd' is empty; give the file's path, or leave it out");
    }
    for (const [index, arg] of bootArgs.entries()) {
      checkKnown(`bootArgs[${index}]`, arg, "it is part of the image's digest");
    }
  }
}

function checkPath(prop: string, path: string, whenEmpty: string): void {
  checkKnown(prop, path, 'the image is read there');
  if (path === '') throw new KilnError(whenEmpty, { code: 'constructs.image' });
}
