import { KilnError } from '../../errors';
import { renderBootConfig } from './boot-config';
import { type MbrPartition, RAW_DATA, renderBootSector } from './boot-sector';
import type { DiskPlan } from './disk-plan';
import type { ForgeInput } from './forge-options';
import { prepareForGrub } from './grub-kernel';
import { alignUp, CONFIG_SECTOR, CORE_SECTOR, DISK_ALIGNMENT, KERNEL_SECTOR, SECTOR } from './layout';
import type { BiosLoader } from './loader';
import type { SourceFile } from './source-file';

/** Sectors that a boot sector's partition table can name. */
const MAX_SECTORS = 0xffffffff;

/**
 * A disk that a BIOS boots: boot sector, loader, configuration, kernel, and what goes beside it.
 * @throws KilnError `image.not-bootable`, `image.boot-args`, `image.truncated`, `image.too-large`
 */
export function planBiosDisk(input: ForgeInput, loader: BiosLoader): DiskPlan {
  const { options, image, kernel, initrd } = input;
  const main = placeOf(kernel, KERNEL_SECTOR);
  const beside = initrd && placeOf(initrd, alignUp(main.end, DISK_ALIGNMENT / SECTOR));
  const { method, patches } = prepareForGrub(input, main.blocks, SECTOR);
  const config = renderBootConfig({
    method,
    kernel: main.blocks,
    initrd: beside?.blocks,
    bootArgs: options.bootArgs,
    dropsFirstWord: image.system?.dropsFirstWord ?? false,
  });
  const places = beside ? [main, beside] : [main];
  return {
    size: alignUp((beside ?? main).end * SECTOR, DISK_ALIGNMENT),
    pieces: [
      { at: 0, bytes: renderBootSector(loader.boot, places.map(partitionOf)) },
      { at: CORE_SECTOR * SECTOR, bytes: loader.core },
      { at: CONFIG_SECTOR * SECTOR, bytes: config },
    ],
    copies: [
      { at: main.sector * SECTOR, source: kernel, expected: options.kernelSha256, patches },
      ...(beside
        ? [{ at: beside.sector * SECTOR, source: beside.source, expected: options.initrdSha256 }]
        : []),
    ],
  };
}

interface Place {
  readonly source: SourceFile;
  readonly sector: number;
  readonly sectors: number;
  /** The sector after it. */
  readonly end: number;
  /** As GRUB's block list. */
  readonly blocks: string;
}

function placeOf(source: SourceFile, sector: number): Place {
  const sectors = Math.ceil(source.size / SECTOR);
  const end = sector + sectors;
  if (end > MAX_SECTORS) {
    throw new KilnError(`'${source.name}' has ${source.size} bytes, which is more than a BIOS disk can name`, {
      code: 'image.too-large',
      remedy: 'Make it smaller than 2 TiB.',
    });
  }
  return { source, sector, sectors, end, blocks: `${sector}+${sectors}` };
}

function partitionOf({ sector, sectors }: Place, index: number): MbrPartition {
  return { sector, sectors, type: RAW_DATA, active: index === 0 };
}
