import { KilnError } from '../../errors';
import { MAX_TAG_KEY, MAX_TAG_VALUE } from '../../spec';
import { type AmiRequest, BLOCK_SIZE, type DiskBlocks } from './ami';
import { OWN_TAGS } from './tags';

const GIB = 1024 ** 3;
/** StartSnapshot's limit, 64 TiB. */
const MAX_GIB = 65_536;
/** RegisterImage's own words: letters, digits and these. */
const NAME = /^[A-Za-z0-9()[\] ./\-'@_]{3,128}$/;
const MAX_TAGS = 50;

/** The request with nothing left open. */
export interface CheckedRequest extends AmiRequest {
  readonly volumeSizeGib: number;
  readonly encrypted: boolean;
}

/**
 * Refuses what EC2 would refuse, before anything is uploaded.
 *
 * @throws KilnError `aws.request`
 */
export function checkRequest(request: AmiRequest, disk: DiskBlocks): CheckedRequest {
  const { name, description = '', kmsKeyId, encrypted = false } = request;
  if (!NAME.test(name))
    refuse(
      `the image's name is ${JSON.stringify(shorten(name))}, ${name.length} characters; EC2 takes 3 to 128 of letters, digits, spaces and ()[]./-'@_`,
    );
  if (!request.digest) refuse('the image has no digest; an image is found again by it');
  if (description.length > 255)
    refuse(`the image's description has ${description.length} characters; EC2 takes at most 255`);
  checkMachine(request);
  if (kmsKeyId !== undefined && !encrypted)
    refuse(`a KMS key is given for an image that is not encrypted; set encrypted to true`);
  checkTags(request.tags);
  return { ...request, encrypted, volumeSizeGib: volumeSize(request, disk) };
}

function checkMachine(request: AmiRequest): void {
  const { architecture, virtualization, bootMode, kernelId, tpm, enaSupport } = request;
  if (virtualization === 'paravirtual') {
    if (architecture === 'arm64') refuse('a paravirtual image is asked for arm64; those are for x86_64 only');
    if (bootMode !== undefined)
      refuse(`boot mode ${bootMode} is asked of a paravirtual image, which has no firmware`);
    if (kernelId === undefined)
      refuse('a paravirtual image has no kernel id; PV-GRUB starts it, by its aki- id');
    if (enaSupport) refuse('ENA is asked of a paravirtual image; its instances could not be reached');
  } else if (kernelId !== undefined) {
    refuse(
      `the kernel ${kernelId} is given for an image of its own firmware; only paravirtual ones take one`,
    );
  } else if (bootMode === undefined) {
    refuse('no boot mode is asked for; an image with its own firmware needs legacy-bios or uefi');
  } else if (architecture === 'arm64' && bootMode !== 'uefi') {
    refuse(`boot mode ${bootMode} is asked of an arm64 image; those boot by uefi only`);
  }
  if (tpm && bootMode !== 'uefi')
    refuse(`a TPM is asked of an image that boots by ${bootMode}; it needs uefi`);
}

function volumeSize(request: AmiRequest, disk: DiskBlocks): number {
  if (!Number.isSafeInteger(disk.size) || disk.size <= 0)
    refuse(`the disk has ${disk.size} bytes; an image needs at least one`);
  if (disk.blockSize !== BLOCK_SIZE)
    refuse(`the disk is read in blocks of ${disk.blockSize} bytes; EBS takes ${BLOCK_SIZE}`);
  const needed = Math.ceil(disk.size / GIB);
  const asked = request.volumeSizeGib ?? needed;
  if (!Number.isSafeInteger(asked) || asked < needed)
    refuse(
      `a volume of ${asked} GiB is asked for a disk of ${disk.size} bytes; it needs at least ${needed} GiB`,
    );
  if (asked > MAX_GIB)
    refuse(`the disk needs a volume of ${asked} GiB; a snapshot has at most ${MAX_GIB} GiB`);
  return asked;
}

function checkTags(tags: Readonly<Record<string, string>>): void {
  const entries = Object.entries(tags);
  const most = MAX_TAGS - OWN_TAGS;
  if (entries.length > most)
    refuse(`the image has ${entries.length} tags; EC2 takes ${MAX_TAGS}, of which Kiln needs ${OWN_TAGS}`);
  for (const [key, value] of entries) {
    if (key.length === 0 || key.length > MAX_TAG_KEY)
      refuse(
        `the tag ${JSON.stringify(shorten(key))} has a key of ${key.length} characters; EBS takes 1 to ${MAX_TAG_KEY}`,
      );
    if (/^(aws|kiln):/i.test(key)) refuse(`the tag ${JSON.stringify(key)} begins with a reserved word`);
    if (value.length > MAX_TAG_VALUE)
      refuse(
        `the tag ${JSON.stringify(key)} has a value of ${value.length} characters; EBS takes at most ${MAX_TAG_VALUE}`,
      );
  }
}

function shorten(text: string): string {
  return text.length <= 40 ? text : `${text.slice(0, 40)}…`;
}

function refuse(message: string): never {
  throw new KilnError(message, { code: 'aws.request' });
}
