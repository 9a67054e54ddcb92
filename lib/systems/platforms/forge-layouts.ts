import type { BootProtocol } from '../image-facts';
import type { DiskLayout, Doubt } from './platform';

/** What a disk of Kiln's making starts. */
export interface ForgeLayout {
  /** For people: `through a GRUB disk`. */
  readonly how: string;
  /** For people, of a disk: `for a BIOS starts multiboot kernels`. */
  readonly starts: string;
  /** By machine. */
  readonly takes: Readonly<Record<string, readonly BootProtocol[]>>;
  /** Taken, but started only where the kernel was built for it. @default - none */
  readonly maybe?: Readonly<Partial<Record<BootProtocol, Doubt>>>;
}

export const FORGE_LAYOUTS: Readonly<Record<DiskLayout, ForgeLayout>> = {
  bios: {
    how: 'through a GRUB disk',
    starts: 'for a BIOS starts multiboot, multiboot2 and Linux kernels',
    takes: { 'x86-64': ['multiboot1', 'multiboot2', 'linux'] },
  },
  uefi: {
    how: 'through a UEFI disk',
    starts: 'for UEFI starts multiboot, multiboot2 and Linux kernels, and UEFI applications',
    takes: { 'x86-64': ['multiboot1', 'multiboot2', 'linux', 'uefi'], arm64: ['linux', 'uefi'] },
  },
  'xen-pv': {
    how: 'through a PV-GRUB disk',
    starts: 'for PV-GRUB starts Xen PV and Linux kernels',
    takes: { 'x86-64': ['xen-pv'] },
    maybe: {
      linux: {
        because: 'PV-GRUB unpacks a bzImage, and what is inside must have been built for Xen PV',
        inside: 'xen-pv',
      },
    },
  },
};
