import type { DiskDevice, NetworkDevice } from '../device';
import type { BootProtocol } from '../image-facts';

/** How a disk that Kiln makes is arranged: for a BIOS, for UEFI, or for PV-GRUB. */
export type DiskLayout = 'bios' | 'uefi' | 'xen-pv';

/** Why something is started only perhaps. */
export interface Doubt {
  readonly because: string;
  /** What must be inside: its faults count as well. @default - nothing */
  readonly inside?: BootProtocol;
}

/** What machines of one kind start. */
export interface PlatformBoot {
  /** `x86-64`, `arm64`. */
  readonly machine: string;
  /** Started as they are. */
  readonly accepts: readonly BootProtocol[];
  /** Perhaps started as they are. @default - none */
  readonly maybe?: Readonly<Partial<Record<BootProtocol, Doubt>>>;
  /** The disks of Kiln's making that boot here. */
  readonly forges: readonly DiskLayout[];
  /** Multiboot kernels must be 32 bit, or say themselves where they go. @default false */
  readonly refusesElf64Multiboot?: boolean;
}

/** Somewhere that images run: a kind of machine with its loader and its devices. */
export interface Platform {
  /** `aws-nitro`. */
  readonly id: string;
  /** For people: `AWS Nitro`. */
  readonly title: string;
  /** Head of its column in the table, in two lines. */
  readonly column: readonly [string, string];
  /** Who starts an image that is accepted as it is, for people: `QEMU loads it`. */
  readonly starts: string;
  readonly boots: readonly PlatformBoot[];
  /** Any one of them is enough. */
  readonly networks: readonly NetworkDevice[];
  /** Not established. @default - none */
  readonly maybeNetworks?: readonly NetworkDevice[];
  /** Any one of them is enough for what needs a disk after its loader is done. */
  readonly disks: readonly DiskDevice[];
  /** Not established. @default - none */
  readonly maybeDisks?: readonly DiskDevice[];
  /** What to know before going there. @default - nothing */
  readonly caveat?: string;
  /** Who says so. */
  readonly sources: readonly string[];
}
