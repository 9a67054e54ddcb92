import {
  ACCOUNT_ID,
  AWS_REGION,
  KEY_ARN,
  MAX_COPIES,
  MAX_TAG_KEY,
  MAX_TAG_VALUE,
  MAX_TAGS,
  RESERVED_TAG,
} from '../../spec';

/** What EC2 takes in a name (EC2 API, RegisterImage). */
const NAME = /^[A-Za-z0-9()[\] ./\-'@_]{3,128}$/;
const MAX_DESCRIPTION = 255;

type Checked<T> = (value: T) => string | undefined;

/** What is wrong with a value that must be one of some words. */
export const oneOf =
  (...values: readonly string[]): Checked<string> =>
  (value) =>
    values.includes(value)
      ? undefined
      : `is '${value}', and must be one of ${values.map((name) => `'${name}'`).join(', ')}`;

export const checkName: Checked<string> = (name) =>
  NAME.test(name)
    ? undefined
    : `is '${name}', and must have 3 to 128 characters: letters, digits and ( ) [ ] space . / - ' @ _`;

export const checkDescription: Checked<string> = (text) =>
  text.length <= MAX_DESCRIPTION
    ? undefined
    : `has ${text.length} characters, and may have ${MAX_DESCRIPTION}`;

/** What is wrong with the name of a region. */
export const checkRegion: Checked<string> = (region) =>
  AWS_REGION.test(region) ? undefined : `is '${region}', and must be a region such as 'eu-central-1'`;

export const checkKey: Checked<string> = (key) =>
  KEY_ARN.test(key)
    ? undefined
    : `is '${key}', and must be the ARN of a key, 'arn:aws:kms:REGION:ACCOUNT:key/ID': EBS direct takes neither an alias nor an id alone`;

export const checkKernelId: Checked<string> = (id) =>
  /^aki-[0-9a-f]{8,17}$/.test(id)
    ? undefined
    : `is '${id}', and must be the id of a kernel of EC2's, such as 'aki-919dcaf8'`;

/** It is a tag's value, and filters take it. */
export const checkService: Checked<string> = (service) => {
  if (service.length < 1 || service.length > MAX_TAG_VALUE)
    return `has ${service.length} characters, and must have 1 to ${MAX_TAG_VALUE}`;
  return /^[\p{L}\p{N} _.:/=+\-@]+$/u.test(service)
    ? undefined
    : `is '${service}', and may have letters, digits, spaces and _ . : / = + - @ only, as tags`;
};

export const checkKeep: Checked<number> = (keep) =>
  keep >= 0 ? undefined : `is ${keep}, and must be 0 or more: so many earlier images are kept`;

export const checkAccounts: Checked<readonly string[]> = (accounts) => {
  const odd = accounts.find((account) => !ACCOUNT_ID.test(account));
  return odd === undefined ? undefined : `has '${odd}', and the id of an account has 12 digits`;
};

export const checkCopies: Checked<Readonly<Record<string, unknown>>> = (copies) => {
  const regions = Object.keys(copies);
  if (regions.length > MAX_COPIES) return `has ${regions.length} regions, and may have ${MAX_COPIES}`;
  const odd = regions.find((region) => !AWS_REGION.test(region));
  return odd === undefined
    ? undefined
    : `has the key '${odd}', and each must be a region such as 'eu-central-1'`;
};

export const checkTags: Checked<Readonly<Record<string, string>>> = (tags) => {
  const entries = Object.entries(tags);
  if (entries.length > MAX_TAGS) return `has ${entries.length} tags, and may have ${MAX_TAGS}`;
  for (const [key, value] of entries) {
    if (RESERVED_TAG.test(key)) return `has the key '${key}', which is reserved; choose another prefix`;
    if (key.length < 1 || key.length > MAX_TAG_KEY)
      return `has the key '${key}', and a key has 1 to ${MAX_TAG_KEY} characters`;
    if (value.length > MAX_TAG_VALUE)
      return `has a value of ${value.length} characters for '${key}', and it may have ${MAX_TAG_VALUE}`;
  }
  return undefined;
};
