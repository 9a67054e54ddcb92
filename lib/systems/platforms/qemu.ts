import type { DiskDevice, NetworkDevice } from '../device';
import type { Platform } from './platform';

/** What QEMU's `pc` and `q35` have of the cards that any system drives. */
const PCI_NETWORKS = [
  'virtio-net-legacy',
  'virtio-net',
  'e1000',
  'rtl8139',
  'vmxnet3',
] as const satisfies readonly NetworkDevice[];

const PCI_DISKS = [
  'virtio-blk-legacy',
  'virtio-blk',
  'virtio-scsi-legacy',
  'virtio-scsi',
  'nvme',
  'ahci',
  'ide',
  'pvscsi',
] as const satisfies readonly DiskDevice[];

export const qemuKernel: Platform = {
  id: 'qemu-kernel',
  title: 'QEMU -kernel',
  column: ['QEMU', '-k'],
  starts: 'QEMU loads it',
  boots: [
    {
      machine: 'x86-64',
      accepts: ['multiboot1', 'pvh', 'linux'],
      maybe: {
        uefi: { because: 'QEMU hands it to UEFI firmware, where the machine has that instead of a BIOS' },
      },
      forges: [],
      refusesElf64Multiboot: true,
    },
    { machine: 'arm64', accepts: ['linux'], forges: [] },
  ],
  networks: PCI_NETWORKS,
  disks: PCI_DISKS,
  sources: ['qemu/qemu:hw/i386/multiboot.c', 'qemu/qemu:hw/i386/x86.c', 'tried with QEMU 7.2'],
};

export const qemuDisk: Platform = {
  id: 'qemu-disk',
  title: 'QEMU from a disk',
  column: ['QEMU', 'disk'],
  starts: 'its firmware boots it',
  boots: [
    { machine: 'x86-64', accepts: ['bios-disk', 'uefi-disk'], forges: ['bios', 'uefi'] },
    { machine: 'arm64', accepts: ['uefi-disk'], forges: ['uefi'] },
  ],
  networks: PCI_NETWORKS,
  disks: PCI_DISKS,
  sources: ['tried with QEMU 7.2, SeaBIOS and OVMF'],
};

export const qemuMicrovm: Platform = {
  id: 'qemu-microvm',
  title: 'QEMU microvm',
  column: ['micro', 'vm'],
  starts: 'QEMU loads it',
  boots: [
    {
      machine: 'x86-64',
      accepts: ['pvh', 'linux'],
      maybe: {
        multiboot1: {
          because: "QEMU's multiboot loader is an option ROM, which not every BIOS of a microvm runs",
        },
      },
      forges: [],
      refusesElf64Multiboot: true,
    },
  ],
  networks: ['virtio-net-mmio', 'virtio-vsock-mmio'],
  disks: ['virtio-blk-mmio'],
  sources: ['https://www.qemu.org/docs/master/system/i386/microvm.html', 'tried with QEMU 7.2'],
};
