import type { ImageInspection } from '../inspect';
import type { DiskLayout } from './layout';
import type { SourceFile } from './source-file';

export interface ForgeOptions {
  /** Words of the kernel's command line, in order. */
  readonly bootArgs: readonly string[];
  /** Path of what is loaded beside the kernel: Linux' initramfs, or the first module of a multiboot kernel. @default - nothing */
  readonly initrd?: string | undefined;
  /** @default 'bios' */
  readonly layout?: DiskLayout | undefined;
  /** SHA-256 of the kernel, 64 hex digits; another content is refused. @default - any content */
  readonly kernelSha256?: string | undefined;
  /** SHA-256 of the initrd, 64 hex digits; another content is refused. @default - any content */
  readonly initrdSha256?: string | undefined;
}

/** What a disk is planned from: the options, and the files that they name, opened. */
export interface ForgeInput {
  readonly options: ForgeOptions;
  readonly image: ImageInspection;
  readonly kernel: SourceFile;
  readonly initrd: SourceFile | undefined;
}
