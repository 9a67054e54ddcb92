import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { DeregisterImageCommand } from '@aws-sdk/client-ec2';
import { type AwsAction, type AwsFake, startAwsFake } from '../helpers/aws-fake';
import { clientsOf } from '../helpers/aws-fake/clients';
import { startNitroGuest } from '../helpers/aws-fake/nitro-guest';
import { testWith } from '../helpers/boot-fixture';
import { endGuest, endGuestsAfterwards } from '../helpers/http-guest';
import { helloKernel, imageSpec } from '../helpers/unikernel';
import { TerraformFolder } from './terraform-folder';

jest.setTimeout(120_000);

const amis = testWith('terraform', 'make', 'gcc');
const boots = testWith('terraform', 'make', 'gcc', 'qemu-system-x86_64');
endGuestsAfterwards();

/** Calls that change something. */
const WRITES: readonly AwsAction[] = [
  'StartSnapshot',
  'PutSnapshotBlock',
  'CompleteSnapshot',
  'RegisterImage',
  'DeregisterImage',
  'DeleteSnapshot',
];

let fake: AwsFake;
let stack: TerraformFolder;

beforeAll(async () => {
  // Where tokens stay bound, a snapshot that was removed within ten seconds is waited for, two minutes: too long here.
  fake = await startAwsFake({ secretAccessKey: 'a secret/+=', tokenOfDeleted: 'freed' });
  const { AWS_ENDPOINT_URL: _, AWS_REGION: __, ...credentials } = fake.env;
  stack = new TerraformFolder(credentials);
  cpSync(helloKernel(), join(stack.folder, 'hello.elf'));
  configure('1');
  await stack.init();
});
afterAll(async () => {
  await stack.remove();
  await fake.stop();
});

function configure(version: string, path = 'hello.elf'): void {
  const bootArgs = ['--greeting=from an AMI', `--version=${version}`];
  const { digest } = imageSpec(join(stack.folder, 'hello.elf'), { boot: 'disk', bootArgs });
  stack.write({
    provider: { kiln: { aws: { region: fake.region, endpoints: { ec2: fake.url, ebs: fake.url } } } },
    resource: {
      kiln_ami: {
        web: {
          image: { path, kind: 'kernel', digest, boot_args: bootArgs },
          tags: { service: 'web' },
          lifecycle: { create_before_destroy: true },
        },
      },
    },
  });
}

/** The changing calls since the last time, without repetitions. */
function written(): (AwsAction | undefined)[] {
  const actions = fake.calls.splice(0).map(({ action }) => action);
  return actions.filter(
    (action, index) => action && WRITES.includes(action) && action !== actions[index - 1],
  );
}

amis('an apply makes one image of the kernel, and sends only blocks that hold data', async () => {
  expect(await stack.plannedActions()).toEqual({ 'kiln_ami.web': 'create' });
  expect(written()).toEqual([]);
  await stack.apply();

  const [image] = fake.images;
  expect(fake.images).toHaveLength(1);
  expect(fake.snapshots).toMatchObject([{ state: 'completed' }]);
  expect(image).toMatchObject({
    architecture: 'x86_64',
    virtualizationType: 'hvm',
    bootMode: 'legacy-bios',
    enaSupport: true,
    imdsSupport: 'v2.0',
    state: 'available',
    blockDevices: [{ snapshotId: fake.snapshots[0]?.id, volumeType: 'gp3', deleteOnTermination: true }],
  });
  expect(image?.tags.get('service')).toBe('web');
  expect(stack.attributes('kiln_ami')).toMatchObject({ id: image?.id, snapshot_id: fake.snapshots[0]?.id });
  expect(fake.count('PutSnapshotBlock')).toBe(fake.disk(fake.snapshots[0]?.id ?? '').indexes.length);
  expect(stack.leftovers()).toEqual([]);
});

boots('the disk that was uploaded boots and answers', async () => {
  const disk = fake.disk(fake.snapshots[0]?.id ?? '');
  const guest = await startNitroGuest(disk, join(stack.folder, 'volume.raw'));
  expect(await guest.answer()).toMatch(/^from an AMI version=1 /);
  await endGuest(guest);
});

amis('the next plan has nothing to do, and an apply changes nothing', async () => {
  written();
  expect(await stack.plannedActions()).toEqual({});
  await stack.apply();
  expect(written()).toEqual([]);
});

amis('a new image is there before the old one goes, and nothing is left of that', async () => {
  const [before] = fake.images;
  configure('2');
  expect(await stack.plannedActions()).toEqual({ 'kiln_ami.web': 'create+delete' });
  await stack.apply();

  expect(written()).toEqual([
    'StartSnapshot',
    'PutSnapshotBlock',
    'CompleteSnapshot',
    'RegisterImage',
    'DeregisterImage',
    'DeleteSnapshot',
  ]);
  expect(fake.images).toHaveLength(1);
  expect(fake.images[0]?.id).not.toBe(before?.id);
  expect(fake.snapshots.map(({ id }) => id)).toEqual([fake.images[0]?.blockDevices[0]?.snapshotId]);
});

amis('the same image at another place is no new image', async () => {
  cpSync(join(stack.folder, 'hello.elf'), join(stack.folder, 'moved.elf'));
  configure('2', 'moved.elf');
  await stack.apply();
  expect(written()).toEqual([]);
  expect(await stack.plannedActions()).toEqual({});
});

amis('an image that somebody deregistered is made again', async () => {
  const { ec2, close } = clientsOf(fake);
  const ImageId = fake.images[0]?.id;
  await ec2.send(new DeregisterImageCommand({ ImageId, DeleteAssociatedSnapshots: true }));
  close();
  expect(await stack.plannedActions()).toEqual({ 'kiln_ami.web': 'create' });
  await stack.apply();
  expect(fake.images).toMatchObject([{ state: 'available' }]);
  expect(fake.images[0]?.id).not.toBe(ImageId);
});

amis('refuses without a permission, names it, leaves no snapshot, and the next apply goes on', async () => {
  const [before] = fake.images;
  configure('3');
  fake.fault({ action: 'RegisterImage', kind: 'denied' });
  const { exitCode, output } = await stack.start('apply', '-auto-approve').ended;
  expect(exitCode).toBe(1);
  expect(output).toContain('ec2:RegisterImage');
  expect(fake.images).toEqual([before]);
  expect(fake.snapshots.map(({ id }) => id)).toEqual([before?.blockDevices[0]?.snapshotId]);

  fake.clearFaults();
  await stack.apply();
  expect(fake.images).toHaveLength(1);
  expect(fake.snapshots).toHaveLength(1);
});

amis('an apply whose answers get lost ends with one image', async () => {
  configure('4');
  for (const action of ['StartSnapshot', 'PutSnapshotBlock', 'CompleteSnapshot', 'RegisterImage'] as const)
    fake.fault({ action, kind: 'lost-answer', when: 1 });
  await stack.apply();
  fake.clearFaults();
  expect(fake.images).toMatchObject([{ state: 'available' }]);
  expect(fake.snapshots).toMatchObject([{ state: 'completed' }]);
});

amis('a Ctrl-C while blocks are sent leaves the old image alone, and the next apply ends right', async () => {
  const [before] = fake.images;
  configure('5');
  written();
  fake.fault({ action: 'PutSnapshotBlock', kind: 'hang' });
  const { child, ended } = stack.start('apply', '-auto-approve');
  while (fake.count('PutSnapshotBlock') === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  process.kill(-(child.pid as number), 'SIGINT');
  expect((await ended).exitCode).toBe(1);
  expect(fake.images).toEqual([before]);
  expect(fake.snapshots.map(({ id }) => id)).toEqual([before?.blockDevices[0]?.snapshotId]);
  expect(stack.leftovers()).toEqual([]);

  fake.clearFaults();
  await stack.apply();
  expect(fake.images).toHaveLength(1);
  expect(fake.images[0]?.id).not.toBe(before?.id);
});

amis('destroy leaves nothing', async () => {
  await stack.ok('destroy', '-auto-approve');
  expect({ images: fake.images, snapshots: fake.snapshots }).toEqual({ images: [], snapshots: [] });
  expect(stack.leftovers()).toEqual([]);
});
