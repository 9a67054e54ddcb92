import { createHash } from 'node:crypto';
import { LAYOUT_VERSION } from './forge';

/** Everything that decides an image's bytes, and nothing else. */
export interface ImageInputs {
  /** Hash of the kernel or disk file, 64 hex digits; see `stageImage`. */
  readonly sha256: string;
  readonly kind: 'kernel' | 'disk';
  readonly bootArgs: readonly string[];
  readonly boot: 'disk' | 'direct';
  /** Digest of the loader that is put in front of the kernel; of no effect where no disk is forged. */
  readonly loaderDigest: string;
  /** Version of the disk layout. @default LAYOUT_VERSION */
  readonly layoutVersion?: number;
  /** Hash of the file that is loaded beside the kernel, 64 hex digits. @default - there is none */
  readonly initrd?: string | undefined;
  /** How a forged disk is laid out; of no effect where none is forged. @default 'bios' */
  readonly layout?: 'bios' | 'uefi' | 'xen-pv' | undefined;
  /** Further options that change the bytes. @default {} */
  readonly options?: Readonly<Record<string, string | number | boolean>>;
}

/**
 * The name of an image, by its inputs (design decision 2): `sha256:` and 64 hex digits, the same on every machine.
 * A new loader or layout makes new images, because it makes other bytes.
 */
export function imageDigest(inputs: ImageInputs): string {
  const { sha256, kind, bootArgs, boot, loaderDigest, layoutVersion = LAYOUT_VERSION, options = {} } = inputs;
  const { initrd = null, layout = 'bios' } = inputs;
  const forged = kind === 'kernel' && boot === 'disk';
  const laidOut = forged ? layout : 'bios';
  const sorted = Object.entries(options).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  // JSON of a list in a fixed order: no two different inputs run together into the same text.
  const text = JSON.stringify([
    'kiln-image',
    sha256,
    kind,
    boot,
    bootArgs,
    forged ? [loaderDigest, layoutVersion] : null,
    sorted,
    // Last, and only where they say something: an image without them keeps the name that it had before they were known.
    ...(initrd === null && laidOut === 'bios' ? [] : [initrd, laidOut]),
  ]);
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}
