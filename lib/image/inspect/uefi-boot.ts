import type { DiskVolume } from './disk';
import { type FatVolume, findFatFile } from './fat';
import type { ImageReader } from './image-reader';
import { tryReadUefiApp } from './pe';

/** Where firmware looks when nothing is configured (UEFI 2.10, table 3.2). */
const DEFAULTS = ['BOOTX64.EFI', 'BOOTAA64.EFI', 'BOOTIA32.EFI'].map((name) => `EFI/BOOT/${name}`);

/** A program that UEFI firmware starts from a disk. */
export interface UefiBoot {
  readonly path: string;
  readonly reader: ImageReader;
  readonly machine: string;
  readonly volume: FatVolume;
  /** Where its file system begins on the disk, in bytes. */
  readonly volumeOffset: number;
}

/** The default boot programs in the file systems that firmware looks into, one for each machine. */
export function findUefiBoots(volumes: readonly DiskVolume[]): UefiBoot[] {
  return volumes
    .filter(({ isEfi }) => isEfi)
    .flatMap(({ volume, offset }) =>
      DEFAULTS.flatMap((path) => {
        const reader = findFatFile(volume, path);
        const app = reader && tryReadUefiApp(reader);
        return app ? [{ path, reader, machine: app.machine, volume, volumeOffset: offset }] : [];
      }),
    );
}
