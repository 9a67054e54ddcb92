import { KilnError } from '../../errors';
import { renderBootConfig } from './boot-config';
import { type MbrPartition, RAW_DATA, renderBootSector } from './boot-sector';
import type { Copy, DiskPlan, Piece } from './disk-plan';
import type { ForgeInput } from './forge-options';
import { prepareForGrub } from './grub-kernel';
import { alignUp, CONFIG_SECTOR, CORE_SECTOR, DISK_ALIGNMENT, KERNEL_SECTOR, SECTOR } from './layout';
import type { BiosLoader } from './loader';
import { newcAround } from './newc';
import type { SourceFile } from './source-file';

/** Sectors that a boot sector's partition table can name. */
const MAX_SECTORS = 0xffffffff;
/** Name of the initrd in its archive. */
const INITRD = 'initrd';

/**
 * A disk that a BIOS boots: boot sector, loader, configuration, kernel, and what goes beside it.
 * @throws KilnError `image.not-bootable`, `image.boot-args`, `image.truncated`, `image.too-large`
 */
export function planBiosDisk(input: ForgeInput, loader: BiosLoader): DiskPlan {
  const { options, image, kernel, initrd } = input;
  const main = placeOf(KERNEL_SECTOR, kernel.size);
  const { method, patches } = prepareForGrub(input, main.blocks, SECTOR);
  const archive =
    initrd && archiveOf(initrd, options.initrdSha256, alignUp(main.end, DISK_ALIGNMENT / SECTOR));
  const config = renderBootConfig({
    method,
    kernel: main.blocks,
    initrd: archive && `(kiln)/${INITRD}`,
    archive: archive?.place.blocks,
    bootArgs: options.bootArgs,
    dropsFirstWord: image.system?.dropsFirstWord ?? false,
  });
  const places = archive ? [main, archive.place] : [main];
  return {
    size: alignUp((archive?.place ?? main).end * SECTOR, DISK_ALIGNMENT),
    pieces: [
      { at: 0, bytes: renderBootSector(loader.boot, places.map(partitionOf)) },
      { at: CORE_SECTOR * SECTOR, bytes: loader.core },
      { at: CONFIG_SECTOR * SECTOR, bytes: config },
      ...(archive?.pieces ?? []),
    ],
    copies: [
      { at: main.sector * SECTOR, source: kernel, expected: options.kernelSha256, patches },
      ...(archive ? [archive.copy] : []),
    ],
  };
}

interface Place {
  readonly sector: number;
  readonly sectors: number;
  /** The sector after it. */
  readonly end: number;
  /** As GRUB's block list. */
  readonly blocks: string;
}

function placeOf(sector: number, size: number): Place {
  const sectors = Math.ceil(size / SECTOR);
  const end = sector + sectors;
  if (end > MAX_SECTORS) {
    throw new KilnError(`${size} bytes are more than the boot sector of a BIOS disk can name`, {
      code: 'image.too-large',
      remedy: 'Give a kernel of less than 2 TiB.',
    });
  }
  return { sector, sectors, end, blocks: `${sector}+${sectors}` };
}

/** Block lists count in sectors, and what a kernel gets beside it must have its exact size. */
function archiveOf(source: SourceFile, expected: string | undefined, sector: number) {
  const { before, after } = newcAround(INITRD, source.size);
  const place = placeOf(sector, before.length + source.size + after.length);
  const start = sector * SECTOR;
  const at = start + before.length;
  const pieces: Piece[] = [
    { at: start, bytes: before },
    { at: at + source.size, bytes: after },
  ];
  const copy: Copy = { at, source, expected };
  return { place, pieces, copy };
}

function partitionOf({ sector, sectors }: Place, index: number): MbrPartition {
  return { sector, sectors, type: RAW_DATA, active: index === 0 };
}
