import { setTimeout as sleep } from 'node:timers/promises';
import { CreateAutoScalingGroupCommand, StartInstanceRefreshCommand } from '@aws-sdk/client-auto-scaling';
import {
  CreateSubnetCommand,
  CreateTagsCommand,
  CreateVpcCommand,
  DescribeVpcsCommand,
} from '@aws-sdk/client-ec2';
import {
  type Action,
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  DeleteListenerCommand,
  DeleteTargetGroupCommand,
  ModifyTargetGroupAttributesCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { type AwsCloud, startAwsCloud } from '../../helpers/aws-cloud';
import { type Clients, clientsOf } from '../../helpers/aws-fake/clients';
import { findMoto } from '../../helpers/aws-fake/cloud/moto';

jest.setTimeout(60_000);

const there = findMoto() !== undefined;
const clouds = there ? test : test.skip;
if (!there) process.stderr.write('skipped, because moto_server is not on the path\n');

let cloud: AwsCloud;
let clients: Clients;
let subnets: string[];
let vpcId: string;

beforeAll(async () => {
  if (!there) return;
  cloud = await startAwsCloud();
  clients = clientsOf(cloud);
  const { Vpc } = await clients.ec2.send(new CreateVpcCommand({ CidrBlock: '10.7.0.0/16' }));
  vpcId = Vpc?.VpcId ?? '';
  subnets = await Promise.all(
    ['b', 'c'].map(async (zone, index) => {
      const AvailabilityZone = `${cloud.region}${zone}`;
      const wanted = { VpcId: vpcId, CidrBlock: `10.7.${index}.0/24`, AvailabilityZone };
      const { Subnet } = await clients.ec2.send(new CreateSubnetCommand(wanted));
      return Subnet?.SubnetId ?? '';
    }),
  );
});
afterAll(async () => {
  clients?.close();
  await cloud?.stop();
});

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await sleep(5);
}

const makeTargets = async (Name: string) => {
  const wanted = { Name, Protocol: 'HTTP', Port: 8080, VpcId: vpcId } as const;
  const { TargetGroups } = await clients.elb.send(new CreateTargetGroupCommand(wanted));
  return TargetGroups?.[0]?.TargetGroupArn ?? '';
};

clouds(
  "a group stands in moto's subnets, behind moto's balancer, and is healthy while a listener has it",
  async () => {
    // At once, as Terraform makes them: none may be forgotten.
    const [blue = '', green = ''] = await Promise.all(['blue', 'green', 'red', 'grey'].map(makeTargets));
    expect(cloud.targetGroups.map(({ name }) => name).sort()).toEqual(['blue', 'green', 'grey', 'red']);
    await clients.elb.send(
      new ModifyTargetGroupAttributesCommand({
        TargetGroupArn: blue,
        Attributes: [{ Key: 'deregistration_delay.timeout_seconds', Value: '7' }],
      }),
    );
    expect(cloud.targetGroups.find(({ arn }) => arn === blue)).toMatchObject({ drainSeconds: 7, port: 8080 });

    const LaunchTemplate = { LaunchTemplateId: cloud.createLaunchTemplate().id, Version: '1' };
    await clients.autoscaling.send(
      new CreateAutoScalingGroupCommand({
        AutoScalingGroupName: 'web',
        LaunchTemplate,
        MinSize: 2,
        MaxSize: 2,
        VPCZoneIdentifier: subnets.join(','),
        TargetGroupARNs: [blue],
      }),
    );
    const states = () => Object.values(cloud.targetHealth(blue)).join();
    await until(() => states() === 'unused,unused');
    const places = cloud
      .instances('web')
      .map(({ zone, privateIp }) => [zone.slice(-1), privateIp.slice(0, 7)]);
    expect(places.sort()).toEqual([
      ['b', '10.7.0.'],
      ['c', '10.7.1.'],
    ]);

    const { LoadBalancers } = await clients.elb.send(
      new CreateLoadBalancerCommand({ Name: 'web', Subnets: subnets, Type: 'application' }),
    );
    const TargetGroups = [
      { TargetGroupArn: green, Weight: 100 },
      { TargetGroupArn: blue, Weight: 0 },
    ];
    const DefaultActions: Action[] = [{ Type: 'forward', ForwardConfig: { TargetGroups } }];
    const LoadBalancerArn = LoadBalancers?.[0]?.LoadBalancerArn;
    const listener = { LoadBalancerArn, Port: 80, Protocol: 'HTTP', DefaultActions } as const;
    const { Listeners } = await clients.elb.send(new CreateListenerCommand(listener));
    await until(() => states() === 'healthy,healthy');
    expect(cloud.listeners).toMatchObject([{ port: 80, forwards: [{ weight: 100 }, { weight: 0 }] }]);

    await clients.elb.send(new DeleteListenerCommand({ ListenerArn: Listeners?.[0]?.ListenerArn }));
    await until(() => states() === 'unused,unused');
  },
);

clouds("tags go where the resource is, and moto's calls are known by their names", async () => {
  const Tags = [{ Key: 'a', Value: 'b' }];
  const { id } = cloud.createLaunchTemplate();
  await clients.ec2.send(new CreateTagsCommand({ Resources: [id], Tags }));
  await clients.ec2.send(new CreateTagsCommand({ Resources: [vpcId], Tags }));
  expect(cloud.launchTemplates.at(-1)?.tags.get('a')).toBe('b');
  const { Vpcs } = await clients.ec2.send(new DescribeVpcsCommand({ VpcIds: [vpcId] }));
  expect(Vpcs?.[0]?.Tags).toEqual(Tags);
  expect(cloud.called).toEqual(expect.arrayContaining(['ec2:CreateVpc', 'ec2:DescribeVpcs']));
});

clouds("a fault strikes moto's calls too, in the words of their service", async () => {
  cloud.fault({ action: 'ec2:DescribeVpcs', kind: 'denied' });
  await expect(clients.ec2.send(new DescribeVpcsCommand({}))).rejects.toMatchObject({
    name: 'UnauthorizedOperation',
  });
  cloud.clearFaults();
  cloud.fault({ action: 'elasticloadbalancing:CreateTargetGroup', kind: 'throttle' });
  await expect(makeTargets('late')).rejects.toMatchObject({ name: 'Throttling' });
  cloud.clearFaults();
});

clouds('refuses a subnet that moto does not have, and an alarm', async () => {
  const { id } = cloud.createLaunchTemplate();
  const group = {
    AutoScalingGroupName: 'api',
    LaunchTemplate: { LaunchTemplateId: id, Version: '1' },
    MinSize: 0,
    MaxSize: 1,
  };
  const create = (VPCZoneIdentifier: string) =>
    clients.autoscaling.send(new CreateAutoScalingGroupCommand({ ...group, VPCZoneIdentifier }));
  await expect(create('subnet-0aaaaaaaaaaaaaaaa')).rejects.toThrow(
    "The subnet ID 'subnet-0aaaaaaaaaaaaaaaa' does not exist",
  );
  await create(subnets[0] ?? '');
  const start = new StartInstanceRefreshCommand({
    AutoScalingGroupName: 'api',
    Preferences: { AlarmSpecification: { Alarms: ['gone'] } },
  });
  await expect(clients.autoscaling.send(start)).rejects.toThrow('The CloudWatch alarm gone does not exist.');
});

clouds('what is deleted all at once is gone, and every deletion says so', async () => {
  const names = Array.from({ length: 12 }, (_, index) => `going-${index}`);
  const arns = await Promise.all(names.map(makeTargets));
  const before = cloud.calls.length;
  await Promise.all(
    arns.map((TargetGroupArn) => clients.elb.send(new DeleteTargetGroupCommand({ TargetGroupArn }))),
  );
  expect(cloud.calls.slice(before).map(({ status }) => status)).toEqual(names.map(() => 200));
  expect(cloud.targetGroups.filter(({ name }) => names.includes(name))).toEqual([]);
});
