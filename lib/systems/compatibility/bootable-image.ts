import { listWords } from '../device';
import type { BootProtocol, ImageFormat } from '../image-facts';
import type { RecognisedSystem } from '../system';

/** What compatibility is computed from; an `ImageInspection` is one. */
export interface BootableImage {
  /** The file's name, for messages. */
  readonly name: string;
  readonly format: ImageFormat;
  /** Undefined where no byte says it. */
  readonly machine: string | undefined;
  readonly bootProtocols: readonly BootProtocol[];
  /** `kludge` is there when the header has load addresses of its own. */
  readonly multiboot1?: { readonly kludge?: unknown } | undefined;
  readonly system: RecognisedSystem | undefined;
}

/** `Solo5 virtio 0.9`; the format of an image that no system knows. */
export function labelOf({ system, format }: BootableImage): string {
  if (!system) return format;
  return [system.title, system.variant, system.version].filter(Boolean).join(' ');
}

/** Names of boot protocols for people. */
const PROTOCOL_TITLES: Readonly<Record<BootProtocol, string>> = {
  multiboot1: 'multiboot',
  multiboot2: 'multiboot2',
  pvh: 'PVH',
  linux: "Linux' boot protocol",
  linux64: "Linux' 64 bit entry",
  'xen-pv': 'Xen PV',
  'bios-disk': 'BIOS',
  'uefi-disk': 'UEFI',
  uefi: 'UEFI',
};

/** An x86-64 machine begins in 32 bit, and multiboot hands over in it. */
export function startsOn(machine: string, platform: string): boolean {
  return machine === platform || (machine === 'x86' && platform === 'x86-64');
}

/** `multiboot, PVH or BIOS`. */
export function describeProtocols(protocols: readonly BootProtocol[]): string {
  return listWords([...new Set(protocols.map((protocol) => PROTOCOL_TITLES[protocol]))], 'or');
}
