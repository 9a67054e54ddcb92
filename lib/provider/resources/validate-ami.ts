import { type ConfigOf, type Diagnostic, isUnknown, type UnknownableMembers } from '../../plugin';
import type { amiSchema } from './ami-schema';

type Config = UnknownableMembers<ConfigOf<typeof amiSchema>>;

/** What is wrong between attributes; what is wrong with one alone, its own check says. */
export function validateAmi(config: Config): readonly Diagnostic[] {
  const error = (attribute: string, summary: string): Diagnostic => ({
    severity: 'error',
    summary,
    path: [attribute],
  });
  const found: Diagnostic[] = [];
  const { image, encrypted, kms_key_id: key, architecture, boot_mode: bootMode, region } = config;
  if (typeof key === 'string' && encrypted !== true && !isUnknown(encrypted)) {
    found.push(
      error('kms_key_id', "'kms_key_id' is given and 'encrypted' is not true; set it, or leave out the key"),
    );
  }
  const keyRegion = typeof key === 'string' ? key.split(':')[3] : undefined;
  if (keyRegion && typeof region === 'string' && region !== keyRegion) {
    found.push(
      error('kms_key_id', `'kms_key_id' is a key of ${keyRegion}, and the image is made in ${region}`),
    );
  }
  if (architecture === 'arm64' && bootMode === 'legacy-bios') {
    found.push(error('boot_mode', "'boot_mode' is 'legacy-bios', and arm64 machines start by 'uefi' only"));
  }
  if (!isUnknown(image) && image.kind === 'disk' && typeof image.initrd === 'string') {
    found.push(error('image', "'image.initrd' is only for a kernel: a disk has all it needs in itself"));
  }
  return found;
}
