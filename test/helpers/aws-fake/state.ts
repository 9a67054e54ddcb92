import { createHash } from 'node:crypto';
import { Balancing } from './balancing/balancing';
import { FakeDisk } from './disk';
import type { Clock } from './fleet/clock';
import { Fleet } from './fleet/fleet';
import type { Behave } from './fleet/model';
import type { FakeTemplate } from './fleet/templates';
import type { World } from './settings';

/** EBS direct APIs: always this size. */
export const BLOCK_SIZE = 524_288;
const BLOCKS_PER_GIB = 2048;

export interface FakeSnapshot {
  readonly id: string;
  readonly volumeSizeGib: number;
  readonly parentId: string | undefined;
  readonly description: string | undefined;
  readonly encrypted: boolean;
  readonly kmsKeyArn: string | undefined;
  readonly tags: Map<string, string>;
  /** Accounts that may make volumes of it, beside the owner. */
  readonly createVolumePermissions: Set<string>;
  readonly startedAt: Date;
  readonly timeoutMinutes: number;
  state: 'pending' | 'completed' | 'error';
  stateMessage: string | undefined;
  /** CompleteSnapshot was accepted: no more puts. */
  sealing: boolean;
  progress: number;
  /** Only what was put into this one; a parent's blocks are with the parent. */
  readonly blocks: Map<number, Buffer>;
  /** Answers that still hide it, or that it is not ready in. */
  readonly late: { puts: number; unknown: number; sealing: number };
}

export interface BlockDevice {
  readonly deviceName: string;
  readonly snapshotId: string;
  readonly volumeSizeGib: number;
  readonly volumeType: string;
  readonly deleteOnTermination: boolean;
  readonly encrypted: boolean;
  readonly iops: number | undefined;
  readonly throughput: number | undefined;
}

export interface FakeImage {
  readonly id: string;
  readonly name: string;
  readonly description: string | undefined;
  readonly architecture: string;
  readonly virtualizationType: string;
  readonly bootMode: string | undefined;
  readonly enaSupport: boolean;
  readonly sriovNetSupport: string | undefined;
  readonly imdsSupport: string | undefined;
  readonly tpmSupport: string | undefined;
  readonly uefiData: string | undefined;
  readonly kernelId: string | undefined;
  readonly rootDeviceName: string;
  readonly blockDevices: readonly BlockDevice[];
  readonly tags: Map<string, string>;
  readonly createdAt: Date;
  /** Accounts that may launch it, beside the owner; `all`: everybody. */
  readonly launchPermissions: Set<string>;
  state: 'pending' | 'available' | 'failed';
  stateReason: string | undefined;
  /** Against being deregistered. @default false */
  isProtected?: boolean;
  readonly late: { unknown: number; pending: number };
}

/** Everything that the account holds in a region. */
export class State {
  readonly snapshots = new Map<string, FakeSnapshot>();
  readonly images = new Map<string, FakeImage>();
  /** Ids that were there once: what is said about them differs from what was never there. */
  readonly deregistered = new Set<string>();
  readonly deleted = new Map<string, FakeSnapshot>();
  /** Client token -> the request it came with and the snapshot it made. */
  readonly tokens = new Map<string, { readonly request: string; readonly snapshotId: string }>();
  readonly blockTokens = new Map<string, string>();
  /** Client token of a CopyImage -> the image that it made. */
  readonly copies = new Map<string, string>();
  readonly templates = new Map<string, FakeTemplate>();
  /** Images of other accounts, which instances may be launched from. */
  readonly foreignImages = new Set<string>();
  readonly fleet = new Fleet(this);
  readonly balancing = new Balancing(this);
  behave: Behave = () => ({});
  private made = 0;

  constructor(
    readonly world: World,
    readonly region: string,
    readonly clock: Clock,
    /** By region. */
    readonly neighbours: ReadonlyMap<string, State>,
  ) {}

  /** Milliseconds of the fake's time in one step. */
  get stepMs(): number {
    return this.world.pace || 10;
  }

  /** @throws where there is no such snapshot */
  diskOf(snapshotId: string): FakeDisk {
    const snapshot = this.snapshots.get(snapshotId);
    if (!snapshot) throw new Error(`no snapshot ${snapshotId} among ${[...this.snapshots.keys()]}`);
    return new FakeDisk(this, snapshot);
  }

  /** Such as `snap-0123456789abcdef0`; the same in each run. */
  newId(prefix: string): string {
    const digest = createHash('sha256')
      .update(`${this.region === this.world.region ? '' : this.region}${prefix} ${++this.made}`)
      .digest('hex');
    return `${prefix}-0${digest.slice(0, 16)}`;
  }

  imagesOn(snapshotId: string): FakeImage[] {
    return [...this.images.values()].filter(({ blockDevices }) =>
      blockDevices.some((device) => device.snapshotId === snapshotId),
    );
  }

  /** A block as a volume of the snapshot would have it; undefined: never written, so it reads as zero. */
  block(snapshot: FakeSnapshot, index: number): Buffer | undefined {
    const own = snapshot.blocks.get(index);
    if (own || !snapshot.parentId) return own;
    const parent = this.snapshots.get(snapshot.parentId) ?? this.deleted.get(snapshot.parentId);
    return parent && this.block(parent, index);
  }

  /** The indexes of all blocks that hold data, ascending. */
  indexes(snapshot: FakeSnapshot): number[] {
    const parent =
      snapshot.parentId && (this.snapshots.get(snapshot.parentId) ?? this.deleted.get(snapshot.parentId));
    const inherited = parent ? this.indexes(parent) : [];
    return [...new Set([...inherited, ...snapshot.blocks.keys()])].sort((a, b) => a - b);
  }
}

export function blockCount(snapshot: FakeSnapshot): number {
  return snapshot.volumeSizeGib * BLOCKS_PER_GIB;
}
