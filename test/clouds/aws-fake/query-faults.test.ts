import { DescribeAutoScalingGroupsCommand, SetDesiredCapacityCommand } from '@aws-sdk/client-auto-scaling';
import { DescribeInstancesCommand } from '@aws-sdk/client-ec2';
import { DescribeTargetGroupsCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { type AwsFake, type AwsFakeOptions, type FaultKind, startAwsFake } from '../../helpers/aws-fake';
import { type Clients, clientsOf } from '../../helpers/aws-fake/clients';

/** As Node says it, whichever of the two noticed first. */
const CUT = /socket hang up|ECONNRESET/;

let fake: AwsFake;
let clients: Clients;

async function open(options: AwsFakeOptions = {}): Promise<void> {
  fake = await startAwsFake({ pace: 0, ...options });
  clients = clientsOf(fake);
}

afterEach(async () => {
  clients.close();
  await fake.stop();
});

const groups = () => clients.autoscaling.send(new DescribeAutoScalingGroupsCommand({}));
const targets = () => clients.elb.send(new DescribeTargetGroupsCommand({}));

test.each<[FaultKind, number, string, string]>([
  ['throttle', 400, 'Throttling', 'Rate exceeded'],
  ['500', 500, 'InternalFailure', 'An internal error has occurred.'],
  ['503', 503, 'ServiceUnavailable', 'The service is unavailable.'],
  ['expired', 403, 'ExpiredToken', 'The security token included in the request is expired'],
])('%s is raised by both clients of the query protocol under the name it has there', async (...row) => {
  const [kind, httpStatusCode, name, message] = row;
  await open({ faults: [{ action: '*', kind }] });
  for (const call of [groups, targets])
    await expect(call()).rejects.toMatchObject({ name, message, $metadata: { httpStatusCode } });
});

test('what is denied names the action in the words of IAM', async () => {
  await open({ faults: [{ action: '*', kind: 'denied' }] });
  await expect(groups()).rejects.toMatchObject({ name: 'AccessDenied' });
  await expect(groups()).rejects.toThrow(
    /not authorized to perform: autoscaling:DescribeAutoScalingGroups on resource: \* /,
  );
  await expect(targets()).rejects.toThrow(
    /not authorized to perform: elasticloadbalancing:DescribeTargetGroups /,
  );
});

test('a fault may name a service', async () => {
  await open({ faults: [{ action: 'autoscaling:DescribeAutoScalingGroups', kind: '500' }] });
  await expect(groups()).rejects.toMatchObject({ name: 'InternalFailure' });
  await expect(targets()).resolves.toMatchObject({ TargetGroups: [] });
  await expect(clients.ec2.send(new DescribeInstancesCommand({}))).resolves.toMatchObject({
    Reservations: [],
  });
});

test('the work of a lost answer is done, that of a reset is not', async () => {
  await open({
    faults: [
      { action: 'SetDesiredCapacity', kind: 'reset', when: 1 },
      { action: 'SetDesiredCapacity', kind: 'lost-answer', when: 2 },
    ],
  });
  fake.createGroup({ name: 'web', launchTemplate: fake.createLaunchTemplate(), min: 0, max: 3 });
  const grow = () =>
    clients.autoscaling.send(
      new SetDesiredCapacityCommand({ AutoScalingGroupName: 'web', DesiredCapacity: 2 }),
    );
  await expect(grow()).rejects.toThrow(CUT);
  expect(fake.group('web').desired).toBe(0);
  await expect(grow()).rejects.toThrow(CUT);
  expect(fake.group('web').desired).toBe(2);
});

test('calls are named as IAM names them', async () => {
  await open();
  await groups();
  await targets();
  expect(fake.calls.map(({ name }) => name)).toEqual([
    'autoscaling:DescribeAutoScalingGroups',
    'elasticloadbalancing:DescribeTargetGroups',
  ]);
});

test('refuses a wrong key and a wrong secret in the words of the query protocol', async () => {
  await open({ accessKeyId: 'AKIAKILNTEST', secretAccessKey: 'right' });
  const other = clientsOf(fake, { accessKeyId: 'AKIAOTHER' });
  const wrong = clientsOf(fake, { secretAccessKey: 'wrong' });
  const ask = ({ autoscaling }: Clients) => autoscaling.send(new DescribeAutoScalingGroupsCommand({}));
  await expect(ask(other)).rejects.toMatchObject({ name: 'InvalidClientTokenId' });
  await expect(ask(wrong)).rejects.toMatchObject({ name: 'SignatureDoesNotMatch' });
  await expect(ask(clients)).resolves.toMatchObject({ AutoScalingGroups: [] });
  for (const { close } of [other, wrong]) close();
});
