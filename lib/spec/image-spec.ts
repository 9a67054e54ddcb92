import * as v from 'valibot';

/** `sha256:` and 64 hexadecimal digits. */
export const Digest = v.pipe(
  v.string(),
  v.regex(/^sha256:[0-9a-f]{64}$/, 'must be sha256: and 64 hex digits'),
);

const Image = v.strictObject({
  /** Absolute path of the staged kernel or disk. */
  path: v.string(),
  /** `kernel`: forged into a disk, or loaded by QEMU; `disk`: boots as it is, raw or in a qcow2. */
  kind: v.picklist(['kernel', 'disk']),
  /** Name of the image, by its inputs (design decision 2); see `imageDigest` in lib/image. */
  digest: Digest,
  bootArgs: v.array(v.string()),
  /** `disk`: boot the forged disk, as a cloud would; `direct`: QEMU loads the kernel itself, faster. */
  boot: v.picklist(['disk', 'direct']),
  /** Absolute path of the staged file that is loaded beside a kernel. What was kept before there was such a thing has none. */
  initrd: v.optional(v.nullable(v.string()), null),
  /** What it drives, in the names of lib/systems, where that is known better than by looking at it. No part of its digest. */
  drivers: v.optional(v.array(v.string())),
});

/** An image as the runtime receives it: staged files, and what is to be made of them. */
export const ImageSpec = v.pipe(
  Image,
  v.forward(
    v.partialCheck(
      [['kind'], ['initrd']],
      ({ kind, initrd }) => kind === 'kernel' || initrd === null,
      'is only for a kernel: a disk has all it needs in itself',
    ),
    ['initrd'],
  ),
);
export type ImageSpec = v.InferOutput<typeof ImageSpec>;
