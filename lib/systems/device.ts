/**
 * A network card as a driver finds it: the same card on another bus, or with another way to drive it, is another device.
 * `virtio-net-legacy`: PCI with an I/O port window (virtio 0.9); `virtio-net`: PCI with capabilities (virtio 1.0). A
 * transitional card offers both.
 */
export type NetworkDevice =
  | 'virtio-net-legacy'
  | 'virtio-net'
  | 'virtio-net-mmio'
  | 'ena'
  | 'gve'
  | 'xen-net'
  | 'vmxnet3'
  | 'e1000'
  | 'rtl8139';

/** A disk as a driver finds it. */
export type DiskDevice =
  | 'virtio-blk-legacy'
  | 'virtio-blk'
  | 'virtio-blk-mmio'
  | 'virtio-scsi-legacy'
  | 'virtio-scsi'
  | 'nvme'
  | 'xen-blk'
  | 'pvscsi'
  | 'ahci'
  | 'ide';

/** A device that an image must drive to be of use on a platform. */
export type Device = NetworkDevice | DiskDevice;
