import { awsConfigOf } from '../../../lib/provider/aws-config';
import { type AwsFake, startAwsFake } from '../../helpers/aws-fake';
import { AmiBench } from './ami-fixture';

const IMAGE = { path: 'web.elf', kind: 'kernel', digest: `sha256:${'a'.repeat(64)}`, boot_args: [] };
const KEY = 'arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555';
const tagsOf = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, 'v']));
const regionsOf = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`eu-west-${index}`, {}]));

let fake: AwsFake;
let bench: AmiBench;

beforeAll(async () => {
  fake = await startAwsFake();
  bench = await new AmiBench(fake).start();
});
afterAll(async () => {
  await bench.end();
  await fake.stop();
});

test.each([
  [{ name: 'ab' }, "'name' is 'ab', and must have 3 to 128 characters"],
  [{ name: 'a'.repeat(129) }, 'and must have 3 to 128 characters'],
  [
    { name: 'web*1' },
    "'name' is 'web*1', and must have 3 to 128 characters: letters, digits and ( ) [ ] space",
  ],
  [{ description: 'x'.repeat(256) }, "'description' has 256 characters, and may have 255"],
  [{ region: 'Frankfurt' }, "'region' is 'Frankfurt', and must be a region such as 'eu-central-1'"],
  [{ architecture: 'i386' }, "'architecture' is 'i386', and must be one of 'x86_64', 'arm64'"],
  [{ boot_mode: 'bios' }, "'boot_mode' is 'bios', and must be one of 'legacy-bios', 'uefi'"],
  [{ image: { ...IMAGE, kind: 'elf' } }, "'image.kind' is 'elf', and must be one of 'kernel', 'disk'"],
  [{ image: { ...IMAGE, digest: 'sha256:1' } }, "'image.digest' must be 'sha256:' and 64 hexadecimal digits"],
  [{ image: { ...IMAGE, kind: 'disk', initrd: 'root' } }, "'image.initrd' is only for a kernel"],
  [{ kms_key_id: KEY }, "'kms_key_id' is given and 'encrypted' is not true"],
  [{ encrypted: true, kms_key_id: 'alias/web' }, "'kms_key_id' is 'alias/web', and must be the ARN of a key"],
  [
    { encrypted: true, kms_key_id: KEY, region: 'eu-north-1' },
    "'kms_key_id' is a key of eu-central-1, and the image is made in eu-north-1",
  ],
  [
    { architecture: 'arm64', boot_mode: 'legacy-bios' },
    "'boot_mode' is 'legacy-bios', and arm64 machines start",
  ],
  [{ tags: tagsOf(44) }, "'tags' has 44 tags, and may have 43"],
  [{ tags: { 'kiln:digest': 'x' } }, "'tags' has the key 'kiln:digest', which is reserved"],
  [{ tags: { 'AWS:x': 'x' } }, "'tags' has the key 'AWS:x', which is reserved"],
  [{ tags: { ['k'.repeat(128)]: 'x' } }, 'and a key has 1 to 127 characters'],
  [{ tags: { k: 'v'.repeat(256) } }, "'tags' has a value of 256 characters for 'k', and it may have 255"],
  [{ service: '' }, "'service' has 0 characters, and must have 1 to 255"],
  [
    { service: 'shop/web*' },
    "'service' is 'shop/web*', and may have letters, digits, spaces and _ . : / = + - @",
  ],
  [{ service: 'shop/web', keep: -1 }, "'keep' is -1, and must be 0 or more"],
  [{ keep: 3 }, "'keep' is given and 'service' is not: only a service has earlier images"],
  [{ copies: { Ireland: {} } }, "'copies' has the key 'Ireland', and each must be a region"],
  [{ copies: regionsOf(17) }, "'copies' has 17 regions, and may have 16"],
  [
    { region: 'eu-west-1', copies: { 'eu-west-1': {} } },
    "'copies' has eu-west-1, the region of the image itself; take it out",
  ],
  [
    { copies: { 'eu-west-1': { kms_key_id: 'alias/web' } } },
    "'copies.eu-west-1.kms_key_id' is 'alias/web', and must be the ARN of a key",
  ],
  [
    { copies: { 'eu-west-1': { kms_key_id: KEY } } },
    "'copies' has a key of eu-central-1 for eu-west-1; a copy needs one of its region",
  ],
  [{ launch_permissions: ['me'] }, "'launch_permissions' has 'me', and the id of an account has 12 digits"],
  [
    { launch_permissions: ['210987654321'], encrypted: true },
    "the image is encrypted with the account's own key for EBS, which other accounts cannot use",
  ],
  [
    {
      launch_permissions: ['210987654321'],
      encrypted: true,
      kms_key_id: KEY,
      copies: { 'eu-west-1': {} },
    },
    "the copy in eu-west-1 is encrypted with the account's own key for EBS, which other accounts cannot use; give its",
  ],
  [{ kernel_id: 'pv-grub' }, "'kernel_id' is 'pv-grub', and must be the id of a kernel of EC2's"],
  [
    { kernel_id: 'aki-919dcaf8', boot_mode: 'uefi' },
    "'boot_mode' is 'uefi', and 'kernel_id' makes the image paravirtual, without a firmware",
  ],
  [
    { kernel_id: 'aki-919dcaf8', architecture: 'arm64' },
    "'architecture' is 'arm64', and 'kernel_id' makes the image paravirtual, for x86_64 only",
  ],
  [
    { kernel_id: 'aki-919dcaf8', ena_support: true },
    "'ena_support' is true, and 'kernel_id' makes the image paravirtual: nobody could reach its instances",
  ],
  [{ tpm: true }, "'tpm' is true, and only images with the 'boot_mode' 'uefi' have a TPM; set it"],
  [{ tpm: true, architecture: 'arm64' }, "'tpm' is true, and arm64 instances have no TPM"],
])('refuses %j', async (change, message) => {
  const problems = await bench.validate({ image: IMAGE, ...change });
  expect(problems).toEqual([expect.stringContaining(message)]);
});

test.each([
  [{}],
  [{ name: "web [1] (a)/b-'c'@d_e.f" }],
  [{ encrypted: true, kms_key_id: KEY, region: 'eu-central-1' }],
  [{ region: 'us-gov-west-1' }],
  [{ tags: tagsOf(43) }],
  [{ service: 'shop/web', keep: 0, source: 'source.json' }],
  [{ copies: { 'eu-west-1': {} }, launch_permissions: ['210987654321'] }],
  [
    {
      region: 'eu-central-1',
      encrypted: true,
      kms_key_id: KEY,
      copies: { 'eu-west-1': { kms_key_id: KEY.replace('eu-central-1', 'eu-west-1') } },
      launch_permissions: ['210987654321'],
    },
  ],
  [{ kernel_id: 'aki-919dcaf8' }],
  [{ tpm: true, boot_mode: 'uefi' }],
])('takes %j', async (change) => {
  expect(await bench.validate({ image: IMAGE, ...change })).toEqual([]);
});

test('as many tags as it takes, EC2 takes as well, with its own', async () => {
  const { problems } = await bench.apply({ image: bench.kernel(), tags: tagsOf(43) });
  expect(problems).toEqual([]);
  expect(fake.images[0]?.tags.size).toBeLessThanOrEqual(50);
});

test('a provider that is told nothing leaves everything to the SDK', () => {
  expect(awsConfigOf({ aws: null })).toEqual({
    region: undefined,
    endpoints: { ec2: undefined, ebs: undefined },
    isKnown: true,
  });
});
