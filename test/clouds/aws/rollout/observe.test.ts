import { observe } from '../../../../lib/clouds/aws/rollout/observe';
import { readMachines } from '../../../../lib/clouds/aws/rollout/read-machines';
import { RolloutWorld, type WorldOptions } from './rollout-world';

let world: RolloutWorld;
afterEach(() => world.stop());

async function serving(options: WorldOptions = {}): Promise<RolloutWorld> {
  world = await RolloutWorld.serving({ instances: 1, ...options, fake: { pace: 0, ...options.fake } });
  return world;
}

function look(targetGroupArns = [world.targets]) {
  return observe(world.session, { name: 'shop-web', targetGroupArns }, { id: world.template });
}

async function phase(targetGroupArns?: string[]): Promise<string | undefined> {
  return (await look(targetGroupArns))?.instances[0]?.phase;
}

test('a group is seen with its sizes, its template and its instances', async () => {
  await serving();
  expect(await look()).toMatchObject({
    group: {
      name: 'shop-web',
      template: { id: world.template, version: 1 },
      min: 1,
      max: 9,
      desired: 1,
    },
    instances: [
      {
        version: 1,
        phase: 'healthy',
        machine: { state: 'running' },
        targets: [{ state: 'healthy', port: 8080 }],
      },
    ],
  });
});

test('a group that is not there is not seen', async () => {
  world = await RolloutWorld.start();
  expect(await look()).toBeUndefined();
});

test('an instance is starting until every target group says that it is healthy', async () => {
  await serving();
  const second = world.fake.createTargetGroup();
  expect(await phase([world.targets, second])).toBe('starting');
});

test('where no target group is asked, being in service is enough', async () => {
  await serving();
  expect(await phase([])).toBe('healthy');
});

test.each([
  ['fails its checks', 'unhealthy', { sickensAfterMs: 0 }],
  ['halts', 'failed', { crashesAfterMs: 0 }],
])('one that %s is %s', async (_what, expected, behaviour) => {
  world = await RolloutWorld.start({ fake: { pace: 0 } });
  world.fake.behave(() => ({ ...behaviour, healthyAfterMs: 'never' }));
  world.createGroup({ instances: 1 });
  world.fake.group('shop-web').suspended.set('ReplaceUnhealthy', '');
  world.settle();
  expect(await phase()).toBe(expected);
});

test('one that finishes its connections is leaving', async () => {
  await serving({ fake: { secondMs: 1000 } });
  world.fake.group('shop-web').min = 0;
  world.fake.group('shop-web').desired = 0;
  world.fake.step();
  expect(await phase()).toBe('leaving');
});

test('one of another launch template has no version here', async () => {
  await serving();
  const sight = await observe(world.session, { name: 'shop-web', targetGroupArns: [] }, { id: 'lt-other' });
  expect(sight?.instances[0]?.version).toBeNaN();
});

test('a machine that EC2 does not know yet does not hide the others', async () => {
  await serving();
  const [{ id } = { id: '' }] = world.fake.instances('shop-web');
  const machines = await readMachines(world.session, ['i-0123456789abcdef0', id]);
  expect([...machines.keys()]).toEqual([id]);
  expect(await readMachines(world.session, ['i-0123456789abcdef0'])).toEqual(new Map());
});
