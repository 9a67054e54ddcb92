import { type ImageReader, openImageFile } from '../inspect';

/**
 * Opens a file for `use`. `finish` closes it and fails when it was written to meanwhile: to be called before what was made
 * of it counts as done.
 * @throws KilnError those of `openImageFile`; `finish` throws `image.changed`
 */
export async function readingImage<T>(
  path: string,
  use: (file: ImageReader, finish: () => void) => Promise<T>,
): Promise<T> {
  const file = openImageFile(path);
  let isOpen = true;
  const finish = () => {
    isOpen = false;
    file.close();
  };
  try {
    return await use(file, finish);
  } finally {
    // A file that is just being written is damaged for that reason, which then is the better one to tell.
    if (isOpen) file.close();
  }
}
