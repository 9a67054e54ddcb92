import { type ConfigOf, type Diagnostic, isUnknown, type UnknownableMembers } from '../../plugin';
import type { amiSchema } from './ami-schema';

type Config = UnknownableMembers<ConfigOf<typeof amiSchema>>;
type Fault = readonly [attribute: string, summary: string];

/** What is wrong between attributes; what is wrong with one alone, its own check says. */
export function validateAmi(config: Config): readonly Diagnostic[] {
  return [
    ...keyFaults(config),
    ...machineFaults(config),
    ...imageFaults(config),
    ...copyFaults(config),
    ...keepFaults(config),
  ].map(([attribute, summary]) => ({ severity: 'error', summary, path: [attribute] }));
}

function keyFaults({ kms_key_id: key, encrypted, region }: Config): Fault[] {
  const found: Fault[] = [];
  if (typeof key !== 'string') return found;
  if (encrypted !== true && !isUnknown(encrypted))
    found.push([
      'kms_key_id',
      "'kms_key_id' is given and 'encrypted' is not true; set it, or leave out the key",
    ]);
  const keyRegion = regionOfKey(key);
  if (keyRegion && typeof region === 'string' && region !== keyRegion)
    found.push(['kms_key_id', `'kms_key_id' is a key of ${keyRegion}, and the image is made in ${region}`]);
  return found;
}

/** What a paravirtual image cannot have, and what a firmware must. */
function machineFaults(config: Config): Fault[] {
  const { architecture, boot_mode: bootMode, kernel_id: kernelId, tpm, ena_support: ena } = config;
  const found: Fault[] = [];
  if (architecture === 'arm64' && bootMode === 'legacy-bios')
    found.push(['boot_mode', "'boot_mode' is 'legacy-bios', and arm64 machines start by 'uefi' only"]);
  if (tpm === true && bootMode !== 'uefi' && !isUnknown(bootMode) && architecture !== 'arm64')
    found.push(['tpm', "'tpm' is true, and only images with the 'boot_mode' 'uefi' have a TPM; set it"]);
  if (tpm === true && architecture === 'arm64')
    found.push(['tpm', "'tpm' is true, and arm64 instances have no TPM"]);
  if (typeof kernelId !== 'string') return found;
  const because = "and 'kernel_id' makes the image paravirtual";
  if (architecture === 'arm64')
    found.push(['architecture', `'architecture' is 'arm64', ${because}, for x86_64 only`]);
  if (typeof bootMode === 'string')
    found.push(['boot_mode', `'boot_mode' is '${bootMode}', ${because}, without a firmware; leave it out`]);
  if (ena === true)
    found.push(['ena_support', `'ena_support' is true, ${because}: nobody could reach its instances`]);
  return found;
}

function imageFaults({ image }: Config): Fault[] {
  if (isUnknown(image) || image.kind !== 'disk' || typeof image.initrd !== 'string') return [];
  return [['image', "'image.initrd' is only for a kernel: a disk has all it needs in itself"]];
}

function copyFaults(config: Config): Fault[] {
  const { copies, launch_permissions: permissions, region, encrypted, kms_key_id: key } = config;
  const found: Fault[] = [];
  const isShared = Array.isArray(permissions) && permissions.length > 0;
  const entries = isUnknown(copies) || copies === null ? [] : Object.entries(copies);
  for (const [target, copy] of entries) {
    if (target === region)
      found.push(['copies', `'copies' has ${target}, the region of the image itself; take it out`]);
    if (isUnknown(copy) || isUnknown(copy.kms_key_id)) continue;
    const keyRegion = copy.kms_key_id === null ? undefined : regionOfKey(copy.kms_key_id);
    if (keyRegion !== undefined && keyRegion !== target)
      found.push([
        'copies',
        `'copies' has a key of ${keyRegion} for ${target}; a copy needs one of its region`,
      ]);
    if (isShared && encrypted === true && copy.kms_key_id === null)
      found.push(['launch_permissions', ownKey(`the copy in ${target} is encrypted`, "its 'kms_key_id'")]);
  }
  if (isShared && encrypted === true && key === null)
    found.push(['launch_permissions', ownKey('the image is encrypted', "'kms_key_id'")]);
  return found;
}

function keepFaults({ keep, service }: Config): Fault[] {
  if (typeof keep !== 'number' || service !== null) return [];
  return [['keep', "'keep' is given and 'service' is not: only a service has earlier images; set it"]];
}

/** EC2 User Guide, "Share an AMI": snapshots under the key that AWS manages cannot be shared. */
function ownKey(what: string, attribute: string): string {
  return `${what} with the account's own key for EBS, which other accounts cannot use; give ${attribute} a key that they may use`;
}

function regionOfKey(key: string): string | undefined {
  return key.split(':')[3];
}
