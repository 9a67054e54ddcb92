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

/** What EC2 takes in a name (EC2 API, RegisterImage). */
const NAME = /^[A-Za-z0-9()[\] ./\-'@_]{3,128}$/;
/** EBS direct takes no alias and no bare id (EBS API, StartSnapshot). */
const KEY_ARN = /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[A-Za-z0-9-]+$/;
const DIGEST = /^sha256:[0-9a-f]{64}$/;
const REGION = /^[a-z]{2}(-[a-z]+)+-\d+$/;
/** 50 on a resource (EC2 User Guide, "Tag your resources"), less the three that Kiln adds itself. */
const MAX_TAGS = 47;
/** EBS takes less than EC2 does (EBS API, Tag). */
const MAX_KEY = 127;
const MAX_VALUE = 255;
const MAX_DESCRIPTION = 255;

const oneOf =
  (...values: readonly string[]) =>
  (value: string) =>
    values.includes(value)
      ? undefined
      : `is '${value}', and must be one of ${values.map((name) => `'${name}'`).join(', ')}`;

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

/** `kiln_ami`. Sizes in GiB. */
export const amiSchema = schema({
  description:
    'An Amazon Machine Image made from a kernel or disk on this machine: forged, uploaded by the EBS direct APIs with ' +
    'neither bucket nor service role, and registered. It is never changed: every argument makes a new one, also a tag. ' +
    'Where only the place of the same image changes, that is recorded and nothing is done.',
  attributes: {
    image: required(image),
    name: optionalComputed(t.string, {
      forceNew: true,
      stable: true,
      description:
        'Name of the image, unique in its region. Left out, it is made from the digest and all other arguments, which ' +
        'lets a new image be made before the old one goes.',
      check: (name) =>
        NAME.test(name)
          ? undefined
          : `is '${name}', and must have 3 to 128 characters: letters, digits and ( ) [ ] space . / - ' @ _`,
    }),
    description: optional(t.string, {
      forceNew: true,
      description: 'Shown in the console of AWS.',
      check: (text) =>
        text.length <= MAX_DESCRIPTION
          ? undefined
          : `has ${text.length} characters, and may have ${MAX_DESCRIPTION}`,
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
    boot_mode: optionalComputed(t.string, {
      forceNew: true,
      stable: true,
      description: '`legacy-bios` or `uefi`. Left out, `uefi` for arm64 and `legacy-bios` for x86_64.',
      check: oneOf('legacy-bios', 'uefi'),
    }),
    ena_support: withDefault(t.bool, true, {
      forceNew: true,
      description: 'The image drives the Elastic Network Adapter, which every Nitro instance has.',
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
      check: (key) =>
        KEY_ARN.test(key)
          ? undefined
          : `is '${key}', and must be the ARN of a key, 'arn:aws:kms:REGION:ACCOUNT:key/ID': EBS direct takes neither an alias nor an id alone`,
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
    id: computed(t.string, { stable: true, description: 'Such as `ami-0123456789abcdef0`.' }),
    snapshot_id: computed(t.string, {
      stable: true,
      description: 'The snapshot that its volumes start from.',
    }),
    size_gib: computed(t.integer, { stable: true, description: 'Size of its volume.' }),
  },
});

export type AmiPlan = PlannedOf<typeof amiSchema>;
export type AmiState = StateOf<typeof amiSchema>;

/** What is wrong with the name of a region. */
export function checkRegion(region: string): string | undefined {
  return REGION.test(region) ? undefined : `is '${region}', and must be a region such as 'eu-central-1'`;
}

function checkTags(tags: Readonly<Record<string, string>>): string | undefined {
  const entries = Object.entries(tags);
  if (entries.length > MAX_TAGS) return `has ${entries.length} tags, and may have ${MAX_TAGS}`;
  for (const [key, value] of entries) {
    if (/^(aws|kiln):/i.test(key)) return `has the key '${key}', which is reserved; choose another prefix`;
    if (key.length < 1 || key.length > MAX_KEY) {
      return `has the key '${key}', and a key has 1 to ${MAX_KEY} characters`;
    }
    if (value.length > MAX_VALUE) {
      return `has a value of ${value.length} characters for '${key}', and it may have ${MAX_VALUE}`;
    }
  }
  return undefined;
}
