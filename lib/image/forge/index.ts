export { type ForgedDisk, type ForgeOptions, forgeDisk } from './forge-disk';
export { LAYOUT_VERSION } from './layout';
export { type Loader, loaderOf, loadLoader } from './loader';
