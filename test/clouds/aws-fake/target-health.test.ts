import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  DeregisterTargetsCommand,
  DescribeTargetHealthCommand,
  ModifyListenerCommand,
  RegisterTargetsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import {
  type AwsFake,
  type AwsFakeOptions,
  type Behaviour,
  startAwsFake,
  type TargetGroupInput,
} from '../../helpers/aws-fake';
import { block, type Clients, clientsOf, sealedSnapshot } from '../../helpers/aws-fake/clients';

let fake: AwsFake;
let clients: Clients;
let arn: string;

/** A group of one instance behind a target group. */
async function open(
  behaviour: Behaviour = {},
  {
    options = {},
    targets = {},
    imageId,
  }: { options?: AwsFakeOptions; targets?: TargetGroupInput; imageId?: string } = {},
): Promise<void> {
  fake ??= await startAwsFake({ pace: 0, ...options });
  clients ??= clientsOf(fake);
  fake.behave(() => behaviour);
  arn = fake.createTargetGroup(targets);
  const launchTemplate = fake.createLaunchTemplate(imageId ? { imageId } : {});
  fake.createGroup({
    name: 'web',
    launchTemplate,
    min: 1,
    max: 1,
    targetGroupArns: [arn],
    graceSeconds: 10_000,
  });
  fake.step(2);
}

afterEach(async () => {
  clients.close();
  await fake.stop();
  [fake, clients] = [undefined as unknown as AwsFake, undefined as unknown as Clients];
});

async function health(): Promise<unknown[]> {
  const { TargetHealthDescriptions: all = [] } = await clients.elb.send(
    new DescribeTargetHealthCommand({ TargetGroupArn: arn }),
  );
  return all.map(({ TargetHealth: { State, Reason, Description } = {} }) =>
    [State, Reason, Description].filter(Boolean),
  );
}

const checking = ['initial', 'Elb.InitialHealthChecking', 'Initial health checks in progress'];

test('a target is registering, then checked, then healthy, and draining before it is gone', async () => {
  await open({ healthyAfterMs: 100 });
  expect(await health()).toEqual([
    ['initial', 'Elb.RegistrationInProgress', 'Target registration is in progress'],
  ]);
  fake.step();
  expect(await health()).toEqual([checking]);
  fake.step(10);
  expect(await health()).toEqual([['healthy']]);
  const Targets = [{ Id: fake.instances('web')[0]?.id }];
  await clients.elb.send(new DeregisterTargetsCommand({ TargetGroupArn: arn, Targets }));
  expect(await health()).toEqual([
    ['draining', 'Target.DeregistrationInProgress', 'Target deregistration is in progress'],
  ]);
  fake.step(2);
  expect(await health()).toEqual([]);
});

test.each<[Behaviour, TargetGroupInput, string[]]>([
  [{}, {}, ['unhealthy', 'Target.Timeout', 'Request timed out']],
  [{}, { protocol: 'TCP' }, ['unhealthy', 'Target.FailedHealthChecks', 'Health checks failed']],
  [
    { unhealthyReason: 'Target.ResponseCodeMismatch: Health checks failed with these codes: [503]' },
    {},
    ['unhealthy', 'Target.ResponseCodeMismatch', 'Health checks failed with these codes: [503]'],
  ],
  [{ unhealthyReason: 'refused' }, {}, ['unhealthy', 'Target.FailedHealthChecks', 'refused']],
])('one that never answers is unhealthy with its reason: %j %j', async (behaviour, targets, expected) => {
  await open({ healthyAfterMs: 'never', ...behaviour }, { targets });
  fake.step(5);
  expect(await health()).toEqual([expected]);
});

test('one that sickens later is unhealthy at once', async () => {
  await open({ sickensAfterMs: 200 });
  fake.step(10);
  expect(await health()).toEqual([['healthy']]);
  fake.step(15);
  expect(await health()).toMatchObject([['unhealthy', 'Target.Timeout', 'Request timed out']]);
});

test('one that halts is not used any more, and its group replaces it', async () => {
  await open({ crashesAfterMs: 100 });
  const [first] = fake.instances('web');
  fake.step(9);
  expect(first).toMatchObject({
    state: 'stopped',
    stateReason: { code: 'Client.InstanceInitiatedShutdown' },
  });
  fake.step(5);
  expect(fake.launched('web').length).toBeGreaterThan(1);
});

test('one whose target group no listener forwards to is unused, until one does, even with no weight', async () => {
  await open({}, { targets: { listener: false } });
  fake.step(5);
  const unused = 'Target group is not configured to receive traffic from the load balancer';
  expect(await health()).toEqual([['unused', 'Target.NotInUse', unused]]);
  const other = fake.createTargetGroup();
  const TargetGroups = [
    { TargetGroupArn: other, Weight: 100 },
    { TargetGroupArn: arn, Weight: 0 },
  ];
  const ListenerArn = fake.listeners[0]?.arn;
  const DefaultActions = [{ Type: 'forward' as const, ForwardConfig: { TargetGroups } }];
  await clients.elb.send(new ModifyListenerCommand({ ListenerArn, DefaultActions }));
  fake.step(5);
  expect(await health()).toEqual([['healthy']]);
});

test('refuses target groups, targets and weights that are not there or not possible', async () => {
  await open();
  const send = (TargetGroupArn: string, Id: string) =>
    clients.elb.send(new RegisterTargetsCommand({ TargetGroupArn, Targets: [{ Id }] }));
  const [one] = fake.instances('web');
  await expect(send('arn:x', one?.id ?? '')).rejects.toThrow("'arn:x' is not a valid target group ARN");
  const gone = `${arn.slice(0, -4)}ffff`;
  await expect(send(gone, one?.id ?? '')).rejects.toMatchObject({ name: 'TargetGroupNotFoundException' });
  await expect(send(arn, 'i-0aaaaaaaaaaaaaaaa')).rejects.toMatchObject({ name: 'InvalidTargetException' });
  const ForwardConfig = { TargetGroups: [{ TargetGroupArn: arn, Weight: 1000 }] };
  const modify = new ModifyListenerCommand({
    ListenerArn: fake.listeners[0]?.arn,
    DefaultActions: [{ Type: 'forward', ForwardConfig }],
  });
  await expect(clients.elb.send(modify)).rejects.toThrow(
    'The weight 1000 must be a whole number from 0 to 999',
  );
});

describe('a guest', () => {
  let server: Server;
  let status = 503;
  const stopped: string[] = [];
  beforeAll((done) => {
    server = createServer((_, response) => response.writeHead(status).end()).listen(0, '127.0.0.1', done);
  });
  afterAll((done) => {
    server.close(done);
  });

  test('is started with the disk of its image, asked for its health, and read for its console', async () => {
    fake = await startAwsFake({ secondMs: 1000 });
    clients = clientsOf(fake);
    const snapshotId = await sealedSnapshot(clients, { 0: 7 });
    const imageId = fake.addImage({ name: 'web', snapshotId });
    const disks: string[] = [];
    const guest = {
      start: async (disk: { sha256(length: number): string }) => {
        disks.push(disk.sha256(524_288));
        const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
        return { address, console: () => 'hello from the guest', stop: () => void stopped.push(address) };
      },
    };
    await open({ guest }, { imageId });
    await until(() => Object.values(fake.targetHealth(arn)).includes('initial'));
    expect(Object.values(fake.targetHealth(arn))).not.toContain('healthy');
    status = 200;
    await until(() => Object.values(fake.targetHealth(arn)).includes('healthy'));
    const { Checksum } = block(snapshotId, 0, 7);
    expect(disks).toEqual([Buffer.from(Checksum, 'base64').toString('hex')]);
    expect(fake.consoleOf(fake.instances('web')[0]?.id ?? '')).toBe('hello from the guest');
    await fake.stop();
    expect(stopped).toHaveLength(1);
    fake = await startAwsFake();
  });
});

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await sleep(5);
}
