import {
  CopyImageCommand,
  CreateTagsCommand,
  DeleteTagsCommand,
  DescribeImageAttributeCommand,
  DescribeImagesCommand,
  ModifyImageAttributeCommand,
  ModifySnapshotAttributeCommand,
} from '@aws-sdk/client-ec2';
import { type AwsFake, startAwsFake } from '../../helpers/aws-fake';
import { type Clients, clientsOf, sealedSnapshot } from '../../helpers/aws-fake/clients';

let fake: AwsFake;
let here: Clients;
let there: Clients;
let snapshotId: string;
let imageId: string;
const OTHER = '210987654321';

beforeEach(async () => {
  fake = await startAwsFake({ pace: 0, otherRegions: ['eu-west-1'] });
  here = clientsOf(fake);
  there = clientsOf(fake, { region: 'eu-west-1' });
  snapshotId = await sealedSnapshot(here, { 3: 9 });
  imageId = fake.addImage({ name: 'web', snapshotId });
});
afterEach(async () => {
  for (const { close } of [here, there]) close();
  await fake.stop();
});

const copy = (changes: object = {}) =>
  there.ec2.send(
    new CopyImageCommand({ Name: 'web', SourceImageId: imageId, SourceRegion: fake.region, ...changes }),
  );

test('a copy is another image of another region, with the same bytes and the tags that are asked for', async () => {
  await here.ec2.send(new CreateTagsCommand({ Resources: [imageId], Tags: [{ Key: 'a', Value: 'b' }] }));
  const { ImageId } = await copy({ CopyImageTags: true });
  expect(ImageId).not.toBe(imageId);
  const describe = () => there.ec2.send(new DescribeImagesCommand({ ImageIds: [ImageId ?? ''] }));
  expect((await describe()).Images).toMatchObject([{ State: 'pending' }]);
  expect((await describe()).Images).toMatchObject([{ State: 'available', Tags: [{ Key: 'a', Value: 'b' }] }]);
  expect(fake.imagesIn('eu-west-1')).toHaveLength(1);
  expect(fake.images).toHaveLength(1);
  const [snapshot] = fake.snapshotsIn('eu-west-1');
  expect([...(snapshot?.blocks.keys() ?? [])]).toEqual([3]);
});

test('the same token makes one copy', async () => {
  const first = await copy({ ClientToken: 't' });
  expect((await copy({ ClientToken: 't' })).ImageId).toBe(first.ImageId);
  expect(fake.imagesIn('eu-west-1')).toHaveLength(1);
});

test('launch permissions are given, shown and taken', async () => {
  const change = (LaunchPermission: object) =>
    here.ec2.send(new ModifyImageAttributeCommand({ ImageId: imageId, LaunchPermission }));
  const shown = async () => {
    const command = new DescribeImageAttributeCommand({ ImageId: imageId, Attribute: 'launchPermission' });
    return (await here.ec2.send(command)).LaunchPermissions;
  };
  await change({ Add: [{ UserId: OTHER }] });
  expect(await shown()).toEqual([{ UserId: OTHER }]);
  await change({ Remove: [{ UserId: OTHER }] });
  expect(await shown()).toEqual([]);
  await expect(change({ Add: [{ UserId: '1' }] })).rejects.toThrow('Invalid user id: "1"');
});

test('a snapshot is given to other accounts', async () => {
  const CreateVolumePermission = { Add: [{ UserId: OTHER }] };
  const command = new ModifySnapshotAttributeCommand({ SnapshotId: snapshotId, CreateVolumePermission });
  await here.ec2.send(command);
  expect([...(fake.snapshots[0]?.createVolumePermissions ?? [])]).toEqual([OTHER]);
});

test('tags go by key, or only with their value', async () => {
  const Tags = [
    { Key: 'a', Value: '1' },
    { Key: 'b', Value: '2' },
  ];
  const Resources = [imageId];
  await here.ec2.send(new CreateTagsCommand({ Resources, Tags }));
  const off = [{ Key: 'a' }, { Key: 'b', Value: 'other' }];
  await here.ec2.send(new DeleteTagsCommand({ Resources, Tags: off }));
  expect([...(fake.images[0]?.tags ?? [])]).toEqual([['b', '2']]);
});

test('refuses a copy of what is not there, of a name that is taken, and in a region that is not known', async () => {
  await expect(copy({ SourceImageId: 'ami-0aaaaaaaaaaaaaaaa' })).rejects.toMatchObject({
    name: 'InvalidRequest',
  });
  await copy();
  await expect(copy()).rejects.toMatchObject({ name: 'InvalidAMIName.Duplicate' });
  const elsewhere = clientsOf(fake, { region: 'us-east-1' });
  const command = new CopyImageCommand({ Name: 'a-b', SourceImageId: imageId, SourceRegion: fake.region });
  await expect(elsewhere.ec2.send(command)).rejects.toThrow("scoped to a valid region, not 'us-east-1'");
  elsewhere.close();
});
