import { ANY_PCI_VIRTIO, MMIO_VIRTIO, XEN_FRONT_ENDS } from './device-sets';
import type { ImageFacts } from './image-facts';
import type { DocumentedSystem, Recognition, SystemVariant } from './system';

const FILE_SYSTEM = 'NVMTFS';
/** Type of an EFI system partition in an MBR and in a GPT. */
const ESP_TYPE = 0xef;
const ESP_GUID = 'C12A7328-F81F-11D2-BA4B-00A0C93EC93B';

const COMMON = {
  row: 'Nanos',
  drivers: {
    has: [
      ...ANY_PCI_VIRTIO,
      ...MMIO_VIRTIO,
      ...XEN_FRONT_ENDS,
      'ena',
      'gve',
      'nvme',
      'vmxnet3',
      'pvscsi',
      'ide',
    ],
  },
  needsDisk: true,
  argumentStyle: 'fixed',
  arguments: "baked: 'arguments' of the manifest that mkfs reads, or 'Args' of ops' configuration",
  memoryMib: 128,
} as const satisfies Partial<SystemVariant>;

export const nanos: DocumentedSystem = {
  id: 'nanos',
  title: 'Nanos',
  recognise,
  variants: [
    {
      ...COMMON,
      id: 'disk',
      title: "Nanos' disk",
      files: 'IMAGE.img of mkfs or ops image',
      format: 'mbr-disk',
      bootProtocols: ['bios-disk'],
      proof: 'tried',
    },
    {
      ...COMMON,
      id: 'uefi-disk',
      title: "Nanos' UEFI disk",
      files: 'IMAGE.img of mkfs -u',
      format: 'mbr-disk',
      machines: ['x86-64', 'arm64'],
      bootProtocols: ['bios-disk', 'uefi-disk'],
      proof: 'tried',
    },
    {
      ...COMMON,
      id: 'kernel',
      title: "Nanos' kernel",
      files: 'kernel.img, beside the disk; nothing in it says that it is Nanos',
      bootProtocols: ['pvh'],
      proof: 'none',
    },
  ],
  about: {
    language: 'C; runs unmodified Linux programs of any language',
    licence: 'Apache-2.0',
    status: 'alive; last change on 18 July 2026',
    recognition: "a partition that begins with 'NVMTFS'",
    userData: 'with the klibs cloud_init, userdata and aws',
    readsUserData: true,
    console: 'no banner; the first line is such as [0.58] en1: assigned 10.0.2.15',
    build: 'ops image create PROGRAM, or mkfs -b boot.img [-u bootx64.efi] -k kernel.img IMAGE < manifest',
    sources: [
      [
        'proof',
        'the kernel of July 2026 with a static C program, November 2026: HTTP from virtio-blk and virtio-scsi by BIOS, from virtio-blk by UEFI, and as a service of two instances from a compressed qcow2',
      ],
      ['drivers', 'nanovms/nanos:platform/pc/Makefile'],
      ['Nitro: t3, t3a, c4, c5 and c5 kinds tried', 'https://github.com/nanovms/nanos/pull/1365'],
      ['AWS and GCE images', 'nanovms/ops:provider/aws/aws_image.go and provider/gcp/gcp_image.go'],
      ['Firecracker', 'https://github.com/nanovms/ops/issues/77'],
      ['virtio-scsi, virtio-blk, microvm, OVMF', 'tried with QEMU 7.2'],
      ['idle and silent on NVMe as QEMU emulates it; real Nitro works', 'tried with QEMU 7.2; nanos#1365'],
    ],
  },
};

function recognise(facts: ImageFacts): Recognition | undefined {
  const partition = facts.partitions.find(
    ({ offset }) => facts.read(offset, FILE_SYSTEM.length).toString('latin1') === FILE_SYSTEM,
  );
  if (!partition) return undefined;
  const hasEsp = facts.partitions.some(({ type, guid }) => type === ESP_TYPE || guid === ESP_GUID);
  return {
    variant: hasEsp ? 'uefi-disk' : 'disk',
    because: `a partition with the file system ${FILE_SYSTEM}`,
    offset: partition.offset,
  };
}
