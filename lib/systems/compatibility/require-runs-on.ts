import { KilnError } from '../../errors';
import type { Platform } from '../platforms';
import { alternativesFor } from './alternatives';
import { type BootableImage, labelOf } from './bootable-image';
import { type Compatibility, compatibilityOf } from './compatibility';

/**
 * Refuses an image that cannot run on a platform, with the reasons and where it can. What is not known is not refused.
 * @param platform one of `platforms`, or an instance type's
 * @throws KilnError `image.cannot-run`
 */
export function requireRunsOn(image: BootableImage, platform: Platform): Compatibility {
  const compatibility = compatibilityOf(image, platform);
  if (compatibility.verdict !== 'no') return compatibility;
  const use = alternativesFor(image);
  throw new KilnError(
    `image '${image.name}' (${labelOf(image)}) ${compatibility.reasons.join('; the image also ')}; ` +
      (use === undefined ? 'it runs on nothing that Kiln knows' : `use ${use}`),
    {
      code: 'image.cannot-run',
      remedy: `If it can do more than Kiln knows, say so with 'drivers' on the image; 'kiln compat ${image.name}' shows what Kiln knows.`,
    },
  );
}
