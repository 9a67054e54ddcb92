import { KilnError } from '../../errors';
import { commandLine } from '../boot-args';
import { wordsFor } from './boot-config';
import { renderBootSector } from './boot-sector';
import type { DiskPlan } from './disk-plan';
import { type FatContent, fillFat, LABEL, shifted } from './fat-contents';
import type { ForgeInput } from './forge-options';
import { diskIdentity } from './identity';
import { alignUp, DISK_ALIGNMENT, SECTOR } from './layout';

/** 1 MiB, as partitioning tools align it. */
const PARTITION_SECTOR = 2048;
/** Partition types: FAT16 and FAT32, by logical block address. */
const FAT_TYPE = { 16: 0x0e, 32: 0x0c } as const;
/**
 * PV-GRUB's own default, and where the one that EC2 keeps looks as well (xen stubdom/grub/mini-os.c; GaloisInc/ec2-unikernel
 * src/Main.hs).
 */
const MENUS = ['/boot/grub/menu.lst', '/grub/menu.lst'];
const KERNEL = '/boot/kernel';
const INITRD = '/boot/initrd';
/** `cmd_line` of Xen's start information, without its NUL (xen/include/public/xen.h, MAX_GUEST_CMDLINE). */
const MAX_COMMAND_LINE = 1023;

/**
 * A disk whose first partition PV-GRUB reads, as paravirtual images of EC2 are made: a FAT file system with a menu, the
 * kernel, and what goes beside it. The loader comes from the cloud.
 * @throws KilnError `image.boot-args`, `image.too-large`
 */
export function planXenPvDisk({ options, image, kernel, initrd }: ForgeInput): DiskPlan {
  const words = wordsFor(options.bootArgs, image.system?.dropsFirstWord);
  const menu = Buffer.from(renderMenu(words, image.name, initrd !== undefined));
  const contents: FatContent[] = [
    ...MENUS.map((path) => ({ path, bytes: menu })),
    { path: KERNEL, source: kernel, expected: options.kernelSha256 },
    ...(initrd ? [{ path: INITRD, source: initrd, expected: options.initrdSha256 }] : []),
  ];
  const { volume, at, pieces, copies } = fillFat(contents, PARTITION_SECTOR);
  const { sectors, bits } = volume;
  const boot = renderBootSector(EMPTY_BOOT_SECTOR, [
    { sector: PARTITION_SECTOR, sectors, type: FAT_TYPE[bits], active: true },
  ]);
  return {
    size: alignUp((PARTITION_SECTOR + sectors) * SECTOR, DISK_ALIGNMENT),
    pieces: [{ at: 0, bytes: boot }, ...pieces],
    copies,
    seal: (sha256s) => {
      const serial = diskIdentity('xen-pv', pieces, sha256s).readUInt32LE(0);
      return shifted(volume.boot({ serial, label: LABEL, hidden: PARTITION_SECTOR }), at);
    },
  };
}

/** Nothing but the signature: no BIOS starts it. */
const EMPTY_BOOT_SECTOR = Buffer.alloc(SECTOR);
EMPTY_BOOT_SECTOR.writeUInt16LE(0xaa55, 510);

/** In the language of GRUB legacy, which takes the rest of a line as it is. */
function renderMenu(words: readonly string[], name: string, hasInitrd: boolean): string {
  const line = commandLine(words);
  const fault = faultOf(line);
  if (fault !== undefined) {
    throw new KilnError(`the boot arguments of '${name}' ${fault}`, {
      code: 'image.boot-args',
      remedy: 'Change or shorten them, or put what is long in user data.',
    });
  }
  const lines = [
    'default 0',
    'timeout 0',
    '',
    'title kiln',
    'root (hd0,0)',
    `kernel ${KERNEL} ${line}`.trimEnd(),
  ];
  return [...lines, ...(hasInitrd ? [`initrd ${INITRD}`] : []), ''].join('\n');
}

function faultOf(line: string): string | undefined {
  const bytes = Buffer.byteLength(line);
  if (bytes > MAX_COMMAND_LINE) {
    return `make a command line of ${bytes} bytes, and a Xen PV guest takes at most ${MAX_COMMAND_LINE}`;
  }
  if (line.endsWith('\\'))
    return 'end in a backslash, with which a menu of GRUB legacy continues in its next line';
  return undefined;
}
