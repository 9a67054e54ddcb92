import { StartSnapshotCommand } from '@aws-sdk/client-ebs';
import {
  CreateTagsCommand,
  DeleteSnapshotCommand,
  DeregisterImageCommand,
  DescribeImagesCommand,
  DescribeSnapshotsCommand,
  RegisterImageCommand,
  type RegisterImageCommandInput,
} from '@aws-sdk/client-ec2';
import { type AwsFake, type AwsFakeOptions, startAwsFake } from '../../helpers/aws-fake';
import { type Clients, clientsOf, sealedSnapshot } from '../../helpers/aws-fake/clients';

let fake: AwsFake;
let clients: Clients;
let snapshot: string;

async function open(options: AwsFakeOptions = {}): Promise<void> {
  fake = await startAwsFake(options);
  clients = clientsOf(fake);
  snapshot = await sealedSnapshot(clients);
}

const mapping = (Ebs: object = {}) => [{ DeviceName: '/dev/xvda', Ebs: { SnapshotId: snapshot, ...Ebs } }];

async function register(input: Partial<RegisterImageCommandInput> = {}): Promise<string> {
  const command = new RegisterImageCommand({
    Name: 'kiln/web',
    RootDeviceName: '/dev/xvda',
    BlockDeviceMappings: mapping(),
    ...input,
  });
  return (await clients.ec2.send(command)).ImageId as string;
}

async function describe(input: DescribeImagesCommand['input'] = {}) {
  return (await clients.ec2.send(new DescribeImagesCommand(input))).Images ?? [];
}

afterEach(async () => {
  clients.close();
  await fake.stop();
});

test('an image without more is 32-bit and paravirtual, as with the real API', async () => {
  await open();
  const id = await register();
  const [image] = await describe({ ImageIds: [id] });
  expect(image).toMatchObject({ Architecture: 'i386', VirtualizationType: 'paravirtual', State: 'pending' });
  expect(image).not.toHaveProperty('EnaSupport');
  expect(image).not.toHaveProperty('BootMode');
});

test('an image shows everything that it was registered with', async () => {
  await open({ lateness: { image: 0 } });
  const tags = [
    { Key: 'kiln:digest', Value: 'sha256:<a>&"b"' },
    { Key: 'plain', Value: '' },
  ];
  const id = await register({
    Description: 'the web service',
    Architecture: 'x86_64',
    VirtualizationType: 'hvm',
    BootMode: 'uefi',
    EnaSupport: true,
    ImdsSupport: 'v2.0',
    TpmSupport: 'v2.0',
    BlockDeviceMappings: mapping({
      VolumeType: 'gp3',
      VolumeSize: 2,
      Iops: 3000,
      Throughput: 125,
      DeleteOnTermination: true,
    }),
    TagSpecifications: [{ ResourceType: 'image', Tags: tags }],
  });
  expect((await describe({ ImageIds: [id] }))[0]).toMatchObject({
    ImageId: id,
    Name: 'kiln/web',
    Description: 'the web service',
    State: 'available',
    OwnerId: '123456789012',
    Architecture: 'x86_64',
    VirtualizationType: 'hvm',
    BootMode: 'uefi',
    EnaSupport: true,
    ImdsSupport: 'v2.0',
    TpmSupport: 'v2.0',
    RootDeviceName: '/dev/xvda',
    RootDeviceType: 'ebs',
    BlockDeviceMappings: [
      {
        DeviceName: '/dev/xvda',
        Ebs: {
          SnapshotId: snapshot,
          VolumeType: 'gp3',
          VolumeSize: 2,
          Iops: 3000,
          Throughput: 125,
          DeleteOnTermination: true,
          Encrypted: false,
        },
      },
    ],
    Tags: tags,
  });
});

test('an image is pending, then available', async () => {
  await open({ lateness: { image: 2 } });
  const id = await register();
  const states = [];
  for (let polls = 0; polls < 3; polls++) states.push((await describe({ ImageIds: [id] }))[0]?.State);
  expect(states).toEqual(['pending', 'pending', 'available']);
});

test('an image that failed says why', async () => {
  await open();
  const id = await register();
  fake.failImage(id, 'the snapshot is broken');
  expect((await describe({ ImageIds: [id] }))[0]).toMatchObject({
    State: 'failed',
    StateReason: { Message: 'the snapshot is broken' },
  });
});

test('refuses a name that is taken, and frees it when its image is deregistered', async () => {
  await open();
  const id = await register();
  await expect(register()).rejects.toMatchObject({
    name: 'InvalidAMIName.Duplicate',
    message: `AMI name kiln/web is already in use by AMI ${id}`,
  });
  await clients.ec2.send(new DeregisterImageCommand({ ImageId: id }));
  expect(await register()).not.toBe(id);
});

test.each<[string, () => Partial<RegisterImageCommandInput>, string, RegExp]>([
  ['a name too short', () => ({ Name: 'ab' }), 'InvalidAMIName.Malformed', /between 3 and 128/],
  ['a name with a colon', () => ({ Name: 'kiln:web' }), 'InvalidAMIName.Malformed', /between 3 and 128/],
  ['a long description', () => ({ Description: 'x'.repeat(256) }), 'InvalidParameterValue', /at most 255/],
  ['no name', () => ({ Name: '' }), 'MissingParameter', /the parameter Name$/],
  [
    'no root device',
    () => ({ RootDeviceName: undefined }),
    'MissingParameter',
    /the parameter RootDeviceName$/,
  ],
  [
    'a root device that is not mapped',
    () => ({ RootDeviceName: '/dev/sda1' }),
    'InvalidBlockDeviceMapping',
    /^No mapping of the root device \/dev\/sda1$/,
  ],
  [
    'encryption of a snapshot',
    () => ({ BlockDeviceMappings: mapping({ Encrypted: true }) }),
    'InvalidBlockDeviceMapping',
    /the encrypted flag cannot be specified since device \/dev\/xvda has a snapshot/,
  ],
  [
    'an absent snapshot',
    () => ({ BlockDeviceMappings: mapping({ SnapshotId: 'snap-00000000000000000' }) }),
    'InvalidSnapshot.NotFound',
    /does not exist/,
  ],
  [
    'a volume smaller than its snapshot',
    () => ({ BlockDeviceMappings: mapping({ VolumeSize: 0 }) }),
    'InvalidBlockDeviceMapping',
    /^Volume of size 0GB is smaller than snapshot/,
  ],
  [
    'operations per second for gp2',
    () => ({ BlockDeviceMappings: mapping({ VolumeType: 'gp2', Iops: 3000 }) }),
    'InvalidParameterCombination',
    /iops is not supported for gp2/,
  ],
  [
    'an unknown architecture',
    () => ({ Architecture: 'riscv64' as 'arm64' }),
    'InvalidParameterValue',
    /^Value \(riscv64\) for parameter Architecture/,
  ],
  [
    'arm64 with BIOS',
    () => ({ Architecture: 'arm64', VirtualizationType: 'hvm', BootMode: 'legacy-bios' }),
    'InvalidParameterCombination',
    /arm64 boots only by uefi/,
  ],
  [
    'a TPM without UEFI',
    () => ({ Architecture: 'x86_64', VirtualizationType: 'hvm', TpmSupport: 'v2.0' }),
    'InvalidParameterCombination',
    /tpmSupport needs the boot mode uefi/,
  ],
  [
    'a kernel for HVM',
    () => ({ VirtualizationType: 'hvm', KernelId: 'aki-12345678' }),
    'InvalidParameterCombination',
    /kernelId is not supported/,
  ],
  [
    'a boot mode for PV',
    () => ({ Architecture: 'x86_64', BootMode: 'legacy-bios' }),
    'InvalidParameterCombination',
    /boot mode is not supported for the virtualization type paravirtual/,
  ],
  [
    'tags of an instance',
    () => ({ TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'a', Value: 'b' }] }] }),
    'InvalidParameterValue',
    /^'instance' is not a valid taggable/,
  ],
])('refuses to register %s', async (_, input, name, message) => {
  await open();
  await expect(register(input())).rejects.toMatchObject({ name, message: expect.stringMatching(message) });
  expect(fake.images).toEqual([]);
});

test('refuses to register a snapshot that is not sealed yet', async () => {
  await open();

  const { SnapshotId } = await clients.ebs.send(new StartSnapshotCommand({ VolumeSize: 1 }));
  await expect(register({ BlockDeviceMappings: mapping({ SnapshotId }) })).rejects.toMatchObject({
    name: 'IncorrectState',
    message: `The snapshot '${SnapshotId}' is pending, not completed`,
  });
});

test('images are found by filters, all of which must pass', async () => {
  await open();
  const one = await register({
    Name: 'kiln-one',
    TagSpecifications: [{ ResourceType: 'image', Tags: [{ Key: 'd', Value: '1' }] }],
  });
  const two = await register({ Name: 'kiln-two', Architecture: 'x86_64' });
  const ids = async (...filters: (readonly [string, ...string[]])[]) => {
    const Filters = filters.map(([Name, ...Values]) => ({ Name, Values }));
    return (await describe({ Filters, Owners: ['self'] })).map(({ ImageId }) => ImageId);
  };
  expect(await ids(['name', 'kiln-one'])).toEqual([one]);
  expect(await ids(['name', 'kiln-*'])).toEqual([one, two]);
  expect(await ids(['name', 'kiln-*'], ['architecture', 'x86_64'])).toEqual([two]);
  expect(await ids(['tag:d', '0', '1'])).toEqual([one]);
  expect(await ids(['tag-key', 'd'])).toEqual([one]);
  expect(await ids(['name', 'kiln.one'])).toEqual([]);
  expect(await describe({ Owners: ['amazon'] })).toEqual([]);
  await expect(ids(['colour', 'red'])).rejects.toMatchObject({ message: "The filter 'colour' is invalid" });
});

test('refuses ids that are malformed or not there', async () => {
  await open();
  await expect(describe({ ImageIds: ['ami-x'] })).rejects.toMatchObject({ name: 'InvalidAMIID.Malformed' });
  await expect(describe({ ImageIds: ['ami-00000000000000000'] })).rejects.toMatchObject({
    name: 'InvalidAMIID.NotFound',
  });
  const id = await register();
  await clients.ec2.send(new DeregisterImageCommand({ ImageId: id }));
  await expect(describe({ ImageIds: [id] })).rejects.toMatchObject({ name: 'InvalidAMIID.NotFound' });
  const again = clients.ec2.send(new DeregisterImageCommand({ ImageId: id }));
  await expect(again).rejects.toMatchObject({ name: 'InvalidAMIID.Unavailable' });
});

test('refuses to delete the snapshot of a registered image', async () => {
  await open();
  const id = await register();
  const remove = () => clients.ec2.send(new DeleteSnapshotCommand({ SnapshotId: snapshot }));
  await expect(remove()).rejects.toMatchObject({
    name: 'InvalidSnapshot.InUse',
    message: `The snapshot ${snapshot} is currently in use by ${id}`,
  });
  await clients.ec2.send(new DeregisterImageCommand({ ImageId: id }));
  await remove();
  await expect(remove()).rejects.toMatchObject({ name: 'InvalidSnapshot.NotFound' });
});

test('deregistering deletes the snapshots if asked to, but none that another image uses', async () => {
  await open();
  const [first, second] = [await register({ Name: 'first' }), await register({ Name: 'second' })];
  const deregister = (ImageId: string) =>
    clients.ec2.send(new DeregisterImageCommand({ ImageId, DeleteAssociatedSnapshots: true }));
  expect((await deregister(first)).DeleteSnapshotResults).toEqual([
    { SnapshotId: snapshot, ReturnCode: 'skipped' },
  ]);
  expect((await deregister(second)).DeleteSnapshotResults).toEqual([
    { SnapshotId: snapshot, ReturnCode: 'success' },
  ]);
  expect(fake.snapshots).toEqual([]);
});

test('tags are added to images and snapshots, and snapshots are found by them', async () => {
  await open();
  const id = await register();
  await clients.ec2.send(
    new CreateTagsCommand({ Resources: [id, snapshot], Tags: [{ Key: 'stack', Value: 'web' }] }),
  );
  const filter = new DescribeSnapshotsCommand({ Filters: [{ Name: 'tag:stack', Values: ['web'] }] });
  expect((await clients.ec2.send(filter)).Snapshots).toMatchObject([
    { SnapshotId: snapshot, VolumeSize: 1, State: 'completed' },
  ]);
  expect(fake.images[0]?.tags.get('stack')).toBe('web');
});

test('new things may be unknown to the first that ask', async () => {
  await open({ lateness: { unknownImage: 2 } });
  const id = await register();
  expect(await describe({ Owners: ['self'] })).toEqual([]);
  await expect(describe({ ImageIds: [id] })).rejects.toMatchObject({ name: 'InvalidAMIID.NotFound' });
  expect(await describe({ ImageIds: [id] })).toHaveLength(1);
});
