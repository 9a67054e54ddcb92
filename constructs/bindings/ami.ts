import { type TerraformMetaArguments, TerraformResource } from 'cdktf';
import type { Construct } from 'constructs';
import type { ImageSpec } from '../../lib/spec';
import { literal } from './literal';

/** An image that becomes an AMI: paths are relative to Terraform's working folder. */
export type AmiImage = Pick<ImageSpec, 'path' | 'kind' | 'digest' | 'bootArgs' | 'initrd'>;

/** Arguments of `kiln_ami`; the resource holds them as fields, to be changed until synth. */
export interface AmiConfig extends TerraformMetaArguments {
  readonly image: AmiImage;
  /** Unique in its region. @default - made from the digest and all other arguments */
  readonly name?: string;
  /** @default - none */
  readonly description?: string;
  /** @default - the provider's */
  readonly region?: string;
  /** @default - what the image is for */
  readonly architecture?: 'x86_64' | 'arm64';
  /** @default - `uefi` for arm64, `legacy-bios` for x86_64; none with `kernelId` */
  readonly bootMode?: 'legacy-bios' | 'uefi';
  /** The PV-GRUB of EC2 that starts a Xen PV kernel, by its `aki-` id: the image is then paravirtual. @default - none */
  readonly kernelId?: string;
  /** Instances have a TPM 2.0; only with `uefi`. @default false */
  readonly tpm?: boolean;
  /** @default - true, but false with `kernelId` */
  readonly enaSupport?: boolean;
  /** @default true */
  readonly imdsV2?: boolean;
  /** @default false */
  readonly encrypted?: boolean;
  /** ARN of a key. @default - the account's own for EBS, where it is encrypted */
  readonly kmsKeyId?: string;
  /** @default - only those that Kiln adds */
  readonly tags?: Readonly<Record<string, string>>;
  /** Whose image it is, such as `shop/web`. @default - nobody's: it goes when it is replaced */
  readonly service?: string;
  /** Earlier images of the service that stay, besides those in use. @default 5, where there is a service */
  readonly keep?: number;
  /** Regions that get a copy. @default - none */
  readonly copies?: Readonly<Record<string, AmiCopy>>;
  /** Ids of other accounts that may start instances of it, 12 digits each. @default - left as they are */
  readonly launchPermissions?: readonly string[];
  /** A file of JSON with its commit, relative to Terraform's working folder. @default - it has no tag `kiln:commit` */
  readonly source?: string;
}

/** A copy of an image in another region. */
export interface AmiCopy {
  /** ARN of a key of that region. @default - that region's own for EBS, where the image is encrypted */
  readonly kmsKeyId?: string;
}

/**
 * The Terraform resource `kiln_ami`: an Amazon Machine Image from a kernel or disk. A new one is there before the old one
 * goes, unless `lifecycle` says otherwise.
 */
export class Ami extends TerraformResource {
  static readonly tfResourceType = 'kiln_ami';

  image: AmiImage;
  name: string | undefined;
  description: string | undefined;
  region: string | undefined;
  architecture: AmiConfig['architecture'];
  bootMode: AmiConfig['bootMode'];
  enaSupport: boolean | undefined;
  imdsV2: boolean | undefined;
  encrypted: boolean | undefined;
  kmsKeyId: string | undefined;
  tags: Readonly<Record<string, string>> | undefined;
  kernelId: string | undefined;
  tpm: boolean | undefined;
  service: string | undefined;
  keep: number | undefined;
  copies: AmiConfig['copies'];
  launchPermissions: readonly string[] | undefined;
  source: string | undefined;

  constructor(scope: Construct, id: string, config: AmiConfig) {
    super(scope, id, {
      ...config,
      lifecycle: { createBeforeDestroy: true, ...config.lifecycle },
      terraformResourceType: Ami.tfResourceType,
      terraformGeneratorMetadata: { providerName: 'kiln' },
    });
    this.image = config.image;
    this.name = config.name;
    this.description = config.description;
    this.region = config.region;
    this.architecture = config.architecture;
    this.bootMode = config.bootMode;
    this.enaSupport = config.enaSupport;
    this.imdsV2 = config.imdsV2;
    this.encrypted = config.encrypted;
    this.kmsKeyId = config.kmsKeyId;
    this.tags = config.tags;
    this.kernelId = config.kernelId;
    this.tpm = config.tpm;
    this.service = config.service;
    this.keep = config.keep;
    this.copies = config.copies;
    this.launchPermissions = config.launchPermissions;
    this.source = config.source;
  }

  /** Token: the AMI's id, such as `ami-0123456789abcdef0`. */
  get id(): string {
    return this.getStringAttribute('id');
  }

  /** Token: the snapshot that its volumes start from. */
  get snapshotId(): string {
    return this.getStringAttribute('snapshot_id');
  }

  /** Token: size of its volume in GiB. */
  get sizeGib(): number {
    return this.getNumberAttribute('size_gib');
  }

  /** Token: the commit that it was made of; null without `source`. */
  get sourceCommit(): string {
    return this.getStringAttribute('source_commit');
  }

  /** Token: the id of its copy in a region of `copies`. */
  copyId(region: string): string {
    return this.interpolationForAttribute(`copy_ids["${region}"]`).toString();
  }

  protected override synthesizeAttributes(): Record<string, unknown> {
    return {
      image: {
        path: this.image.path,
        kind: this.image.kind,
        digest: this.image.digest,
        boot_args: this.image.bootArgs.map(literal),
        ...(this.image.initrd === null ? {} : { initrd: this.image.initrd }),
      },
      name: this.name,
      description: this.description,
      region: this.region,
      architecture: this.architecture,
      boot_mode: this.bootMode,
      ena_support: this.enaSupport,
      imds_v2: this.imdsV2,
      encrypted: this.encrypted,
      kms_key_id: this.kmsKeyId,
      tags: this.tags,
      kernel_id: this.kernelId,
      tpm: this.tpm,
      service: this.service,
      keep: this.keep,
      copies: this.copies && copiesOf(this.copies),
      launch_permissions: this.launchPermissions,
      source: this.source,
    };
  }
}

function copiesOf(copies: NonNullable<AmiConfig['copies']>): Record<string, unknown> {
  const entries = Object.entries(copies).map(([region, { kmsKeyId }]) => [
    region,
    kmsKeyId === undefined ? {} : { kms_key_id: kmsKeyId },
  ]);
  return Object.fromEntries(entries);
}
