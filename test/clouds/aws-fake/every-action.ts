import * as autoscaling from '@aws-sdk/client-auto-scaling';
import * as ec2 from '@aws-sdk/client-ec2';
import * as elb from '@aws-sdk/client-elastic-load-balancing-v2';
import type { AwsFake } from '../../helpers/aws-fake';
import { type Clients, sealedSnapshot } from '../../helpers/aws-fake/clients';

/** Calls every query action once or more, so that each answer shows all that it can. The fake must not move by itself. */
export async function callEveryAction(fake: AwsFake, clients: Clients): Promise<void> {
  await images(fake, clients);
  const template = await templates(fake, clients);
  await groups(fake, clients, template);
  await refreshes(fake, clients, template);
  await additions(fake, clients);
  await balancing(fake, clients);
  await instances(fake, clients);
  await endings(fake, clients, template);
}

async function images(fake: AwsFake, clients: Clients): Promise<void> {
  const { ec2: client } = clients;
  const snapshotId = await sealedSnapshot(clients);
  const { ImageId = '' } = await client.send(
    new ec2.RegisterImageCommand({
      Name: 'web',
      Description: 'a',
      Architecture: 'x86_64',
      VirtualizationType: 'hvm',
      EnaSupport: true,
      RootDeviceName: '/dev/xvda',
      BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { SnapshotId: snapshotId, VolumeType: 'gp3' } }],
    }),
  );
  const tag = { Resources: [ImageId, snapshotId], Tags: [{ Key: 'a', Value: 'b' }] };
  await client.send(new ec2.CreateTagsCommand(tag));
  for (let poll = 0; poll < 2; poll++) await client.send(new ec2.DescribeImagesCommand({ Owners: ['self'] }));
  const UserId = '210987654321';
  const share = { ImageId, LaunchPermission: { Add: [{ UserId }] } };
  await client.send(new ec2.ModifyImageAttributeCommand(share));
  await client.send(new ec2.DescribeImageAttributeCommand({ ImageId, Attribute: 'launchPermission' }));
  await client.send(new ec2.DescribeImageAttributeCommand({ ImageId, Attribute: 'bootMode' }));
  await client.send(new ec2.ResetImageAttributeCommand({ ImageId, Attribute: 'launchPermission' }));
  const use = { SnapshotId: snapshotId, CreateVolumePermission: { Add: [{ UserId }] } };
  await client.send(new ec2.ModifySnapshotAttributeCommand(use));
  const copy = { Name: 'copy', SourceImageId: ImageId, SourceRegion: fake.region };
  const { ImageId: copied = '' } = await client.send(new ec2.CopyImageCommand(copy));
  await client.send(new ec2.DeleteTagsCommand(tag));
  await client.send(new ec2.DeregisterImageCommand({ ImageId: copied, DeleteAssociatedSnapshots: true }));
  await client.send(new ec2.DeleteSnapshotCommand({ SnapshotId: await sealedSnapshot(clients) }));
}

async function templates(fake: AwsFake, { ec2: client }: Clients): Promise<string> {
  const ImageId = fake.images[0]?.id;
  const data: ec2.RequestLaunchTemplateData = {
    ImageId,
    InstanceType: 't3.micro',
    UserData: Buffer.from('x').toString('base64'),
    MetadataOptions: { HttpTokens: 'required' },
    Monitoring: { Enabled: true },
    IamInstanceProfile: { Name: 'p' },
    BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { VolumeType: 'gp3', Encrypted: true } }],
    NetworkInterfaces: [
      { DeviceIndex: 0, Groups: ['sg-0123456789abcdef0'], AssociatePublicIpAddress: false },
    ],
    InstanceMarketOptions: { MarketType: 'spot', SpotOptions: { MaxPrice: '1' } },
    TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'a', Value: 'b' }] }],
  };
  const { LaunchTemplate } = await client.send(
    new ec2.CreateLaunchTemplateCommand({
      LaunchTemplateName: 'web',
      LaunchTemplateData: data,
      TagSpecifications: [{ ResourceType: 'launch-template', Tags: [{ Key: 'a', Value: 'b' }] }],
    }),
  );
  const LaunchTemplateId = LaunchTemplate?.LaunchTemplateId ?? '';
  for (const InstanceType of ['t3.small', 't3.medium'] as const) {
    const changed = { LaunchTemplateId, SourceVersion: '1', LaunchTemplateData: { InstanceType } };
    await client.send(new ec2.CreateLaunchTemplateVersionCommand(changed));
  }
  await client.send(new ec2.ModifyLaunchTemplateCommand({ LaunchTemplateId, DefaultVersion: '2' }));
  await client.send(new ec2.DescribeLaunchTemplatesCommand({}));
  await client.send(new ec2.DescribeLaunchTemplateVersionsCommand({ LaunchTemplateId }));
  const versions = { LaunchTemplateId, Versions: ['2', '3'] };
  await client.send(new ec2.DeleteLaunchTemplateVersionsCommand(versions));
  return LaunchTemplateId;
}

async function groups(fake: AwsFake, { autoscaling: client }: Clients, id: string): Promise<void> {
  const AutoScalingGroupName = 'web';
  await client.send(
    new autoscaling.CreateAutoScalingGroupCommand({
      AutoScalingGroupName,
      LaunchTemplate: { LaunchTemplateId: id, Version: '1' },
      MinSize: 0,
      MaxSize: 4,
      DesiredCapacity: 2,
      VPCZoneIdentifier: 'subnet-1,subnet-2',
      HealthCheckType: 'ELB',
      HealthCheckGracePeriod: 10,
      DefaultInstanceWarmup: 5,
      TargetGroupARNs: [fake.createTargetGroup()],
      InstanceMaintenancePolicy: { MinHealthyPercentage: 100, MaxHealthyPercentage: 150 },
      TerminationPolicies: ['Default'],
      Tags: [{ Key: 'a', Value: 'b', PropagateAtLaunch: true }],
    }),
  );
  const ResourceType = 'auto-scaling-group';
  const tag = { Key: 'c', Value: 'd', ResourceId: AutoScalingGroupName, ResourceType };
  await client.send(
    new autoscaling.CreateOrUpdateTagsCommand({ Tags: [{ ...tag, PropagateAtLaunch: false }] }),
  );
  await client.send(new autoscaling.DescribeTagsCommand({}));
  await client.send(new autoscaling.DeleteTagsCommand({ Tags: [tag] }));
  await client.send(new autoscaling.UpdateAutoScalingGroupCommand({ AutoScalingGroupName, MaxSize: 5 }));
  await client.send(new autoscaling.SetDesiredCapacityCommand({ AutoScalingGroupName, DesiredCapacity: 3 }));
  const processes = { AutoScalingGroupName, ScalingProcesses: ['AZRebalance'] };
  await client.send(new autoscaling.SuspendProcessesCommand(processes));
  await client.send(new autoscaling.DescribeAutoScalingGroupsCommand({}));
  await client.send(new autoscaling.ResumeProcessesCommand(processes));
  fake.step(10);
  const [one] = fake.instances('web');
  const InstanceId = one?.id ?? '';
  await client.send(new autoscaling.DescribeAutoScalingInstancesCommand({ InstanceIds: [InstanceId] }));
  const protection = { AutoScalingGroupName, InstanceIds: [InstanceId], ProtectedFromScaleIn: false };
  await client.send(new autoscaling.SetInstanceProtectionCommand(protection));
  await client.send(new autoscaling.SetInstanceHealthCommand({ InstanceId, HealthStatus: 'Unhealthy' }));
  fake.behave(() => ({ launchError: 'No capacity.' }));
  fake.step(20);
  await client.send(new autoscaling.DescribeAutoScalingGroupsCommand({}));
  await client.send(new autoscaling.DescribeScalingActivitiesCommand({ AutoScalingGroupName }));
  fake.behave(() => ({}));
  fake.step(20);
}

async function refreshes(fake: AwsFake, { autoscaling: client }: Clients, id: string): Promise<void> {
  const AutoScalingGroupName = 'web';
  const Version = String(fake.addTemplateVersion(id, {}));
  fake.setAlarm('errors', 'OK');
  const start = () =>
    client.send(
      new autoscaling.StartInstanceRefreshCommand({
        AutoScalingGroupName,
        DesiredConfiguration: { LaunchTemplate: { LaunchTemplateId: id, Version } },
        Preferences: {
          MinHealthyPercentage: 100,
          MaxHealthyPercentage: 200,
          CheckpointPercentages: [50, 100],
          CheckpointDelay: 1,
          AlarmSpecification: { Alarms: ['errors'] },
          AutoRollback: true,
          BakeTime: 1,
          SkipMatching: true,
        },
      }),
    );
  await start();
  fake.step(3);
  await client.send(new autoscaling.RollbackInstanceRefreshCommand({ AutoScalingGroupName }));
  await client.send(new autoscaling.DescribeInstanceRefreshesCommand({ AutoScalingGroupName }));
  fake.step(50);
  await start();
  fake.step(1);
  await client.send(new autoscaling.CancelInstanceRefreshCommand({ AutoScalingGroupName }));
  fake.step(50);
  await client.send(new autoscaling.DescribeInstanceRefreshesCommand({ AutoScalingGroupName }));
}

async function additions(fake: AwsFake, { autoscaling: client }: Clients): Promise<void> {
  const AutoScalingGroupName = 'web';
  const TargetGroupARNs = [fake.createTargetGroup()];
  const TrafficSources = [{ Identifier: fake.createTargetGroup(), Type: 'elbv2' }];
  const named = { AutoScalingGroupName };
  await client.send(new autoscaling.AttachLoadBalancerTargetGroupsCommand({ ...named, TargetGroupARNs }));
  await client.send(new autoscaling.DescribeLoadBalancerTargetGroupsCommand(named));
  await client.send(new autoscaling.DetachLoadBalancerTargetGroupsCommand({ ...named, TargetGroupARNs }));
  await client.send(new autoscaling.AttachTrafficSourcesCommand({ ...named, TrafficSources }));
  await client.send(new autoscaling.DescribeTrafficSourcesCommand(named));
  await client.send(new autoscaling.DetachTrafficSourcesCommand({ ...named, TrafficSources }));
  const PolicyName = 'cpu';
  await client.send(
    new autoscaling.PutScalingPolicyCommand({
      ...named,
      PolicyName,
      PolicyType: 'TargetTrackingScaling',
      TargetTrackingConfiguration: {
        PredefinedMetricSpecification: { PredefinedMetricType: 'ASGAverageCPUUtilization' },
        TargetValue: 60,
      },
    }),
  );
  await client.send(new autoscaling.DescribePoliciesCommand(named));
  await client.send(new autoscaling.DeletePolicyCommand({ ...named, PolicyName }));
  const pool = { ...named, MinSize: 1, InstanceReusePolicy: { ReuseOnScaleIn: true } };
  await client.send(new autoscaling.PutWarmPoolCommand(pool));
  fake.step(5);
  await client.send(new autoscaling.DescribeWarmPoolCommand(named));
  await client.send(new autoscaling.DeleteWarmPoolCommand({ ...named, ForceDelete: true }));
  const metrics = { ...named, Metrics: ['GroupMinSize'] };
  await client.send(new autoscaling.EnableMetricsCollectionCommand({ ...metrics, Granularity: '1Minute' }));
  await client.send(new autoscaling.DescribeAutoScalingGroupsCommand({}));
  await client.send(new autoscaling.DisableMetricsCollectionCommand(metrics));
  const hook = { ...named, LifecycleHookName: 'h' };
  const LifecycleTransition = 'autoscaling:EC2_INSTANCE_LAUNCHING';
  await client.send(new autoscaling.PutLifecycleHookCommand({ ...hook, LifecycleTransition }));
  await client.send(new autoscaling.DescribeLifecycleHooksCommand(named));
  await client.send(new autoscaling.DeleteLifecycleHookCommand(hook));
}

async function balancing(fake: AwsFake, { elb: client }: Clients): Promise<void> {
  const [group] = fake.targetGroups;
  const TargetGroupArn = group?.arn ?? '';
  const Targets = [{ Id: fake.instances('web')[0]?.id, Port: 9000 }];
  await client.send(new elb.RegisterTargetsCommand({ TargetGroupArn, Targets }));
  await client.send(new elb.DescribeTargetHealthCommand({ TargetGroupArn }));
  await client.send(
    new elb.DescribeTargetHealthCommand({
      TargetGroupArn,
      Targets: [{ ...Targets[0], Id: Targets[0]?.Id, Port: 1 }],
    }),
  );
  await client.send(new elb.DeregisterTargetsCommand({ TargetGroupArn, Targets }));
  await client.send(new elb.DescribeTargetGroupsCommand({}));
  const ListenerArn = fake.listeners[0]?.arn ?? '';
  const TargetGroups = [{ TargetGroupArn, Weight: 1 }];
  const DefaultActions: elb.Action[] = [{ Type: 'forward', ForwardConfig: { TargetGroups } }];
  await client.send(new elb.ModifyListenerCommand({ ListenerArn, DefaultActions }));
  await client.send(new elb.DescribeListenersCommand({ ListenerArns: [ListenerArn] }));
}

async function instances(fake: AwsFake, { autoscaling: groupClient, ec2: client }: Clients): Promise<void> {
  const [one, other] = fake.instances('web').filter(({ lifecycle }) => lifecycle === 'InService');
  const InstanceId = one?.id ?? '';
  await client.send(
    new ec2.DescribeImageReferencesCommand({ ImageIds: [one?.imageId ?? ''], IncludeAllResourceTypes: true }),
  );
  await client.send(new ec2.GetConsoleOutputCommand({ InstanceId, Latest: true }));
  await client.send(new ec2.TerminateInstancesCommand({ InstanceIds: [InstanceId] }));
  await client.send(new ec2.DescribeInstancesCommand({}));
  const ended = { InstanceId: other?.id, ShouldDecrementDesiredCapacity: true };
  await groupClient.send(new autoscaling.TerminateInstanceInAutoScalingGroupCommand(ended));
}

async function endings(
  fake: AwsFake,
  { autoscaling: groupClient, ec2: client }: Clients,
  id: string,
): Promise<void> {
  const forced = { AutoScalingGroupName: 'web', ForceDelete: true };
  await groupClient.send(new autoscaling.DeleteAutoScalingGroupCommand(forced));
  await groupClient.send(new autoscaling.DescribeAutoScalingGroupsCommand({}));
  fake.step(20);
  await client.send(new ec2.DeleteLaunchTemplateCommand({ LaunchTemplateId: id }));
}
