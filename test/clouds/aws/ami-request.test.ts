import type { AmiRequest } from '../../../lib/clouds/aws';
import { checkRequest } from '../../../lib/clouds/aws/ami-request';
import { diskOf, requestFor } from '../../helpers/aws-work';
import { refusal } from '../../helpers/refusal';

const disk = diskOf(2049, {});

test('a volume is as large as its disk, in whole GiB', () => {
  expect(checkRequest(requestFor(), disk)).toMatchObject({ volumeSizeGib: 2, encrypted: false });
  expect(checkRequest(requestFor(), diskOf(2048, {})).volumeSizeGib).toBe(1);
});

const many = Object.fromEntries(Array.from({ length: 48 }, (_, i) => [`k${i}`, '']));

test.each<[why: string, changes: Partial<AmiRequest>, message: string]>([
  ['a short name', { name: 'ab' }, 'the image\'s name is "ab", 2 characters; EC2 takes 3 to 128'],
  ['a long name', { name: 'a'.repeat(129) }, '129 characters; EC2 takes 3 to 128'],
  ['a name with a wildcard', { name: 'web-*' }, '"web-*"'],
  ['no digest', { digest: '' }, 'the image has no digest; an image is found again by it'],
  ['a long description', { description: 'a'.repeat(256) }, 'has 256 characters; EC2 takes at most 255'],
  ['a BIOS on arm64', { architecture: 'arm64' }, 'boot mode legacy-bios is asked of an arm64 image'],
  ['a key for nothing', { kmsKeyId: 'arn' }, 'a KMS key is given for an image that is not encrypted'],
  ['too many tags', { tags: many }, 'the image has 48 tags; EC2 takes 50, of which Kiln needs 7'],
  ['a long key', { tags: { ['k'.repeat(128)]: '' } }, 'has a key of 128 characters; EBS takes 1 to 127'],
  ['an empty key', { tags: { '': 'x' } }, 'has a key of 0 characters'],
  ['a long value', { tags: { k: 'v'.repeat(256) } }, 'has a value of 256 characters; EBS takes at most 255'],
  ["Kiln's own key", { tags: { 'kiln:digest': 'x' } }, 'the tag "kiln:digest" begins with a reserved word'],
  ['a small volume', { volumeSizeGib: 1 }, 'it needs at least 2 GiB'],
  ['a large volume', { volumeSizeGib: 65_537 }, 'a snapshot has at most 65536 GiB'],
])('refuses %s', (_, changes, message) => {
  const [code, text] = refusal(() => checkRequest(requestFor(changes), disk));
  expect(code).toBe('aws.request');
  expect(text).toContain(message);
});

test('refuses a disk without bytes, one beyond 64 TiB, and one in other blocks', () => {
  const refused = (changes: object) => refusal(() => checkRequest(requestFor(), { ...disk, ...changes }))[1];
  expect(refused({ size: 0 })).toBe('the disk has 0 bytes; an image needs at least one');
  expect(refused({ size: 2 ** 46 + 1 })).toContain('needs a volume of 65537 GiB');
  expect(refused({ blockSize: 512 })).toBe('the disk is read in blocks of 512 bytes; EBS takes 524288');
});
