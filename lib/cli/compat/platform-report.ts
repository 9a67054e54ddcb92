import type { ImageInspection } from '../../image';
import { type Compatibility, compatibilityOf, type Platform } from '../../systems';

/** What one image would do on one platform, as `kiln inspect --json` and `kiln compat FILE --json` print it. */
export interface PlatformReport {
  readonly id: string;
  readonly title: string;
  readonly verdict: Compatibility['verdict'];
  /** `through a GRUB disk`; null where it cannot be started. */
  readonly how: string | null;
  /** The disk that Kiln makes of it; null where it is started as it is. */
  readonly layout: string | null;
  /** Why not, or why it is not known; empty for a yes. */
  readonly reasons: readonly string[];
  /** What else is to be said of the platform, whatever the image. */
  readonly caveat: string | null;
}

/** In the order of the platforms. */
export function platformReports(image: ImageInspection, platforms: readonly Platform[]): PlatformReport[] {
  return platforms.map((platform) => {
    const { verdict, how, layout, reasons } = compatibilityOf(image, platform);
    return {
      id: platform.id,
      title: platform.title,
      verdict,
      how: how ?? null,
      layout: layout ?? null,
      reasons,
      caveat: platform.caveat ?? null,
    };
  });
}
