/**
 * A network card as a driver finds it: the same card on another bus, or with another way to drive it, is another device.
 * `virtio-net-legacy`: PCI with an I/O port window (virtio 0.9); `virtio-net`: PCI with capabilities (virtio 1.0). A
 * transitional card offers both. `virtio-vsock`, `virtio-vsock-mmio`: sockets to the host instead of a network.
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
  | 'rtl8139'
  | 'virtio-vsock'
  | 'virtio-vsock-mmio';

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

const NETWORK_TITLES: Readonly<Record<NetworkDevice, string>> = {
  'virtio-net-legacy': 'legacy virtio-net',
  'virtio-net': 'modern virtio-net',
  'virtio-net-mmio': 'virtio-net over MMIO',
  ena: 'ENA',
  gve: 'gVNIC',
  'xen-net': 'Xen netfront',
  vmxnet3: 'vmxnet3',
  e1000: 'e1000',
  rtl8139: 'rtl8139',
  'virtio-vsock': 'virtio-vsock',
  'virtio-vsock-mmio': 'virtio-vsock over MMIO',
};

const DISK_TITLES: Readonly<Record<DiskDevice, string>> = {
  'virtio-blk-legacy': 'legacy virtio-blk',
  'virtio-blk': 'modern virtio-blk',
  'virtio-blk-mmio': 'virtio-blk over MMIO',
  'virtio-scsi-legacy': 'legacy virtio-scsi',
  'virtio-scsi': 'modern virtio-scsi',
  nvme: 'NVMe',
  'xen-blk': 'Xen blkfront',
  pvscsi: 'pvscsi',
  ahci: 'AHCI',
  ide: 'IDE',
};

/** Names for people, of every device. */
export const DEVICE_TITLES: Readonly<Record<Device, string>> = { ...NETWORK_TITLES, ...DISK_TITLES };

export function isNetworkDevice(device: Device): device is NetworkDevice {
  return device in NETWORK_TITLES;
}

export function isDiskDevice(device: Device): device is DiskDevice {
  return device in DISK_TITLES;
}

/** The two ways to drive one virtio card, which people call by one name when an image knows both. */
const PAIRS: readonly (readonly [legacy: Device, modern: Device, title: string])[] = [
  ['virtio-net-legacy', 'virtio-net', 'virtio-net'],
  ['virtio-blk-legacy', 'virtio-blk', 'virtio-blk'],
  ['virtio-scsi-legacy', 'virtio-scsi', 'virtio-scsi'],
];

/** `legacy virtio-net, ENA and gVNIC; perhaps NVMe`; `nothing` for none. */
export function listDevices(devices: readonly Device[], maybe: readonly Device[] = []): string {
  const titles = new Set(
    devices.map((device) => {
      const pair = PAIRS.find(([legacy, modern]) => device === legacy || device === modern);
      return pair && devices.includes(pair[0]) && devices.includes(pair[1]) ? pair[2] : DEVICE_TITLES[device];
    }),
  );
  return maybe.length === 0
    ? listWords([...titles])
    : `${listWords([...titles])}; perhaps ${listDevices(maybe)}`;
}

/** `a, b and c`; `nothing` for none. */
export function listWords(words: readonly string[], last = 'and'): string {
  if (words.length === 0) return 'nothing';
  if (words.length === 1) return words[0] as string;
  return `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`;
}
