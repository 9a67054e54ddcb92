import type { Device } from './device';
import type { ImageFacts } from './image-facts';
import type { DocumentedSystem, Recognition, SystemVariant } from './system';

/** A line of Go's build information (`go version -m`), which every Go program has. */
const BUILD_SETTING = 'GOOS=tamago';

/** By the board's package, whose path is in the names of its functions. */
const BOARDS: readonly (readonly [path: string, variant: string])[] = [
  ['board/google/gcp', 'gcp'],
  ['board/qemu/microvm', 'microvm'],
  ['board/firecracker/microvm', 'firecracker'],
  ['board/cloud_hypervisor/vm', 'cloud-hypervisor'],
];

function variant(
  id: string,
  has: readonly Device[],
  maybe: readonly Device[],
  more: Partial<SystemVariant> = {},
) {
  return {
    id,
    row: 'TamaGo',
    title: id === 'any' ? 'TamaGo' : `TamaGo for ${id}`,
    files: 'the ELF that tamago build links, with its PVH note',
    bootProtocols: ['pvh', 'linux64'],
    drivers: { has, maybe },
    argumentStyle: 'fixed',
    arguments: 'none are read; constants and embedded files of the program',
    memoryMib: 256,
    proof: 'documented-layout',
    ...more,
  } as const satisfies SystemVariant;
}

export const tamago: DocumentedSystem = {
  id: 'tamago',
  title: 'TamaGo',
  recognise,
  variants: [
    variant('any', [], ['virtio-net-legacy', 'virtio-net', 'virtio-net-mmio', 'gve']),
    variant('gcp', ['virtio-net-legacy'], ['gve']),
    variant('microvm', ['virtio-net-mmio'], []),
    variant('firecracker', ['virtio-net-mmio'], []),
    variant('cloud-hypervisor', ['virtio-net'], []),
    variant('gcp-disk', ['virtio-net-legacy'], ['gve'], {
      title: "TamaGo's disk for gcp",
      files: "the disk that tamago-example's tools make; nothing in it says that it is TamaGo",
      format: 'mbr-disk',
      bootProtocols: ['bios-disk'],
      proof: 'none',
    }),
  ],
  about: {
    language: 'Go',
    licence: 'BSD-3-Clause',
    status: 'alive; 1.26',
    recognition: "the text 'GOOS=tamago' of Go's build information, and the path of a board's package",
    userData: "the program's own; GCE's metadata server is plain HTTP",
    readsUserData: true,
    console: 'whatever the program writes, on COM1',
    build:
      'GOOS=tamago GOOSPKG=github.com/usbarmory/tamago GOARCH=amd64 $TAMAGO build -ldflags "-T 0x10010000 -R 0x1000"',
    sources: [
      ['boards', 'usbarmory/tamago:board/'],
      ['GCE verified on T2D, legacy virtio', 'usbarmory/tamago:board/google/gcp/README.md'],
      [
        'virtio legacy, MMIO and PCI; a gVNIC driver, untried here',
        'usbarmory/tamago:kvm/virtio and kvm/gvnic',
      ],
      ['the PVH note, whose owner is not Xen but Go', 'usbarmory/tamago-example:microvm.sh'],
      ['disk image', 'usbarmory/tamago-example:tools'],
    ],
  },
};

function recognise(facts: ImageFacts): Recognition | undefined {
  if (!facts.format.startsWith('elf')) return undefined;
  const offset = facts.find(BUILD_SETTING);
  if (offset === undefined) return undefined;
  const board = BOARDS.find(([path]) => facts.find(path) !== undefined);
  return {
    variant: board?.[1] ?? 'any',
    because: `'${BUILD_SETTING}' in Go's build information${board ? ` and the package ${board[0]}` : ''}`,
    offset,
  };
}
