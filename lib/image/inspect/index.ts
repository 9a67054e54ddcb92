export type { ElfFile, ElfSegment } from './elf';
export type { Evidence, ImageInspection } from './image-inspection';
export { bufferReader, type ImageFile, type ImageReader, openImageFile } from './image-reader';
export { type InspectOptions, inspectImage } from './inspect-image';
export { type Qcow2Header, type Qcow2Reader, qcow2Reader } from './qcow2';
export { type BootTarget, requireBootable } from './require-bootable';
