import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommandLine } from '../../lib/cli/program';
import { contextIn } from '../cli/fixtures';
import { type AwsFake, startAwsFake } from '../helpers/aws-fake';
import { testWith } from '../helpers/boot-fixture';
import { helloKernel, imageSpec } from '../helpers/unikernel';
import { TerraformFolder } from './terraform-folder';

jest.setTimeout(120_000);

const amis = testWith('terraform', 'make', 'gcc');
const WEST = 'eu-west-1';
const ACCOUNT = '210987654321';
let fake: AwsFake;
let stack: TerraformFolder;
let envBefore: NodeJS.ProcessEnv;

beforeAll(async () => {
  envBefore = { ...process.env };
  fake = await startAwsFake({ otherRegions: [WEST], tokenOfDeleted: 'freed' });
  const { AWS_ENDPOINT_URL: _, AWS_REGION: __, ...credentials } = fake.env;
  stack = new TerraformFolder(credentials);
  cpSync(helloKernel(), join(stack.folder, 'hello.elf'));
  writeFileSync(join(stack.folder, 'source.json'), '{"commit":"c0ffee0"}');
  configure('1');
  await stack.init();
});
afterAll(async () => {
  process.env = envBefore;
  await stack.remove();
  await fake.stop();
});

function configure(version: string, more: object = {}): void {
  const bootArgs = [`--version=${version}`];
  const { digest } = imageSpec(join(stack.folder, 'hello.elf'), { boot: 'disk', bootArgs });
  const web = {
    image: { path: 'hello.elf', kind: 'kernel', digest, boot_args: bootArgs },
    service: 'shop/web',
    keep: 1,
    source: 'source.json',
    ...more,
    lifecycle: { create_before_destroy: true },
  };
  stack.write({
    provider: { kiln: { aws: { region: fake.region, endpoints: { ec2: fake.url, ebs: fake.url } } } },
    resource: { kiln_ami: { web } },
  });
}

const current = () => stack.attributes('kiln_ami').id;
const ids = () => fake.images.map(({ id }) => id);

amis('earlier images of a service stay, as many as are to be kept', async () => {
  await stack.apply();
  const first = current();
  expect(stack.attributes('kiln_ami')).toMatchObject({ source_commit: 'c0ffee0', copy_ids: {} });
  configure('2');
  expect(await stack.plannedActions()).toEqual({ 'kiln_ami.web': 'create+delete' });
  await stack.apply();
  const second = current();
  expect(ids()).toEqual([first, second]);
  configure('3');
  await stack.apply();
  expect(ids()).toEqual([second, current()]);
  expect(fake.snapshots).toHaveLength(2);
});

amis('going back uploads nothing', async () => {
  const [second, third] = ids();
  fake.calls.length = 0;
  configure('2');
  await stack.apply();
  expect(current()).toBe(second);
  expect([fake.count('StartSnapshot'), fake.count('PutSnapshotBlock'), fake.count('RegisterImage')]).toEqual([
    0, 0, 0,
  ]);
  expect(ids()).toEqual([second, third]);
  expect(await stack.plannedActions()).toEqual({});
});

amis('copies and launch permissions come and go in place', async () => {
  const image = current();
  configure('2', { copies: { [WEST]: {} }, launch_permissions: [ACCOUNT] });
  expect(await stack.plannedActions()).toEqual({ 'kiln_ami.web': 'update' });
  await stack.apply();
  expect(stack.attributes('kiln_ami')).toMatchObject({
    id: image,
    copy_ids: { [WEST]: fake.imagesIn(WEST)[0]?.id },
  });
  expect([...(fake.imagesIn(WEST)[0]?.launchPermissions ?? [])]).toEqual([ACCOUNT]);
  expect(await stack.plannedActions()).toEqual({});
  configure('2');
  await stack.apply();
  expect([fake.imagesIn(WEST), fake.snapshotsIn(WEST)]).toEqual([[], []]);
  expect(fake.images.map(({ launchPermissions }) => launchPermissions.size)).toEqual([0, 0]);
});

amis('the command shows what is kept, and prunes it', async () => {
  Object.assign(process.env, fake.env);
  const kept = ids().find((id) => id !== current());
  const list = contextIn(stack.folder);
  expect(await runCommandLine(['images', 'list', '--keep', '1'], list)).toBe(0);
  expect(list.host.outText).toMatch(new RegExp(`${kept} .* c0ffee0 .* kept +1 of 1 that are kept`));
  const prune = contextIn(stack.folder);
  expect(await runCommandLine(['images', 'prune', '--keep', '0', '--yes'], prune)).toBe(0);
  expect(ids()).toEqual([current()]);
  expect(fake.snapshots).toHaveLength(1);
});

amis('destroy leaves nothing but what is in use, and says why', async () => {
  const image = current() as string;
  const template = fake.createLaunchTemplate({ imageId: image, name: 'theirs' });
  const output = await stack.ok('destroy', '-auto-approve');
  expect(output.replace(/\s+/g, ' ')).toContain(
    `${image} of shop/web was left in eu-central-1: used by version 1 of the launch template ${template.id}`,
  );
  expect(ids()).toEqual([image]);
});
