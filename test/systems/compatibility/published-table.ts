/**
 * The table of what runs where as it was collected from documentation and from trials, without Kiln: `Y` yes, `?` not
 * known, `-` no, `G` through a GRUB or syslinux disk. Columns are those of `platforms`.
 */
export const PUBLISHED: Readonly<Record<string, string>> = {
  ClickOS: 'Y - - - - - - - - Y -',
  Clive: '- - - - - - - - - - -',
  HaLVM: 'Y - - - - - - - - Y -',
  LING: 'Y - - - - - - - - Y -',
  'Rumprun xen': 'Y - - - - - - - - Y -',
  'Rumprun hw': '- - - YG - Y YG - - - -',
  'Solo5 hvt, spt, etc.': '- - - - - - - - - - -',
  'Solo5 virtio': '- - - YG - Y YG - - - -',
  'Solo5 xen': '- ?G - - - - - - - - Y',
  IncludeOS: '- - - Y - Y Y - - - -',
  OSv: '- Y Y Y - Y Y Y Y - Y',
  'Unikraft qemu': '- - - ?G - Y YG ? - - -',
  'Unikraft efi': '- - - ? - ? - ? - - -',
  'Unikraft fc': '- - - - - - - ? Y - -',
  'Unikraft xen': 'Y - - - - - - - - Y -',
  Nanos: '- Y Y Y Y Y Y Y Y - Y',
  Hermit: '- - - ?G - Y YG Y Y - ?',
  TamaGo: '- - - Y ? Y Y Y Y - ?',
  Toro: '- - - - - ? Y Y Y - -',
  'Linux + initramfs': 'Y Y Y Y Y Y YG Y Y Y Y',
};

/** Where Kiln's answer is another, and why. */
export const DEVIATIONS: readonly {
  readonly row: string;
  readonly platform: string;
  readonly published: string;
  readonly computed: string;
  readonly because: string;
}[] = [
  {
    row: 'Unikraft qemu',
    platform: 'gce-gen1-2',
    published: '?G',
    computed: 'YG',
    because:
      'the doubt was about external loaders in older versions; GRUB disks with the empty segment mended booted from IDE ' +
      'and NVMe, and GCE offers the legacy virtio-net that it drives',
  },
  {
    row: 'Unikraft efi',
    platform: 'qemu-disk',
    published: '-',
    computed: '?',
    because: 'one build printed nothing under OVMF, which is no proof for every build',
  },
  {
    row: 'Unikraft efi',
    platform: 'qemu-microvm',
    published: '?',
    computed: '-',
    because: 'a microvm has no UEFI firmware to start it',
  },
  {
    row: 'Unikraft fc',
    platform: 'qemu-microvm',
    published: '?',
    computed: '-',
    because: 'QEMU refuses a 64 bit ELF with neither multiboot nor a PVH note, on every machine',
  },
  {
    row: 'Hermit',
    platform: 'xen-pvh',
    published: '?',
    computed: '-',
    because:
      'its loader has a PVH entry, and its kernel no driver for Xen netfront, all that a PVH guest has',
  },
  {
    row: 'TamaGo',
    platform: 'xen-pvh',
    published: '?',
    computed: '-',
    because: 'it may have a PVH note, and no board has a driver for Xen netfront, all that a PVH guest has',
  },
  {
    row: 'Toro',
    platform: 'qemu-kernel',
    published: '?',
    computed: '-',
    because: 'today it drives virtio-vsock over MMIO only, which the PCI machines of this column do not have',
  },
  {
    row: 'Toro',
    platform: 'qemu-disk',
    published: 'Y',
    computed: '?',
    because: 'that was true of disks of its past, and which network cards they drove depends on the version',
  },
];
