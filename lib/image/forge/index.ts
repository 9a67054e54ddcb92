export { diskArguments } from './disk-arguments';
export { type ForgedDisk, forgeDisk } from './forge-disk';
export type { ForgeOptions } from './forge-options';
export { type GceArchive, type GceArchiveOptions, writeGceArchive } from './gce-archive';
export { type DiskLayout, LAYOUT_VERSION } from './layout';
export { type Loader, loaderOf, loadLoader } from './loader';
export { type ReadyDiskOptions, readyDisk } from './ready-disk';
