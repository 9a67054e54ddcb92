import {
  DescribeInstancesCommand,
  GetConsoleOutputCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { type AwsFake, type Behaviour, startAwsFake } from '../../helpers/aws-fake';
import { type Clients, clientsOf } from '../../helpers/aws-fake/clients';

let fake: AwsFake;
let clients: Clients;

/** One instance in service. */
async function open(behaviour: Behaviour = {}, instanceType = 't3.micro'): Promise<string> {
  fake = await startAwsFake({ pace: 0 });
  clients = clientsOf(fake);
  fake.behave(() => behaviour);
  const launchTemplate = fake.createLaunchTemplate({ instanceType });
  fake.createGroup({ name: 'web', launchTemplate, min: 1, max: 1 });
  fake.step(3);
  return fake.instances('web')[0]?.id ?? '';
}

afterEach(async () => {
  clients.close();
  await fake.stop();
});

async function output(InstanceId: string, Latest = false): Promise<string | undefined> {
  const { Output } = await clients.ec2.send(new GetConsoleOutputCommand({ InstanceId, Latest }));
  return Output && Buffer.from(Output, 'base64').toString();
}

describe('the console', () => {
  test('is empty before anything is posted, and live with Latest', async () => {
    const id = await open({ console: 'booted\n' });
    expect(await output(id)).toBeUndefined();
    expect(await output(id, true)).toBe('booted\n');
    fake.step(30);
    expect(await output(id)).toBe('booted\n');
  });

  test('is posted when its instance ends, and kept', async () => {
    let text = 'booted\n';
    const id = await open({ console: () => text });
    text += 'out of memory\n';
    await clients.ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }));
    fake.step(5);
    expect(await output(id)).toBe('booted\nout of memory\n');
    expect(await output(id, true)).toBe('booted\nout of memory\n');
  });

  test('is posted when its guest halts', async () => {
    const id = await open({ console: 'panic\n', crashesAfterMs: 50 });
    fake.step(5);
    expect(await output(id)).toBe('panic\n');
  });

  test('may be longer live', async () => {
    const id = await open({ console: 'a', latestConsole: 'ab' });
    fake.step(30);
    expect([await output(id), await output(id, true)]).toEqual(['a', 'ab']);
  });

  test('holds the last 64 KiB', async () => {
    const id = await open({ console: `first${'x'.repeat(65_535)}z` });
    const text = await output(id, true);
    expect([text?.length, text?.slice(0, 2), text?.slice(-2)]).toEqual([65_536, 'xx', 'xz']);
  });

  test('refuses Latest where the hypervisor is not Nitro', async () => {
    const id = await open({ console: 'a' }, 't2.micro');
    const live = output(id, true);
    await expect(live).rejects.toMatchObject({ name: 'UnsupportedOperation' });
    await expect(live).rejects.toThrow('does not support retrieving the latest console logs');
    await expect(output(id)).resolves.toBeUndefined();
  });
});

test('an instance is described from its launch until after its end', async () => {
  const id = await open();
  const state = async () => {
    const { Reservations = [] } = await clients.ec2.send(new DescribeInstancesCommand({ InstanceIds: [id] }));
    const { State, StateReason } = Reservations[0]?.Instances?.[0] ?? {};
    return [State?.Name, StateReason?.Code];
  };
  expect(await state()).toEqual(['running', undefined]);
  const { TerminatingInstances } = await clients.ec2.send(
    new TerminateInstancesCommand({ InstanceIds: [id] }),
  );
  expect(TerminatingInstances).toMatchObject([
    { CurrentState: { Name: 'shutting-down' }, PreviousState: { Name: 'running' } },
  ]);
  fake.step(3);
  expect(await state()).toEqual(['terminated', 'Client.UserInitiatedShutdown']);
});

test('instances are found by filters and tags', async () => {
  const id = await open();
  const found = async (Name: string, Value: string) => {
    const Filters = [{ Name, Values: [Value] }];
    const { Reservations = [] } = await clients.ec2.send(new DescribeInstancesCommand({ Filters }));
    return Reservations.flatMap(({ Instances = [] }) => Instances.map(({ InstanceId }) => InstanceId));
  };
  expect(await found('tag:aws:autoscaling:groupName', 'web')).toEqual([id]);
  expect(await found('instance-state-name', 'running')).toEqual([id]);
  expect(await found('image-id', 'ami-0')).toEqual([]);
});

test('refuses instances that are not there, and what is no id', async () => {
  await open();
  await expect(output('i-0aaaaaaaaaaaaaaaa')).rejects.toMatchObject({
    name: 'InvalidInstanceID.NotFound',
    message: "The instance ID 'i-0aaaaaaaaaaaaaaaa' does not exist",
  });
  await expect(output('web')).rejects.toMatchObject({ name: 'InvalidInstanceID.Malformed' });
});
