import { ANY_PCI_VIRTIO, MMIO_VIRTIO, XEN_FRONT_ENDS } from './device-sets';
import type { ImageFacts } from './image-facts';
import type { DocumentedSystem, Recognition, SystemVariant } from './system';
import { guestOs } from './xen-guest';

/** Offset of the pointer to the version text in the setup header, relative to 0x200 (Linux Documentation/arch/x86/boot.rst). */
const VERSION_POINTER = 0x20e;

/** Of a compressed arm64 kernel (Linux drivers/firmware/efi/libstub/zboot-header.S). */
const ZBOOT = 'zimg';

const COMMON = {
  row: 'Linux + initramfs',
  drivers: {
    has: [...ANY_PCI_VIRTIO, ...MMIO_VIRTIO, ...XEN_FRONT_ENDS, 'ena', 'gve', 'nvme', 'vmxnet3', 'ide'],
    maybe: ['e1000', 'ahci', 'pvscsi'],
  },
  arguments: 'the command line, such as console=ttyS0 ip=dhcp; words after -- go to /init',
  memoryMib: 256,
} as const satisfies Partial<SystemVariant>;

/**
 * A kernel with one program in its initramfs. Its drivers are those of a distribution's kernel for clouds: a kernel of
 * another configuration is as able as that says, which no byte tells.
 */
export const linux: DocumentedSystem = {
  id: 'linux',
  title: 'Linux',
  recognise,
  variants: [
    {
      ...COMMON,
      id: 'bzimage',
      title: 'Linux bzImage',
      files: 'arch/x86/boot/bzImage, /boot/vmlinuz-*',
      format: 'bzimage',
      bootProtocols: ['linux', 'uefi'],
      proof: 'booted',
    },
    {
      ...COMMON,
      id: 'vmlinux',
      title: 'Linux vmlinux',
      files: 'vmlinux',
      bootProtocols: ['pvh', 'linux64', 'xen-pv'],
      proof: 'tried',
    },
    {
      ...COMMON,
      id: 'arm64',
      title: 'Linux for arm64',
      files: 'arch/arm64/boot/Image, vmlinuz.efi',
      format: 'arm64-image',
      machines: ['arm64'],
      bootProtocols: ['linux', 'uefi'],
      proof: 'booted',
    },
  ],
  about: {
    language: 'any',
    licence: 'GPL-2.0 (the kernel)',
    status: 'alive',
    recognition:
      "a bzImage by 'HdrS' at 0x202, with its version; a vmlinux by the Xen guest name 'linux'; an arm64 Image by its header",
    userData: 'whatever the program asks the metadata server for',
    readsUserData: true,
    console: "silent with quiet; otherwise 'Linux version ...' on the port that console= names",
    build: "a distribution's kernel and: find . | cpio -o -H newc | gzip > initramfs.gz",
    sources: [
      [
        'PVH, Xen, EFI stub, NVMe built in; ena, gve, virtio and Xen front ends as modules',
        "tried: Debian 12's linux-image-cloud-amd64 6.1",
      ],
      [
        "no e1000 and no AHCI in Debian's kernels for clouds, pvscsi for x86-64 only; other kernels have them",
        "the modules in Debian 12's linux-image-6.1.0-56-cloud-amd64 and -arm64",
      ],
      [
        'proof',
        "Debian 12's kernel for clouds: the bzImage by the tests, the vmlinux in it under Xen 4.17 as docs/xen-proof.md says",
      ],
      ['setup header', 'Linux Documentation/arch/x86/boot.rst'],
      ['the program linked into the kernel', 'unikernelLinux/ukl'],
      ['a kernel of 4 MB for Firecracker', 'hckuo/Lupine-Linux'],
    ],
  },
};

function recognise(facts: ImageFacts): Recognition | undefined {
  if (facts.read(4, 4).toString('latin1') === ZBOOT) {
    return {
      variant: 'arm64',
      because: "'zimg', a kernel that unpacks itself as a UEFI application",
      offset: 4,
    };
  }
  if (facts.format === 'arm64-image') {
    return { variant: 'arm64', because: 'the header of an arm64 kernel Image', offset: 56 };
  }
  if (facts.format === 'bzimage') {
    const version = versionOf(facts);
    return version === undefined
      ? { variant: 'bzimage', because: "'HdrS' at 0x202", offset: 0x202 }
      : {
          variant: 'bzimage',
          version: version.text,
          because: `the kernel's version '${version.text}'`,
          offset: version.offset,
        };
  }
  const guest = guestOs(facts);
  if (guest?.name !== 'linux') return undefined;
  return { variant: 'vmlinux', because: "Xen guest 'linux'", offset: guest.offset };
}

function versionOf(facts: ImageFacts): { readonly text: string; readonly offset: number } | undefined {
  const pointer = facts.read(VERSION_POINTER, 2);
  if (pointer.length < 2 || pointer.readUInt16LE(0) === 0) return undefined;
  const offset = pointer.readUInt16LE(0) + 0x200;
  const text = /^\d+\.\d+[\w.+~-]*/.exec(facts.read(offset, 80).toString('latin1'))?.[0];
  return text === undefined ? undefined : { text, offset };
}
