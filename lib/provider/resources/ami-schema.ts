import {
  computed,
  nested,
  optional,
  optionalComputed,
  type PlannedOf,
  required,
  type StateOf,
  schema,
  t,
  withDefault,
} from '../../plugin';
import { KEPT_IMAGES } from '../../spec';
import {
  checkAccounts,
  checkCopies,
  checkDescription,
  checkKeep,
  checkKernelId,
  checkKey,
  checkName,
  checkRegion,
  checkService,
  checkTags,
  oneOf,
} from './ami-checks';

export const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** Only the digest names an image; the other members say where to find it and what it is made of. */
const image = nested.single({
  path: required(t.string, {
    description: "The staged kernel or disk, relative to Terraform's working folder.",
  }),
  kind: required(t.string, {
    description: '`kernel`: forged into a disk; `disk`: used as it is, raw or in a qcow2.',
    check: oneOf('kernel', 'disk'),
  }),
  digest: required(t.string, {
    forceNew: true,
    description: 'The name of the image, from all its inputs.',
    check: (digest) => (DIGEST.test(digest) ? undefined : "must be 'sha256:' and 64 hexadecimal digits"),
  }),
  boot_args: required(t.list(t.string), { description: 'Boot arguments, part of the image.' }),
  initrd: optional(t.string, { description: 'The staged file that is loaded beside a kernel, likewise.' }),
});

/** Where else the image is to be; a map, because each region has keys of its own. */
const copies = nested.map({
  kms_key_id: optional(t.string, {
    description:
      "ARN of the key of that region that encrypts the copy. Left out, a copy is encrypted where the image is, with that region's own key for EBS.",
    check: checkKey,
  }),
});

/** `kiln_ami`. Sizes in GiB. */
export const amiSchema = schema({
  description:
    'An Amazon Machine Image made from a kernel or disk on this machine: forged, uploaded by the EBS direct APIs with ' +
    'neither bucket nor service role, and registered. What is in it is never changed: every argument makes a new one, also a ' +
    'tag, but for those that say what is around it: `keep`, `copies` and `launch_permissions`. Where only the place of the ' +
    'same image changes, that is recorded and nothing is done.',
  attributes: {
    image: required(image),
    name: optionalComputed(t.string, {
      forceNew: true,
      stable: true,
      description:
        'Name of the image, unique in its region. Left out, it is made from the digest and all other arguments, which ' +
        'lets a new image be made before the old one goes.',
      check: checkName,
    }),
    description: optional(t.string, {
      forceNew: true,
      description: 'Shown in the console of AWS.',
      check: checkDescription,
    }),
    region: optionalComputed(t.string, {
      forceNew: true,
      stable: true,
      description: "Where the image is. Left out, the provider's `aws.region`, or what the AWS SDK finds.",
      check: checkRegion,
    }),
    architecture: optionalComputed(t.string, {
      forceNew: true,
      stable: true,
      description: '`x86_64` or `arm64`. Left out, what the image is for.',
      check: oneOf('x86_64', 'arm64'),
    }),
    boot_mode: optionalComputed(t.nullable(t.string), {
      forceNew: true,
      stable: true,
      description:
        '`legacy-bios` or `uefi`. Left out, `uefi` for arm64 and `legacy-bios` for x86_64. With `kernel_id` there is none.',
      check: (mode) => (mode === null ? undefined : oneOf('legacy-bios', 'uefi')(mode)),
    }),
    kernel_id: optional(t.string, {
      forceNew: true,
      description:
        'For a Xen PV kernel: the PV-GRUB of EC2 that starts it, by its `aki-` id. The image is then paravirtual, and runs ' +
        'on instance types of retired generations only.',
      check: checkKernelId,
    }),
    tpm: withDefault(t.bool, false, {
      forceNew: true,
      description: 'Instances have a TPM 2.0, as NitroTPM. Needs `boot_mode = "uefi"`.',
    }),
    ena_support: optionalComputed(t.bool, {
      forceNew: true,
      stable: true,
      description:
        'The image drives the Elastic Network Adapter, which every Nitro instance has. Left out, true, but false with `kernel_id`.',
    }),
    imds_v2: withDefault(t.bool, true, {
      forceNew: true,
      description:
        'Instances answer metadata requests of version 2 only, unless their launch says otherwise.',
    }),
    encrypted: withDefault(t.bool, false, { forceNew: true, description: 'The snapshot is encrypted.' }),
    kms_key_id: optional(t.string, {
      forceNew: true,
      description: "ARN of the key that encrypts it. Left out, the account's own for EBS.",
      check: checkKey,
    }),
    tags: withDefault(
      t.map(t.string),
      {},
      {
        forceNew: true,
        description: 'On the image and its snapshot, besides those that begin with `kiln:`.',
        check: checkTags,
      },
    ),
    service: optional(t.string, {
      forceNew: true,
      description:
        'Whose image it is, such as `shop/web`: earlier images of the same service are kept for going back, as many as `keep` ' +
        'says. Left out, an image goes when it is replaced.',
      check: checkService,
    }),
    keep: withDefault(t.integer, KEPT_IMAGES, {
      description: 'Earlier images of the `service` that stay, besides those that are in use.',
      check: checkKeep,
    }),
    copies: optional(copies, {
      description: 'Regions that get a copy of the image, which go with it.',
      check: checkCopies,
    }),
    launch_permissions: optional(t.set(t.string), {
      description:
        'Ids of other accounts that may start instances of the image and its copies. Left out, they are not looked at.',
      check: checkAccounts,
    }),
    source: optional(t.string, {
      description:
        'A file of JSON with the commit that the image is of, `{"commit": "..."}`, relative to Terraform\'s working folder; read when the image is made.',
    }),
    id: computed(t.string, { stable: true, description: 'Such as `ami-0123456789abcdef0`.' }),
    snapshot_id: computed(t.string, {
      stable: true,
      description: 'The snapshot that its volumes start from.',
    }),
    size_gib: computed(t.integer, { stable: true, description: 'Size of its volume.' }),
    source_commit: computed(t.nullable(t.string), {
      stable: true,
      description: 'The commit that the image was made of, as its tag `kiln:commit` says.',
    }),
    copy_ids: computed(t.map(t.string), { description: 'The ids of the copies, by region.' }),
  },
});

export { checkRegion } from './ami-checks';
export type AmiPlan = PlannedOf<typeof amiSchema>;
export type AmiState = StateOf<typeof amiSchema>;
