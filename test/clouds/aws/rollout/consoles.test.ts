import { Consoles } from '../../../../lib/clouds/aws/rollout/consoles';
import { RolloutWorld } from './rollout-world';

let world: RolloutWorld;
afterEach(() => world.stop());

async function consoleOf(
  text: string | (() => string),
  instanceType = 't3.micro',
): Promise<{ consoles: Consoles; id: string }> {
  world = await RolloutWorld.start({ instanceType, fake: { pace: 0, secondMs: 4 } });
  world.fake.behave(() => ({ console: text }));
  world.createGroup({ instances: 1 });
  world.settle();
  const [{ id } = { id: '' }] = world.fake.instances('shop-web');
  return { consoles: new Consoles(world.session), id };
}

test('a short console is shown whole', async () => {
  const { consoles, id } = await consoleOf('one\r\ntwo\n');
  await consoles.read([id]);
  expect(consoles.render(id)).toBe('  console:\n    one\n    two');
});

test('of a long one its first lines as they were at first, and its last ones as they are', async () => {
  let lines = 60;
  const { consoles, id } = await consoleOf(() =>
    Array.from({ length: lines }, (_, i) => `line ${i}\n`).join(''),
  );
  await consoles.read([id]);
  lines = 100;
  await consoles.read([id]);
  const shown = consoles.render(id).split('\n');
  expect([shown[0], shown[1], shown[20], shown[21], shown[22], shown.at(-1), shown.length]).toEqual([
    '  console, first lines:',
    '    line 0',
    '    line 19',
    '  console, last lines:',
    '    line 70',
    '    line 99',
    52,
  ]);
});

test('what steers a terminal is made visible, and no line is endless', async () => {
  const { consoles, id } = await consoleOf(`\u001b[2Jhidden\n${'x'.repeat(500)}\n`);
  await consoles.read([id]);
  expect(consoles.render(id)).toBe(`  console:\n    \\x1b[2Jhidden\n    ${'x'.repeat(240)}…`);
});

test('where only what was stored can be read, that is read', async () => {
  const { consoles, id } = await consoleOf('booting\n', 't2.micro');
  await consoles.read([id]);
  expect(consoles.render(id)).toBe('  console: nothing was written to it');
  world.fake.step(200);
  await consoles.read([id]);
  expect(consoles.render(id)).toBe('  console:\n    booting');
  expect(
    world.fake.calls
      .filter(({ action }) => action === 'GetConsoleOutput')
      .map(({ parameters }) => parameters.Latest),
  ).toEqual(['true', undefined, 'true', undefined]);
});

test('while an instance has time, it is read at a third and at two thirds of it', async () => {
  const { consoles, id } = await consoleOf('booting\n');
  const sight = { instances: [{ id }] } as unknown as Parameters<typeof consoles.readInTime>[0];
  const reads: number[] = [];
  for (const share of [0, 0.3, 0.4, 0.6, 0.7, 0.9]) {
    await consoles.readInTime(sight, () => share);
    reads.push(world.fake.count('GetConsoleOutput'));
  }
  expect(reads).toEqual([0, 0, 1, 1, 2, 2]);
});

test('refuses nothing: a console that may not be read says why', async () => {
  const { consoles, id } = await consoleOf('secret\n');
  world.fake.fault({ action: 'GetConsoleOutput', kind: 'denied' });
  await consoles.read([id]);
  expect(consoles.render(id)).toMatch(
    /^ {2}console: not to be read, since the credentials lack the permission ec2:GetConsoleOutput in eu-central-1 \(/,
  );
});

test('of an instance that EC2 does not know there is nothing', async () => {
  const { consoles } = await consoleOf('');
  await consoles.read(['i-0123456789abcdef0']);
  expect(consoles.render('i-0123456789abcdef0')).toBe('  console: nothing was written to it');
});
