import type { Platform } from './platform';

const CUSTOM_OS = 'https://cloud.google.com/compute/docs/images/building-custom-os';
const MACHINES = 'https://cloud.google.com/compute/docs/general-purpose-machines';

/** Its virtio devices have the identifiers 1AF4:1000 and 1AF4:1004: legacy for sure, and transitional perhaps. */
export const gceVirtio: Platform = {
  id: 'gce-gen1-2',
  title: 'GCE first and second generation',
  column: ['GCE', '1-2'],
  starts: 'its firmware boots it',
  boots: [{ machine: 'x86-64', accepts: ['bios-disk', 'uefi-disk'], forges: ['bios', 'uefi'] }],
  networks: ['virtio-net-legacy', 'gve'],
  maybeNetworks: ['virtio-net'],
  disks: ['virtio-scsi-legacy'],
  maybeDisks: ['virtio-scsi'],
  sources: [CUSTOM_OS, MACHINES],
};

export const gceGvnic: Platform = {
  id: 'gce-gen3',
  title: 'GCE third generation and later',
  column: ['GCE', '3+'],
  starts: 'its firmware boots it',
  boots: [
    { machine: 'x86-64', accepts: ['bios-disk', 'uefi-disk'], forges: ['bios', 'uefi'] },
    { machine: 'arm64', accepts: ['uefi-disk'], forges: ['uefi'] },
  ],
  networks: ['gve'],
  disks: ['nvme'],
  sources: [CUSTOM_OS, MACHINES],
};
