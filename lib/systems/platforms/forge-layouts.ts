import type { BootProtocol } from '../image-facts';
import type { DiskLayout, Doubt } from './platform';

/** What a disk of Kiln's making starts. */
export interface ForgeLayout {
  /** For people: `through a GRUB disk`. */
  readonly how: string;
  /** By machine. */
  readonly takes: Readonly<Record<string, readonly BootProtocol[]>>;
  /** Taken, but started only where the kernel was built for it. @default - none */
  readonly maybe?: Readonly<Partial<Record<BootProtocol, Doubt>>>;
}

export const FORGE_LAYOUTS: Readonly<Record<DiskLayout, ForgeLayout>> = {
  bios: { how: 'through a GRUB disk', takes: { 'x86-64': ['multiboot1', 'multiboot2', 'linux'] } },
  uefi: {
    how: 'through a UEFI disk',
    takes: { 'x86-64': ['multiboot1', 'multiboot2', 'linux', 'uefi'], arm64: ['linux', 'uefi'] },
  },
  'xen-pv': {
    how: 'through a PV-GRUB disk',
    takes: { 'x86-64': ['xen-pv'] },
    maybe: {
      linux: {
        because: 'PV-GRUB unpacks a bzImage, and what is inside must have been built for Xen PV',
        inside: 'xen-pv',
      },
    },
  },
};
