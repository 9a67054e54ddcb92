import type { Device } from './device';

/** Devices that systems often drive together. */

/** PCI with an I/O port window: what virtio was before 1.0, and what every cloud's virtio still offers. */
export const LEGACY_VIRTIO = ['virtio-net-legacy', 'virtio-blk-legacy'] as const satisfies readonly Device[];

/** PCI with capabilities. */
export const MODERN_VIRTIO = ['virtio-net', 'virtio-blk'] as const satisfies readonly Device[];

export const MMIO_VIRTIO = ['virtio-net-mmio', 'virtio-blk-mmio'] as const satisfies readonly Device[];

/** Both kinds of PCI and both kinds of disk. */
export const ANY_PCI_VIRTIO = [
  ...LEGACY_VIRTIO,
  ...MODERN_VIRTIO,
  'virtio-scsi-legacy',
  'virtio-scsi',
] as const satisfies readonly Device[];

/** The front ends of Xen's split drivers. */
export const XEN_FRONT_ENDS = ['xen-net', 'xen-blk'] as const satisfies readonly Device[];
