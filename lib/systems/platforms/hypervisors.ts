import type { Platform } from './platform';

/** Why a bzImage may be a Xen guest. */
const BECAUSE = 'Xen unpacks a bzImage, and what is inside must have been built for it';

export const firecracker: Platform = {
  id: 'firecracker',
  title: 'Firecracker',
  column: ['Fire', 'cracker'],
  starts: 'Firecracker loads it',
  boots: [
    { machine: 'x86-64', accepts: ['pvh', 'linux64'], forges: [] },
    { machine: 'arm64', accepts: ['linux'], forges: [] },
  ],
  networks: ['virtio-net-mmio', 'virtio-vsock-mmio'],
  disks: ['virtio-blk-mmio'],
  sources: ['firecracker-microvm/firecracker:docs/pvh.md'],
};

export const xenPv: Platform = {
  id: 'xen-pv',
  title: 'Xen PV',
  column: ['Xen', 'PV'],
  starts: 'Xen loads it',
  boots: [
    {
      machine: 'x86-64',
      accepts: ['xen-pv'],
      maybe: { linux: { because: BECAUSE, inside: 'xen-pv' } },
      forges: [],
    },
  ],
  networks: ['xen-net'],
  disks: ['xen-blk'],
  sources: ['xl.cfg(5), type="pv"'],
};

export const xenPvh: Platform = {
  id: 'xen-pvh',
  title: 'Xen PVH',
  column: ['Xen', 'PVH'],
  starts: 'Xen loads it',
  boots: [
    {
      machine: 'x86-64',
      accepts: ['pvh'],
      maybe: { linux: { because: BECAUSE, inside: 'pvh' } },
      forges: [],
    },
  ],
  networks: ['xen-net'],
  disks: ['xen-blk'],
  sources: ['xl.cfg(5), type="pvh"'],
};
