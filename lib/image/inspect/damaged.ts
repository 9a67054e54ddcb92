import { KilnError } from '../../errors';
import type { ImageReader } from './image-reader';

/** The error for bytes that contradict their own format, wherever the file ends. */
export function damaged(
  reader: ImageReader,
  what: string,
  remedy = 'Build or download it again.',
): KilnError {
  return new KilnError(`the image '${reader.name}' is damaged: ${what}`, { code: 'image.damaged', remedy });
}
