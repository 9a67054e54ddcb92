import { CONFIG_SECTOR, CONFIG_SECTORS, SECTOR, UEFI_CONFIG } from '../forge/layout';
import type { Disk, DiskVolume } from './disk';
import { type FatEntry, findFatFile, listFatFolder, openFatFile } from './fat';
import type { ImageReader } from './image-reader';
import { type LoaderEntry, parseGrubConfig, parseSyslinuxConfig } from './loader-config';
import type { UefiBoot } from './uefi-boot';
import { windowOf } from './window';

/** A kernel that lies in a disk, and what its loader hands it. */
export interface DiskKernel {
  readonly reader: ImageReader;
  /** The words of its command line, or all of it as it stands; undefined where nothing says them. */
  readonly words: readonly string[] | string | undefined;
  /** Where on the disk that was learnt, and how, for people. */
  readonly offset: number;
  readonly fact: string;
}

const GRUB_FILES = [
  UEFI_CONFIG.slice(1),
  'boot/grub/grub.cfg',
  'grub/grub.cfg',
  'EFI/BOOT/grub.cfg',
  'boot/grub/menu.lst',
  'grub/menu.lst',
];
const SYSLINUX_FILES = [
  'syslinux.cfg',
  'syslinux/syslinux.cfg',
  'boot/syslinux/syslinux.cfg',
  'extlinux.conf',
];
const MAX_CONFIG = 64 * 1024;
/** Where Unikraft's EFI stub looks for a file with its command line (unikraft plat/kvm/efi.c). */
const UEFI_FOLDER = ['EFI', 'BOOT'];
/** Files of a folder that are looked at when no configuration names one. */
const MAX_FILES = 64;

/** The kernel that a disk's loader starts, in the places where loaders have it. */
export function tryFindKernel(
  reader: ImageReader,
  disk: Disk,
  uefi: readonly UefiBoot[],
): DiskKernel | undefined {
  const [program] = uefi;
  return (
    afterBootSector(reader) ??
    blockList(reader) ??
    first(disk.volumes, configured) ??
    (program && uefiProgram(program)) ??
    first(disk.volumes, kernelFile)
  );
}

/** IncludeOS' vmbuild writes a boot sector, and the ELF right behind it (IncludeOS vmbuild/vmbuild.cpp). */
function afterBootSector(reader: ImageReader): DiskKernel | undefined {
  if (!isElf(reader, SECTOR)) return undefined;
  const kernel = windowOf(
    reader,
    SECTOR,
    reader.size - SECTOR,
    `${reader.name}, the kernel at byte ${SECTOR}`,
  );
  return { reader: kernel, words: undefined, offset: SECTOR, fact: 'an ELF after the boot sector' };
}

/** Kiln's own layout, by which GRUB reads its configuration and the kernel from sectors. */
function blockList(reader: ImageReader): DiskKernel | undefined {
  if (!reader.read(0, SECTOR).includes('GRUB')) return undefined;
  const offset = CONFIG_SECTOR * SECTOR;
  const entry = parseGrubConfig(reader.read(offset, CONFIG_SECTORS * SECTOR).toString('utf8'));
  const [, sector, sectors] = /^(\d{1,12})\+(\d{1,12})$/.exec(entry?.kernel ?? '') ?? [];
  if (!entry || sector === undefined) return undefined;
  const name = `${reader.name}, the kernel at sector ${sector}`;
  const kernel = windowOf(reader, Number(sector) * SECTOR, Number(sectors) * SECTOR, name);
  return { reader: kernel, words: entry.words, offset, fact: `GRUB's configuration: kernel ${entry.kernel}` };
}

function configured({ volume, offset }: DiskVolume): DiskKernel | undefined {
  const configs = [
    ...GRUB_FILES.map((path) => ({ path, parse: parseGrubConfig })),
    ...SYSLINUX_FILES.map((path) => ({ path, parse: parseSyslinuxConfig })),
  ];
  return first(configs, ({ path, parse }) => {
    const text = findFatFile(volume, path)?.read(0, MAX_CONFIG).toString('utf8');
    const entry: LoaderEntry | undefined = text === undefined ? undefined : parse(text);
    const kernel = entry && findFatFile(volume, entry.kernel);
    return (
      entry &&
      kernel && { reader: kernel, words: entry.words, offset, fact: `/${path}: kernel ${entry.kernel}` }
    );
  });
}

function uefiProgram({ reader, path, volume, volumeOffset }: UefiBoot): DiskKernel {
  const name = UEFI_FOLDER.reduce<FatEntry[]>(
    (entries, folder) => entries.filter(isNamed(folder)).flatMap((entry) => listFatFolder(volume, entry)),
    listFatFolder(volume),
  ).find((entry) => !entry.isFolder && entry.name.toLowerCase().endsWith('.cmdl'));
  const words =
    name && openFatFile(volume, name, name.name).read(0, MAX_CONFIG).toString('utf8').split('\0')[0];
  return { reader, words, offset: volumeOffset, fact: `the UEFI application /${path}` };
}

function kernelFile({ volume, offset }: DiskVolume): DiskKernel | undefined {
  const root = listFatFolder(volume);
  const boot = root.find(isNamed('boot'));
  const files = (folder?: FatEntry) => listFatFolder(volume, folder).filter(({ isFolder }) => !isFolder);
  return first([...files(), ...(boot ? files(boot) : [])].slice(0, MAX_FILES), (entry) => {
    const reader = openFatFile(volume, entry, `${volume.reader.name}:/${entry.name}`);
    const isKernel = isElf(reader, 0) || reader.read(0x202, 4).toString('latin1') === 'HdrS';
    return isKernel
      ? { reader, words: undefined, offset, fact: `a kernel in the file ${entry.name}` }
      : undefined;
  });
}

function isNamed(folder: string): (entry: FatEntry) => boolean {
  return ({ name, isFolder }) => isFolder && name.toLowerCase() === folder.toLowerCase();
}

function isElf(reader: ImageReader, offset: number): boolean {
  return reader.read(offset, 4).toString('latin1') === '\x7fELF';
}

function first<T, R>(items: readonly T[], find: (item: T) => R | undefined): R | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}
