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
  /** @default - `uefi` for arm64, `legacy-bios` for x86_64 */
  readonly bootMode?: 'legacy-bios' | 'uefi';
  /** @default true */
  readonly enaSupport?: boolean;
  /** @default true */
  readonly imdsV2?: boolean;
  /** @default false */
  readonly encrypted?: boolean;
  /** ARN of a key. @default - the account's own for EBS, where it is encrypted */
  readonly kmsKeyId?: string;
  /** @default - only those that Kiln adds */
  readonly tags?: Readonly<Record<string, string>>;
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
    };
  }
}
