import { KilnError } from '../../errors';
import type { ImageReader } from './image-reader';

/** The error for something that should lie within the file and does not. */
export function truncated(reader: ImageReader, what: string, end: number): KilnError {
  const where = Number.isSafeInteger(end) ? `end at byte ${end}` : 'end far beyond it';
  return new KilnError(
    `the image '${reader.name}' is cut short or damaged: ${what} should ${where}, and the file has ${reader.size} bytes`,
    { code: 'image.truncated', remedy: 'Build or download it again.' },
  );
}
