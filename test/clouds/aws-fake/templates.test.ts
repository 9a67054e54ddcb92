import {
  CreateLaunchTemplateCommand,
  CreateLaunchTemplateVersionCommand,
  DeleteLaunchTemplateVersionsCommand,
  DescribeImageReferencesCommand,
  DescribeLaunchTemplatesCommand,
  DescribeLaunchTemplateVersionsCommand,
  ModifyLaunchTemplateCommand,
  type RequestLaunchTemplateData,
} from '@aws-sdk/client-ec2';
import { type AwsFake, startAwsFake } from '../../helpers/aws-fake';
import { type Clients, clientsOf } from '../../helpers/aws-fake/clients';

let fake: AwsFake;
let clients: Clients;

beforeEach(async () => {
  fake = await startAwsFake({ pace: 0 });
  clients = clientsOf(fake);
});
afterEach(async () => {
  clients.close();
  await fake.stop();
});

const DATA: RequestLaunchTemplateData = {
  ImageId: 'ami-0123456789abcdef0',
  InstanceType: 't3.micro',
  MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 1 },
  NetworkInterfaces: [{ DeviceIndex: 0, Groups: ['sg-1', 'sg-2'], AssociatePublicIpAddress: false }],
  BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { VolumeType: 'gp3', Encrypted: true } }],
  TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'a', Value: 'b' }] }],
};

async function create(LaunchTemplateName = 'web', LaunchTemplateData = DATA): Promise<string> {
  const command = new CreateLaunchTemplateCommand({ LaunchTemplateName, LaunchTemplateData });
  const { LaunchTemplate } = await clients.ec2.send(command);
  return LaunchTemplate?.LaunchTemplateId ?? '';
}

async function version(LaunchTemplateId: string, Version: string) {
  const command = new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateId, Versions: [Version] });
  const { LaunchTemplateVersions = [] } = await clients.ec2.send(command);
  return LaunchTemplateVersions[0];
}

test('a version is given back as it was given', async () => {
  const id = await create();
  expect((await version(id, '1'))?.LaunchTemplateData).toEqual(DATA);
});

test('a version on another one replaces only what it names', async () => {
  const LaunchTemplateId = await create();
  const LaunchTemplateData = { ImageId: 'ami-0123456789abcdef1' };
  const command = { LaunchTemplateId, SourceVersion: '1', LaunchTemplateData };
  await clients.ec2.send(new CreateLaunchTemplateVersionCommand(command));
  expect(await version(LaunchTemplateId, '$Latest')).toMatchObject({
    VersionNumber: 2,
    DefaultVersion: false,
    LaunchTemplateData: { ...DATA, ...LaunchTemplateData },
  });
  expect(await version(LaunchTemplateId, '$Default')).toMatchObject({ VersionNumber: 1 });
});

test('the default moves only when told, and never goes', async () => {
  const LaunchTemplateId = await create();
  for (let more = 0; more < 3; more++) fake.addTemplateVersion(LaunchTemplateId, {});
  await clients.ec2.send(new ModifyLaunchTemplateCommand({ LaunchTemplateId, DefaultVersion: '2' }));
  const command = new DeleteLaunchTemplateVersionsCommand({ LaunchTemplateId, Versions: ['2', '4', '9'] });
  expect(await clients.ec2.send(command)).toMatchObject({
    SuccessfullyDeletedLaunchTemplateVersions: [{ VersionNumber: 4 }],
    UnsuccessfullyDeletedLaunchTemplateVersions: [
      { VersionNumber: 2, ResponseError: { Code: 'launchTemplateVersionIsDefault' } },
      { VersionNumber: 9, ResponseError: { Code: 'launchTemplateVersionDoesNotExist' } },
    ],
  });
  const { LaunchTemplates } = await clients.ec2.send(new DescribeLaunchTemplatesCommand({}));
  expect(LaunchTemplates).toMatchObject([{ DefaultVersionNumber: 2, LatestVersionNumber: 3 }]);
  expect(fake.addTemplateVersion(LaunchTemplateId, {})).toBe(5);
});

test('an image is referred to by instances and by every version, until they are gone', async () => {
  const references = async (ImageId: string) => {
    const command = new DescribeImageReferencesCommand({
      ImageIds: [ImageId],
      IncludeAllResourceTypes: true,
    });
    const { ImageReferences = [] } = await clients.ec2.send(command);
    return ImageReferences.map(({ ResourceType }) => ResourceType).sort();
  };
  const image = 'ami-0123456789abcdef0';
  fake.imagesOfOthers(image);
  const id = await create();
  fake.addTemplateVersion(id, { imageId: 'ami-0123456789abcdef1' });
  fake.createGroup({ name: 'web', launchTemplate: { id }, min: 1, max: 1 });
  fake.step(3);
  expect(await references(image)).toEqual(['ec2:Instance', 'ec2:LaunchTemplate']);
  expect(await references('ami-0123456789abcdef1')).toEqual(['ec2:LaunchTemplate']);
  expect(await references('ami-0123456789abcdef2')).toEqual([]);
});

describe('refuses', () => {
  test('a name that is there, and one that is too short', async () => {
    await create();
    await expect(create()).rejects.toMatchObject({
      name: 'InvalidLaunchTemplateName.AlreadyExistsException',
      message: 'Launch template name already in use.',
    });
    await expect(create('ab')).rejects.toThrow('must be between 3 and 128 characters');
  });

  test('user data that is not base64, or too long', async () => {
    await expect(create('web', { UserData: 'not%base64' })).rejects.toThrow(
      'Invalid BASE64 encoding of user data.',
    );
    const UserData = Buffer.alloc(16_385).toString('base64');
    await expect(create('web', { UserData })).rejects.toThrow('User data is limited to 16384 bytes');
  });

  test('security groups beside network interfaces', async () => {
    const both = create('web', { ...DATA, SecurityGroupIds: ['sg-1'] });
    await expect(both).rejects.toMatchObject({ name: 'InvalidParameterCombination' });
  });

  test('a template and a version that are not there', async () => {
    const id = await create();
    await expect(version(id, '2')).rejects.toThrow('Could not find the specified version 2');
    await expect(version('lt-0aaaaaaaaaaaaaaaa', '1')).rejects.toMatchObject({
      name: 'InvalidLaunchTemplateId.NotFound',
    });
  });
});
