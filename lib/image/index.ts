export { commandLine, MAX_COMMAND_LINE } from './boot-args';
export { type ImageInputs, imageDigest } from './digest';
export {
  type ForgedDisk,
  type ForgeOptions,
  forgeDisk,
  LAYOUT_VERSION,
  type Loader,
  loaderOf,
  loadLoader,
} from './forge';
export {
  type BootTarget,
  bufferReader,
  type Evidence,
  type ImageInspection,
  type ImageReader,
  inspectImage,
  requireBootable,
} from './inspect';
export { hashImage, type StagedImage, stageImage } from './stage-image';
