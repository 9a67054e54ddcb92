import { join } from 'node:path';
import { KilnError } from '../lib/errors';
import type { ImageSpec } from '../lib/spec';
import { checkDevices, type Device } from '../lib/systems';
import { checkKnown } from './checks';
import type { Toolchain } from './toolchain';

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
  /**
   * What it drives, where Kiln does not know or not better; it decides where the image may be sent. No part of its digest.
   * @default - what its system is known to drive
   */
  readonly drivers?: readonly Device[];
}

export interface DiskOptions {
  /**
   * Boot arguments in place of those in the disk, for systems whose disks have a place for them: OSv, where they are the
   * whole command line, program and all. Part of the image's digest. @default - those in the disk
   */
  readonly bootArgs?: readonly string[];
  /**
   * What it drives, where Kiln does not know or not better; it decides where the image may be sent. No part of its digest.
   * @default - what its system is known to drive
   */
  readonly drivers?: readonly Device[];
}

export interface BuildOptions {
  /** What builds it, and what it makes. */
  readonly toolchain: Toolchain;
  /** As of {@link KernelOptions} and {@link DiskOptions}. @default - none; those in the disk */
  readonly bootArgs?: readonly string[];
  /** Of no meaning where the toolchain makes a disk. @default BootMode.DISK */
  readonly boot?: BootMode;
  /**
   * A file that is loaded beside the kernel, as of {@link KernelOptions}; relative to the project folder. @default - the
   * second file that the toolchain makes, where it makes one
   */
  readonly initrd?: string;
  /** As of {@link KernelOptions} and {@link DiskOptions}. @default - what its system is known to drive */
  readonly drivers?: readonly Device[];
}

/** An image that is built when a service takes it. */
export interface ImageBuild {
  /** As it was given. */
  readonly folder: string;
  readonly toolchain: Toolchain;
}

/**
 * What a service runs: a kernel, or a whole disk. It is read at synth, when a service takes it.
 *
 * A relative path starts at the project folder, where `cdktf.json` is.
 */
export class UnikernelImage {
  /**
   * A kernel that a boot loader can start: an ELF, or Linux' bzImage.
   * @throws KilnError `constructs.image`, `constructs.token` or `systems.device`
   */
  static fromKernel(path: string, options: KernelOptions = {}): UnikernelImage {
    return new UnikernelImage(
      path,
      'kernel',
      options.bootArgs ?? [],
      options.boot ?? BootMode.DISK,
      options.initrd,
      undefined,
      options.drivers,
    );
  }

  /**
   * A disk that boots as it is, raw or as a qcow2.
   * @throws KilnError `constructs.image`, `constructs.token` or `systems.device`
   */
  static fromDisk(path: string, options: DiskOptions = {}): UnikernelImage {
    return new UnikernelImage(
      path,
      'disk',
      options.bootArgs ?? [],
      BootMode.DISK,
      undefined,
      undefined,
      options.drivers,
    );
  }

  /**
   * An image that is built from sources at synth, unless a build of the same sources, commands and tools is kept in the
   * project's `.kiln/build`. The tool runs in the folder, and its output goes where synth's own goes.
   * @param folder of the sources
   * @throws KilnError `constructs.image` or `constructs.token`; `build.*` when a service takes it
   */
  static fromBuild(folder: string, options: BuildOptions): UnikernelImage {
    const { toolchain, bootArgs = [], boot = BootMode.DISK, initrd, drivers } = options;
    checkPath(
      'folder',
      folder,
      "the folder of a build is empty; give the path of the sources, such as 'unikernel'",
    );
    const { recipe, role } = toolchain.toSpec();
    const path = join(folder, recipe.artifact);
    const build = { folder, toolchain };
    if (initrd !== undefined && role !== 'kernel') {
      const made = role === 'disk' ? 'a disk' : 'an initrd itself';
      throw new KilnError(
        `'initrd' is '${initrd}', but the ${recipe.id} toolchain makes ${made}; leave 'initrd' out`,
        { code: 'constructs.image' },
      );
    }
    return role === 'disk'
      ? new UnikernelImage(path, 'disk', bootArgs, BootMode.DISK, undefined, build, drivers)
      : new UnikernelImage(path, 'kernel', bootArgs, boot, initrd, build, drivers);
  }

  private constructor(
    /** As it was given; where the toolchain leaves it, for an image that is built. */
    readonly path: string,
    readonly kind: ImageSpec['kind'],
    readonly bootArgs: readonly string[],
    readonly boot: BootMode,
    /** As it was given; undefined where there is none. */
    readonly initrd?: string,
    /** How it is made; undefined for a file that is there. */
    readonly build?: ImageBuild,
    /** As they were given; undefined for what its system is known to drive. */
    readonly drivers?: readonly Device[],
  ) {
    checkPath('path', path, "the path of an image is empty; give the file's path, such as 'build/web.elf'");
    if (initrd !== undefined) {
      checkPath('initrd', initrd, "'initrd' is empty; give the file's path, or leave it out");
    }
    if (drivers !== undefined) checkDevices("'drivers'", drivers);
    for (const [index, arg] of bootArgs.entries()) {
      checkKnown(`bootArgs[${index}]`, arg, "it is part of the image's digest");
    }
  }
}

function checkPath(prop: string, path: string, whenEmpty: string): void {
  checkKnown(prop, path, 'the image is read there');
  if (path === '') throw new KilnError(whenEmpty, { code: 'constructs.image' });
}
