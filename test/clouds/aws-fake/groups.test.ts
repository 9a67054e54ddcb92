import {
  CreateAutoScalingGroupCommand,
  DeleteAutoScalingGroupCommand,
  DescribeAutoScalingGroupsCommand,
  PutWarmPoolCommand,
  ResumeProcessesCommand,
  SetDesiredCapacityCommand,
  SetInstanceHealthCommand,
  SuspendProcessesCommand,
  TerminateInstanceInAutoScalingGroupCommand,
  UpdateAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling';
import { TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import { type AwsFake, type AwsFakeOptions, type GroupInput, startAwsFake } from '../../helpers/aws-fake';
import { type Clients, clientsOf } from '../../helpers/aws-fake/clients';

let fake: AwsFake;
let clients: Clients;
let template: string;
const name = { AutoScalingGroupName: 'web' };

async function open(input: Partial<GroupInput> = {}, options: AwsFakeOptions = {}): Promise<void> {
  fake = await startAwsFake({ pace: 0, ...options });
  clients = clientsOf(fake);
  template = fake.createLaunchTemplate({ instanceTags: { a: 'b' } }).id;
  fake.createGroup({ name: 'web', launchTemplate: { id: template }, min: 1, max: 4, desired: 2, ...input });
  fake.step(10);
}

afterEach(async () => {
  clients.close();
  await fake.stop();
});

const serving = () => fake.instances('web').filter(({ lifecycle }) => lifecycle === 'InService');
const ids = () => serving().map(({ id }) => id);

describe('a group', () => {
  test('launches its size over its zones, with the tags of template and group', async () => {
    await open({ desired: 4, tags: {} });
    const zones = serving().map(({ zone }) => zone.slice(-1));
    expect(zones.sort()).toEqual(['a', 'a', 'b', 'c']);
    expect(new Set(serving().map(({ privateIp }) => privateIp)).size).toBe(4);
    expect(Object.fromEntries(serving()[0]?.tags ?? [])).toMatchObject({
      a: 'b',
      'aws:autoscaling:groupName': 'web',
      'aws:ec2launchtemplate:version': '1',
    });
  });

  test('follows its size up and down, and lets the oldest go first', async () => {
    await open();
    const [oldest] = ids();
    await clients.autoscaling.send(new SetDesiredCapacityCommand({ ...name, DesiredCapacity: 4 }));
    fake.step(10);
    expect(serving()).toHaveLength(4);
    await clients.autoscaling.send(new SetDesiredCapacityCommand({ ...name, DesiredCapacity: 3 }));
    fake.step(10);
    expect(serving()).toHaveLength(3);
    expect(ids()).not.toContain(oldest);
  });

  test('takes its size along when a bound moves past it', async () => {
    await open();
    await clients.autoscaling.send(new UpdateAutoScalingGroupCommand({ ...name, MinSize: 3 }));
    expect(fake.group('web').desired).toBe(3);
    await clients.autoscaling.send(new UpdateAutoScalingGroupCommand({ ...name, MinSize: 0, MaxSize: 1 }));
    expect(fake.group('web').desired).toBe(1);
  });

  test('launches what $Latest is now', async () => {
    await open();
    fake.createGroup({
      name: 'moving',
      launchTemplate: { id: template, version: '$Latest' },
      min: 1,
      max: 1,
    });
    fake.addTemplateVersion(template, {});
    fake.step(5);
    expect(fake.instances('moving')).toMatchObject([{ template: { version: 2 } }]);
  });

  test('cannot launch an image that is gone, and says so', async () => {
    await open({ desired: 1 });
    const image = serving()[0]?.imageId ?? '';
    fake.withdrawImages(image);
    await clients.autoscaling.send(new SetDesiredCapacityCommand({ ...name, DesiredCapacity: 2 }));
    fake.step(3);
    expect(fake.activities('web')[0]).toMatchObject({
      status: 'Failed',
      message: `The image id '[${image}]' does not exist. Launching EC2 instance failed.`,
    });
  });

  test('with a warm pool takes from it first, and fills it again', async () => {
    await open({ desired: 1 });
    await clients.autoscaling.send(
      new PutWarmPoolCommand({ ...name, MinSize: 1, MaxGroupPreparedCapacity: 2 }),
    );
    fake.step(5);
    const [pooled] = fake.instances('web').filter(({ lifecycle }) => lifecycle === 'Warmed:Stopped');
    expect(pooled).toMatchObject({ state: 'stopped' });
    await clients.autoscaling.send(new SetDesiredCapacityCommand({ ...name, DesiredCapacity: 2 }));
    fake.step(5);
    expect(ids()).toContain(pooled?.id);
    expect(fake.instances('web').filter(({ lifecycle }) => lifecycle === 'Warmed:Stopped')).toHaveLength(1);
  });

  test('goes with its instances where that is forced, and then is not there', async () => {
    await open();
    await clients.autoscaling.send(new DeleteAutoScalingGroupCommand({ ...name, ForceDelete: true }));
    const describe = new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: ['web'] });
    const { AutoScalingGroups: going = [] } = await clients.autoscaling.send(describe);
    expect(going).toMatchObject([{ Status: 'Delete in progress' }]);
    fake.step(20);
    const { AutoScalingGroups: gone = [] } = await clients.autoscaling.send(describe);
    expect([gone, fake.instances('web')]).toEqual([[], []]);
  });
});

describe('a group replaces', () => {
  test('an instance that ended, as soon as it notices, also in its grace period', async () => {
    await open({ graceSeconds: 10_000 });
    const [ended = ''] = ids();
    await clients.ec2.send(new TerminateInstancesCommand({ InstanceIds: [ended] }));
    fake.step(2);
    expect(fake.instances('web')).toHaveLength(1);
    fake.step(5);
    expect(serving()).toHaveLength(2);
    expect(ids()).not.toContain(ended);
    const causes = fake.activities('web').map(({ cause }) => cause);
    expect(causes.join()).toContain('EC2 health check indicating it has been terminated or stopped');
  });

  test('an instance that its balancer finds ill, after the grace period', async () => {
    await open({ min: 0, desired: 0 });
    const arn = fake.createTargetGroup();
    fake.behave(({ ordinal }) => (ordinal === 1 ? { healthyAfterMs: 'never' } : {}));
    const launchTemplate = { id: template };
    const input = { name: 'api', launchTemplate, min: 1, max: 1, targetGroupArns: [arn], graceSeconds: 300 };
    fake.createGroup(input);
    fake.step(25);
    const [ill] = fake.instances('api');
    expect(fake.targetHealth(arn)).toEqual({ [ill?.id ?? '']: 'unhealthy' });
    expect(ill?.lifecycle).toBe('InService');
    fake.step(25);
    expect(fake.launched('api')).toHaveLength(2);
    expect(
      fake
        .activities('api')
        .map(({ cause }) => cause)
        .join(),
    ).toContain('ELB system health check failure');
  });

  test('an instance that somebody calls ill, unless it is young and that is respected', async () => {
    await open({ graceSeconds: 10_000 });
    const [InstanceId = ''] = ids();
    const ill = { InstanceId, HealthStatus: 'Unhealthy' };
    await clients.autoscaling.send(new SetInstanceHealthCommand(ill));
    fake.step(5);
    expect(ids()).toContain(InstanceId);
    await clients.autoscaling.send(new SetInstanceHealthCommand({ ...ill, ShouldRespectGracePeriod: false }));
    fake.step(5);
    expect(ids()).not.toContain(InstanceId);
  });

  test('an instance that is terminated by hand, unless the size goes down with it', async () => {
    await open();
    const end = (ShouldDecrementDesiredCapacity: boolean) =>
      clients.autoscaling.send(
        new TerminateInstanceInAutoScalingGroupCommand({
          InstanceId: ids()[0],
          ShouldDecrementDesiredCapacity,
        }),
      );
    await end(false);
    fake.step(10);
    expect(serving()).toHaveLength(2);
    await end(true);
    fake.step(10);
    expect(serving()).toHaveLength(1);
    await expect(end(true)).rejects.toThrow("will violate group's min size constraint");
  });

  test('nothing while that is suspended', async () => {
    await open();
    const ScalingProcesses = ['ReplaceUnhealthy'];
    await clients.autoscaling.send(new SuspendProcessesCommand({ ...name, ScalingProcesses }));
    const [ended = ''] = ids();
    await clients.ec2.send(new TerminateInstancesCommand({ InstanceIds: [ended] }));
    fake.step(20);
    expect(fake.launched('web')).toHaveLength(2);
    await clients.autoscaling.send(new ResumeProcessesCommand({ ...name, ScalingProcesses }));
    fake.step(20);
    expect(fake.launched('web')).toHaveLength(3);
  });
});

describe('refuses', () => {
  const create = (changes: object) =>
    clients.autoscaling.send(
      new CreateAutoScalingGroupCommand({
        AutoScalingGroupName: 'api',
        LaunchTemplate: { LaunchTemplateId: template, Version: '1' },
        MinSize: 1,
        MaxSize: 2,
        VPCZoneIdentifier: 'subnet-1',
        ...changes,
      }),
    );

  test.each<[string, object, string]>([
    ['a name that is there', { AutoScalingGroupName: 'web' }, 'AutoScalingGroup by this name already exists'],
    ['bounds that cross', { MinSize: 3 }, 'Max bound, 2, must be greater than or equal to min bound, 3'],
    ['a size outside its bounds', { DesiredCapacity: 3 }, 'Desired capacity:3 must be between'],
    ['no place', { VPCZoneIdentifier: '' }, 'At least one Availability Zone or VPC Subnet is required.'],
    ['no template', { LaunchTemplate: undefined }, 'Valid requests must contain either LaunchTemplate'],
    ['an unknown target group', { TargetGroupARNs: ['arn:x'] }, 'Provided Target Groups may not be valid'],
    ['an unknown health check', { HealthCheckType: 'HTTP' }, 'Invalid HealthCheckType: HTTP'],
    [
      'a reserved tag',
      { Tags: [{ Key: 'aws:x', Value: 'y' }] },
      "Tag keys starting with 'aws:' are reserved",
    ],
  ])('%s', async (_, changes, message) => {
    await open();
    await expect(create(changes)).rejects.toThrow(message);
    expect(fake.groups).toHaveLength(1);
  });

  test('a template without an image, and one whose image is not there', async () => {
    await open();
    template = fake.createLaunchTemplate({ imageId: 'ami-0aaaaaaaaaaaaaaaa' }).id;
    fake.withdrawImages('ami-0aaaaaaaaaaaaaaaa');
    await expect(create({})).rejects.toThrow(
      "You must use a valid fully-formed launch template. The image id '[ami-0aaaaaaaaaaaaaaaa]' does not exist",
    );
  });

  test('to delete a group with instances without force', async () => {
    await open();
    const remove = clients.autoscaling.send(new DeleteAutoScalingGroupCommand(name));
    await expect(remove).rejects.toMatchObject({ name: 'ResourceInUseFault' });
  });

  test('a size beyond the bounds', async () => {
    await open();
    const grow = clients.autoscaling.send(new SetDesiredCapacityCommand({ ...name, DesiredCapacity: 5 }));
    await expect(grow).rejects.toThrow('New SetDesiredCapacity value 5 is above max value 4');
  });

  test('a group that is not there', async () => {
    await open();
    const unknown = clients.autoscaling.send(
      new DeleteAutoScalingGroupCommand({ AutoScalingGroupName: 'gone' }),
    );
    await expect(unknown).rejects.toMatchObject({
      name: 'ValidationError',
      message: 'AutoScalingGroup name not found - AutoScalingGroup: gone not found',
    });
  });
});
