export type { ElfFile, ElfSegment } from './elf';
export type { Evidence, ImageInspection } from './image-inspection';
export { bufferReader, type ImageReader } from './image-reader';
export { inspectImage } from './inspect-image';
export { type BootTarget, requireBootable } from './require-bootable';
