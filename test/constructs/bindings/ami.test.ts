import { TerraformOutput, Testing } from 'cdktf';
import { Ami, type AmiConfig, KilnProvider, type KilnProviderConfig } from '../../../constructs/bindings';
import { LocalStack } from '../../../stacks';
import { temporaryFolder } from '../fixtures';

const IMAGE: AmiConfig['image'] = {
  path: 'images/web.elf',
  kind: 'kernel',
  digest: `sha256:${'a'.repeat(64)}`,
  bootArgs: [],
  initrd: null,
};

/** What Terraform gets of one AMI and of a second provider. */
function synth(config: Partial<AmiConfig> = {}, provider: KilnProviderConfig = {}) {
  const stack = new LocalStack(Testing.app({ outdir: temporaryFolder() }), 'shop');
  new Ami(stack, 'web', { image: IMAGE, ...config });
  new KilnProvider(stack, 'abroad', { alias: 'abroad', ...provider });
  const json = JSON.parse(Testing.synth(stack));
  return { resource: json.resource.kiln_ami.web, providers: json.provider.kiln };
}

test('a new image is made before the old one goes', () => {
  expect(synth().resource).toEqual({
    image: { path: 'images/web.elf', kind: 'kernel', digest: IMAGE.digest, boot_args: [] },
    lifecycle: { create_before_destroy: true },
  });
});

test('a lifecycle of the user adds to that, or decides otherwise', () => {
  expect(synth({ lifecycle: { preventDestroy: true } }).resource.lifecycle).toEqual({
    create_before_destroy: true,
    prevent_destroy: true,
  });
  expect(synth({ lifecycle: { createBeforeDestroy: false } }).resource.lifecycle).toEqual({
    create_before_destroy: false,
  });
});

test('every argument goes by the name that the provider has for it', () => {
  const { resource } = synth({
    image: { ...IMAGE, initrd: 'images/root.initrd' },
    name: 'web-1',
    description: 'the shop',
    region: 'eu-central-1',
    architecture: 'arm64',
    bootMode: 'uefi',
    enaSupport: false,
    imdsV2: false,
    encrypted: true,
    kmsKeyId: 'arn:aws:kms:eu-central-1:123456789012:key/k',
    tags: { team: 'shop' },
    service: 'shop/web',
    keep: 3,
    copies: { 'eu-west-1': {}, 'us-east-1': { kmsKeyId: 'arn:aws:kms:us-east-1:123456789012:key/k' } },
    launchPermissions: ['210987654321'],
    source: 'source.json',
    tpm: true,
  });
  expect(resource).toMatchObject({
    image: { initrd: 'images/root.initrd' },
    name: 'web-1',
    description: 'the shop',
    region: 'eu-central-1',
    architecture: 'arm64',
    boot_mode: 'uefi',
    ena_support: false,
    imds_v2: false,
    encrypted: true,
    kms_key_id: 'arn:aws:kms:eu-central-1:123456789012:key/k',
    tags: { team: 'shop' },
    service: 'shop/web',
    keep: 3,
    copies: { 'eu-west-1': {}, 'us-east-1': { kms_key_id: 'arn:aws:kms:us-east-1:123456789012:key/k' } },
    launch_permissions: ['210987654321'],
    source: 'source.json',
    tpm: true,
  });
  expect(synth({ kernelId: 'aki-919dcaf8' }).resource.kernel_id).toBe('aki-919dcaf8');
});

test('a boot argument reaches the provider as it was hashed', () => {
  const { resource } = synth({ image: { ...IMAGE, bootArgs: [`--path=$\{HOME}`] } });
  expect(resource.image.boot_args).toEqual([`--path=$$\{HOME}`]);
});

test('what AWS gives is had as tokens', () => {
  const stack = new LocalStack(Testing.app({ outdir: temporaryFolder() }), 'shop');
  const ami = new Ami(stack, 'web', { image: IMAGE });
  const tokens = {
    id: ami.id,
    snapshot_id: ami.snapshotId,
    size_gib: ami.sizeGib,
    source_commit: ami.sourceCommit,
  };
  for (const [name, value] of Object.entries(tokens)) new TerraformOutput(stack, name, { value });
  new TerraformOutput(stack, 'copy', { value: ami.copyId('eu-west-1') });
  const { output } = JSON.parse(Testing.synth(stack));
  for (const name of Object.keys(tokens)) expect(output[name].value).toBe(`$\{kiln_ami.web.${name}}`);
  expect(output.copy.value).toBe(`$\{kiln_ami.web.copy_ids["eu-west-1"]}`);
});

test('a provider says where AWS is only when it is told', () => {
  expect(synth().providers).toEqual([{}, { alias: 'abroad' }]);
  const aws = { region: 'eu-north-1', endpoints: { ec2: 'http://127.0.0.1:1', ebs: 'http://127.0.0.1:2' } };
  expect(synth({}, { aws }).providers).toEqual([{}, { alias: 'abroad', aws }]);
});
