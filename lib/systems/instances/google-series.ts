/** Machine series of Compute Engine that are alike in all that an image sees. */
export interface GoogleSeries {
  /** `virtio`: first and second generation; `gvnic`: later ones, and T2A. */
  readonly devices: 'virtio' | 'gvnic';
  readonly machine: 'x86-64' | 'arm64';
  readonly firmware: readonly ('bios' | 'uefi')[];
  /** What it boots from is not established. @default false */
  readonly unknownDisk?: boolean;
  readonly names: readonly string[];
  readonly source: string;
}

const GENERAL = 'https://cloud.google.com/compute/docs/general-purpose-machines';
const CUSTOM_OS = 'https://cloud.google.com/compute/docs/images/building-custom-os';
/** "gVNIC required for T2A and every third-generation-or-later series", and NVMe for the latter. */
const BY_GENERATION = `${CUSTOM_OS}, by the generation in its name`;

export const GOOGLE_SERIES: readonly GoogleSeries[] = [
  {
    devices: 'virtio',
    machine: 'x86-64',
    firmware: ['bios', 'uefi'],
    names: ['n1', 'f1', 'g1', 'e2', 'n2', 'n2d', 't2d'],
    source: GENERAL,
  },
  {
    devices: 'virtio',
    machine: 'x86-64',
    firmware: ['bios', 'uefi'],
    names: ['c2', 'c2d', 'm1', 'm2', 'a2', 'g2'],
    source: BY_GENERATION,
  },
  {
    devices: 'gvnic',
    machine: 'x86-64',
    firmware: ['bios', 'uefi'],
    names: ['c3', 'n4', 'c4'],
    source: CUSTOM_OS,
  },
  {
    devices: 'gvnic',
    machine: 'x86-64',
    firmware: ['bios', 'uefi'],
    names: ['c3d', 'c4d', 'n4d', 'h3', 'h4d', 'z3', 'm3', 'm4', 'x4', 'a3', 'a4', 'g4'],
    source: BY_GENERATION,
  },
  {
    devices: 'gvnic',
    machine: 'arm64',
    firmware: ['uefi'],
    unknownDisk: true,
    names: ['t2a'],
    source: CUSTOM_OS,
  },
  {
    devices: 'gvnic',
    machine: 'arm64',
    firmware: ['uefi'],
    names: ['c4a', 'n4a'],
    source: CUSTOM_OS,
  },
];
