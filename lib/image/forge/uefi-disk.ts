import { KilnError } from '../../errors';
import { renderBootScript } from './boot-config';
import { tryGrubMethod } from './boot-method';
import type { DiskPlan } from './disk-plan';
import { type FatContent, fillFat, LABEL, shifted } from './fat-contents';
import type { ForgeInput } from './forge-options';
import { GPT_TAIL_SECTORS, renderGpt } from './gpt';
import { prepareForGrub } from './grub-kernel';
import { diskIdentity } from './identity';
import { alignUp, DISK_ALIGNMENT, SECTOR, UEFI_CONFIG } from './layout';
import type { UefiLoader } from './loader';
import { uefiAppFiles } from './uefi-app';

/** 1 MiB, as partitioning tools align it. */
const PARTITION_SECTOR = 2048;
/** Where firmware looks on a disk that it has never seen (UEFI 2.10, section 3.5.1.1). */
const DEFAULT_APP = { 'x86-64': '/EFI/BOOT/BOOTX64.EFI', arm64: '/EFI/BOOT/BOOTAA64.EFI' } as const;
const KERNEL = '/kiln/kernel';
const INITRD = '/kiln/initrd';

/**
 * A disk that UEFI boots: GPT with an EFI system partition, which holds the application itself, or GRUB and what it starts.
 * @throws KilnError `image.not-bootable`, `image.boot-args`, `image.no-initrd`, `image.too-large`, `image.loader-missing`
 */
export function planUefiDisk(input: ForgeInput, loader: UefiLoader, machine: 'x86-64' | 'arm64'): DiskPlan {
  const app = DEFAULT_APP[machine];
  const grub = machine === 'arm64' ? loader.arm64 : loader.x64;
  const contents = tryGrubMethod(input.image)
    ? [{ path: app, bytes: whole(grub, machine) }, ...grubFiles(input)]
    : uefiAppFiles(input, app);
  const { volume, at, pieces, copies } = fillFat(contents, PARTITION_SECTOR);
  const size = alignUp((PARTITION_SECTOR + volume.sectors + GPT_TAIL_SECTORS) * SECTOR, DISK_ALIGNMENT);
  const disk = { sectors: size / SECTOR, first: PARTITION_SECTOR, length: volume.sectors, name: 'kiln' };
  return {
    size,
    pieces,
    copies,
    seal: (sha256s) => {
      const identity = diskIdentity('uefi', pieces, sha256s);
      const serial = identity.readUInt32LE(0);
      const boot = volume.boot({ serial, label: LABEL, hidden: PARTITION_SECTOR });
      return [...renderGpt(disk, identity), ...shifted(boot, at)];
    },
  };
}

function whole(grub: Buffer, machine: string): Buffer {
  if (grub.length > 0) return grub;
  throw new KilnError(`this build of Kiln has no boot loader for UEFI on ${machine}`, {
    code: 'image.loader-missing',
    source: 'tool',
    remedy: "Run 'scripts/setup.sh build', then 'node scripts/build-loader.mjs'.",
  });
}

/** A file system knows each file's size, so no kernel needs an end. */
const UNPADDED = 1;

function grubFiles(input: ForgeInput): FatContent[] {
  const { options, image, kernel, initrd } = input;
  const { method, patches } = prepareForGrub(input, KERNEL, UNPADDED);
  const script = renderBootScript({
    method,
    kernel: KERNEL,
    initrd: initrd && INITRD,
    bootArgs: options.bootArgs,
    dropsFirstWord: image.system?.dropsFirstWord ?? false,
  });
  return [
    { path: UEFI_CONFIG, bytes: Buffer.from(`${script}\n`) },
    { path: KERNEL, source: kernel, expected: options.kernelSha256, patches },
    ...(initrd ? [{ path: INITRD, source: initrd, expected: options.initrdSha256 }] : []),
  ];
}
