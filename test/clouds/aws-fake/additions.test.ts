import {
  AttachLoadBalancerTargetGroupsCommand,
  DescribeLoadBalancerTargetGroupsCommand,
  DescribePoliciesCommand,
  DetachLoadBalancerTargetGroupsCommand,
  PutScalingPolicyCommand,
  type PutScalingPolicyCommandInput,
  PutWarmPoolCommand,
  StartInstanceRefreshCommand,
} from '@aws-sdk/client-auto-scaling';
import { type AwsFake, startAwsFake } from '../../helpers/aws-fake';
import { type Clients, clientsOf } from '../../helpers/aws-fake/clients';

let fake: AwsFake;
let clients: Clients;
const name = { AutoScalingGroupName: 'web' };

beforeEach(async () => {
  fake = await startAwsFake({ pace: 0 });
  clients = clientsOf(fake);
  const launchTemplate = fake.createLaunchTemplate();
  fake.createGroup({ name: 'web', launchTemplate, min: 2, max: 4, healthCheckType: 'ELB' });
  fake.step(5);
});
afterEach(async () => {
  clients.close();
  await fake.stop();
});

const tracking = (changes: Partial<PutScalingPolicyCommandInput> = {}) =>
  clients.autoscaling.send(
    new PutScalingPolicyCommand({
      ...name,
      PolicyName: 'load',
      PolicyType: 'TargetTrackingScaling',
      TargetTrackingConfiguration: {
        PredefinedMetricSpecification: { PredefinedMetricType: 'ASGAverageCPUUtilization' },
        TargetValue: 60,
      },
      ...changes,
    }),
  );

test('target groups take the instances that are there, and give them back', async () => {
  const arn = fake.createTargetGroup();
  const both = { ...name, TargetGroupARNs: [arn] };
  const states = async () => {
    const { LoadBalancerTargetGroups = [] } = await clients.autoscaling.send(
      new DescribeLoadBalancerTargetGroupsCommand(name),
    );
    return LoadBalancerTargetGroups.map(({ State }) => State);
  };
  await clients.autoscaling.send(new AttachLoadBalancerTargetGroupsCommand(both));
  expect(await states()).toEqual(['Added']);
  fake.step(5);
  expect(await states()).toEqual(['InService']);
  expect(Object.values(fake.targetHealth(arn))).toEqual(['healthy', 'healthy']);
  await clients.autoscaling.send(new DetachLoadBalancerTargetGroupsCommand(both));
  expect(await states()).toEqual([]);
  fake.step(5);
  expect(fake.targetHealth(arn)).toEqual({});
  expect(fake.instances('web')).toHaveLength(2);
});

test('a target tracking policy has two alarms, and is given back as it was given', async () => {
  const { Alarms, PolicyARN } = await tracking();
  expect(Alarms?.map(({ AlarmName }) => AlarmName?.replace(/-[0-9a-f-]+$/, ''))).toEqual([
    'TargetTracking-web-AlarmHigh',
    'TargetTracking-web-AlarmLow',
  ]);
  const { ScalingPolicies } = await clients.autoscaling.send(new DescribePoliciesCommand(name));
  expect(ScalingPolicies).toMatchObject([
    {
      PolicyARN,
      PolicyType: 'TargetTrackingScaling',
      TargetTrackingConfiguration: {
        PredefinedMetricSpecification: { PredefinedMetricType: 'ASGAverageCPUUtilization' },
        TargetValue: 60,
      },
    },
  ]);
  expect((await tracking()).PolicyARN).toBe(PolicyARN);
});

describe('refuses', () => {
  const requests = (ResourceLabel: string) => ({
    PredefinedMetricSpecification: {
      PredefinedMetricType: 'ALBRequestCountPerTarget' as const,
      ResourceLabel,
    },
    TargetValue: 1000,
  });

  test.each<[string, Partial<PutScalingPolicyCommandInput>, string]>([
    [
      'a policy without a target',
      { TargetTrackingConfiguration: undefined },
      'TargetTrackingConfiguration is required',
    ],
    [
      'a count of requests of nothing',
      { TargetTrackingConfiguration: requests('web') },
      'Invalid resource label, web',
    ],
    ['a policy of another kind', { PolicyType: 'PredictiveScaling' }, 'no policy of type PredictiveScaling'],
  ])('%s', async (_, changes, message) => {
    await expect(tracking(changes)).rejects.toThrow(message);
  });

  test('another target group or warm pool while a refresh is under way', async () => {
    await clients.autoscaling.send(new StartInstanceRefreshCommand(name));
    const TargetGroupARNs = [fake.createTargetGroup()];
    const attach = new AttachLoadBalancerTargetGroupsCommand({ ...name, TargetGroupARNs });
    const refusal = { name: 'InstanceRefreshInProgressFault' };
    await expect(clients.autoscaling.send(attach)).rejects.toMatchObject(refusal);
    await expect(clients.autoscaling.send(new PutWarmPoolCommand(name))).rejects.toMatchObject(refusal);
  });
});
