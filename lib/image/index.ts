export { commandLine, MAX_COMMAND_LINE } from './boot-args';
export { type ImageInputs, imageDigest } from './digest';
export {
  type DiskLayout,
  diskArguments,
  type ForgedDisk,
  type ForgeOptions,
  forgeDisk,
  type GceArchive,
  type GceArchiveOptions,
  LAYOUT_VERSION,
  type Loader,
  loaderOf,
  loadLoader,
  type ReadyDiskOptions,
  readyDisk,
  writeGceArchive,
} from './forge';
export { hashInitrd, requireTakesInitrd } from './initrd';
export {
  type BootTarget,
  bufferReader,
  type Evidence,
  type ImageInspection,
  type ImageReader,
  inspectImage,
  requireBootable,
} from './inspect';
export { pruneStaged } from './prune-staged';
export { requireTakesArguments } from './require-takes-arguments';
export { hashImage, type StagedImage, type StagedKind, stagedName, stageImage } from './stage-image';
