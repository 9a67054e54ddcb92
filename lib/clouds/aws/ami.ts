/** Bytes of one block of a snapshot; EBS takes no other length. */
export const BLOCK_SIZE = 524_288;

/** A disk to upload, read block by block and in order. */
export interface DiskBlocks {
  /** Bytes; need not be a whole number of blocks. */
  readonly size: number;
  /** Must be `BLOCK_SIZE`. */
  readonly blockSize: number;
  /**
   * The block's bytes, fewer at the disk's end; undefined where all are zero, which is then not uploaded. What it gives must stay as
   * it is until it was sent.
   */
  read(index: number): Promise<Buffer | undefined>;
  /** Takes a block back that `read` gave and that was sent, to be filled again. @default - it is left to be collected */
  release?(block: Buffer): void;
}

export type AmiArchitecture = 'x86_64' | 'arm64';
export type AmiVirtualization = 'hvm' | 'paravirtual';
export type AmiBootMode = 'legacy-bios' | 'uefi';

/** An image to make. Nothing is left to EC2's defaults, which are those of 2006: i386 and paravirtual. */
export interface AmiRequest {
  /** 3 to 128 characters; unique per account and region. */
  readonly name: string;
  /** What the image was made of, such as `sha256:…`; an image of this name and digest is taken as it is. */
  readonly digest: string;
  /** At most 255 characters. @default - none */
  readonly description?: string | undefined;
  readonly architecture: AmiArchitecture;
  /** Undefined for a paravirtual image, which has no firmware. */
  readonly bootMode: AmiBootMode | undefined;
  readonly virtualization: AmiVirtualization;
  /** `aki-…`, the PV-GRUB that starts a paravirtual image. @default - none */
  readonly kernelId?: string | undefined;
  /** Whether instances have a TPM 2.0; needs `uefi`. @default false */
  readonly tpm?: boolean | undefined;
  /** Whether the image drives Amazon's network card; Nitro instances have no other. */
  readonly enaSupport: boolean;
  /** Whether instances answer only requests of the metadata service's version 2. */
  readonly imdsV2: boolean;
  /** @default - the disk's size, rounded up */
  readonly volumeSizeGib?: number | undefined;
  /** @default 'gp3' */
  readonly volumeType?: 'gp3' | undefined;
  /** Of the image and its snapshot. Keys that begin with `kiln:` are Kiln's own. */
  readonly tags: Readonly<Record<string, string>>;
  /** @default false, which the account's own default may turn into true */
  readonly encrypted?: boolean | undefined;
  /** Whose image it is; see `retention.ts`. @default - nobody's */
  readonly service?: string | undefined;
  /** The commit that it was made of; not of what makes it the same image. @default - not known */
  readonly commit?: string | undefined;
  /** ARN of the key, since EBS takes neither id nor alias; needs `encrypted`. @default - the account's key for EBS */
  readonly kmsKeyId?: string | undefined;
}

/** An image as EC2 describes it. */
export interface Ami {
  /** `ami-…` */
  readonly id: string;
  readonly name: string;
  /** The digest that it was made with; undefined for an image that is not Kiln's. */
  readonly digest: string | undefined;
  /** Who claimed it last; see `claimAmi`. */
  readonly owner: string | undefined;
  /** `snap-…` of its root volume; undefined while EC2 does not say. */
  readonly snapshotId: string | undefined;
  readonly region: string;
  readonly state: string;
  readonly description: string | undefined;
  readonly architecture: string | undefined;
  readonly bootMode: string | undefined;
  readonly virtualization: string;
  readonly kernelId: string | undefined;
  readonly tpm: boolean;
  readonly enaSupport: boolean;
  readonly imdsV2: boolean;
  readonly createdAt: Date | undefined;
  /** Whether it must be unprotected before it can be deregistered. */
  readonly isProtected: boolean;
  /** Whose image it is; see `AmiRequest`. */
  readonly service: string | undefined;
  readonly commit: string | undefined;
  /** When a newer image of its service took its place; it is kept for going back. */
  readonly retiredAt: Date | undefined;
  /** Regions that may have a copy of it. */
  readonly copiedTo: readonly string[];
  /** The image that this one is a copy of, with its region: `eu-central-1/ami-…`. */
  readonly copyOf: string | undefined;
  readonly volumeSizeGib: number | undefined;
  readonly encrypted: boolean;
  /** Without Kiln's own. */
  readonly tags: Readonly<Record<string, string>>;
}

/** Where the making of an image is. */
export type AmiProgress =
  | { readonly phase: 'found'; readonly imageId: string }
  | ({ readonly phase: 'uploading'; readonly snapshotId: string } & UploadProgress)
  | { readonly phase: 'sealing'; readonly snapshotId: string }
  | { readonly phase: 'registering'; readonly snapshotId: string }
  | { readonly phase: 'waiting'; readonly imageId: string }
  /** The image is there, but a snapshot that it does not use could not be removed. */
  | { readonly phase: 'left-behind'; readonly what: string; readonly reason: string };

export interface UploadProgress {
  /** Bytes of the disk that are sent or need not be. */
  readonly doneBytes: number;
  readonly totalBytes: number;
  readonly sentBlocks: number;
  readonly sentBytes: number;
  /** Bytes sent a second, from the upload's start. */
  readonly bytesPerSecond: number;
  /** At the speed so far; undefined before anything was sent. */
  readonly secondsLeft: number | undefined;
}

export interface CreateAmiOptions {
  readonly onProgress?: ((progress: AmiProgress) => void) | undefined;
  /** Ends the work; what it made is removed. */
  readonly signal?: AbortSignal | undefined;
}
