import { createAmi } from '../../../lib/clouds/aws';
import { type AwsFake, type AwsFakeOptions, startAwsFake } from '../../helpers/aws-fake';
import { ServiceBench } from '../../helpers/aws-service';
import { diskOf, requestFor } from '../../helpers/aws-work';

let fake: AwsFake;
let bench: ServiceBench;

async function start(options: AwsFakeOptions = {}): Promise<void> {
  fake = await startAwsFake(options);
  bench = await ServiceBench.with(fake, { visibleMs: 100 });
}

afterEach(async () => {
  await bench?.close();
  await fake?.stop();
});

/** The names of images that are there, and how many snapshots. */
const held = () => ({ images: fake.images.map(({ name }) => name), snapshots: fake.snapshots.length });
const tags = (name: string) => Object.fromEntries(fake.images.find((one) => one.name === name)?.tags ?? []);

test('one that is replaced stays for going back, marked, and is nobody’s any more', async () => {
  await start();
  const { reports } = await bench.roll('1', '2');
  expect(reports).toMatchObject([{ isReplaced: true, removed: [], failed: [], held: [] }]);
  expect(held()).toEqual({ images: ['kiln-1', 'kiln-2'], snapshots: 2 });
  expect(tags('kiln-1')).toMatchObject({ 'kiln:service': 'shop/web' });
  expect(tags('kiln-1')['kiln:owner']).toBeUndefined();
  expect(Date.parse(tags('kiln-1')['kiln:retired'] as string)).toBeGreaterThan(Date.now() - 60_000);
  expect(fake.snapshots[0]?.tags.get('kiln:retired')).toBe(tags('kiln-1')['kiln:retired']);
  expect(tags('kiln-2')['kiln:retired']).toBeUndefined();
});

test('so many are kept as it says, and their snapshots go with those beyond', async () => {
  await start();
  bench.keep = 2;
  const { reports } = await bench.roll('1', '2', '3', '4', '5');
  expect(held()).toEqual({ images: ['kiln-3', 'kiln-4', 'kiln-5'], snapshots: 3 });
  expect(reports.map(({ removed }) => removed.map(({ image }) => image.name))).toEqual([
    [],
    [],
    ['kiln-1'],
    ['kiln-2'],
  ]);
});

test('with none to keep, each goes when it is replaced', async () => {
  await start();
  bench.keep = 0;
  await bench.roll('1', '2', '3');
  expect(held()).toEqual({ images: ['kiln-3'], snapshots: 1 });
});

test('going back finds the image there, sends nothing, and takes it into service again', async () => {
  await start();
  const { images } = await bench.roll('1', '2');
  const puts = fake.count('PutSnapshotBlock');
  const again = await bench.make('1');
  expect(again.id).toBe(images[0]?.id);
  expect(fake.count('PutSnapshotBlock')).toBe(puts);
  expect(tags('kiln-1')).toMatchObject({ 'kiln:owner': 'owner-1' });
  expect([tags('kiln-1')['kiln:retired'], fake.snapshots[0]?.tags.get('kiln:retired')]).toEqual([
    undefined,
    undefined,
  ]);
  await bench.end('2', images[1] as { id: string });
  expect(held()).toEqual({ images: ['kiln-1', 'kiln-2'], snapshots: 2 });
});

test('the last one takes all with it: the service has ended', async () => {
  await start();
  const { images } = await bench.roll('1', '2', '3');
  // WHEN another process destroys it, which knows only what EC2 says
  bench.forget();
  const report = await bench.end('3', images[2] as { id: string });
  expect(report).toMatchObject({ isReplaced: false, failed: [], held: [] });
  expect(report.removed.map(({ image }) => image.name)).toEqual(['kiln-1', 'kiln-2', 'kiln-3']);
  expect(held()).toEqual({ images: [], snapshots: 0 });
});

test('an image of another service is none of its own', async () => {
  await start();
  const other = await ServiceBench.with(fake, {}, 'shop/api');
  try {
    await other.make('9');
    bench.keep = 0;
    const only = await bench.make('1');
    await bench.end('1', only);
    expect(held()).toEqual({ images: ['kiln-9'], snapshots: 1 });
  } finally {
    await other.close();
  }
});

test('two images of a destroyed service end one after the other, and nothing stays', async () => {
  await start();
  // GIVEN one that an interrupted apply left to be destroyed, and the one in service
  const [left, current] = [await bench.make('1'), await bench.make('2')];
  bench.forget();
  expect(await bench.end('1', left)).toMatchObject({ isReplaced: true });
  expect(await bench.end('2', current)).toMatchObject({ isReplaced: false });
  expect(held()).toEqual({ images: [], snapshots: 0 });
});

test('what EC2 does not show yet is known from this process', async () => {
  // GIVEN lists that a new image is missing from
  await start({ lateness: { unknownImage: 3, image: 0 } });
  bench.keep = 0;
  const first = await bench.make('1');
  const second = await bench.make('2');
  bench.claimed.add(second.id);
  expect(await bench.end('1', first)).toMatchObject({ isReplaced: true });
  expect(fake.images.map(({ name }) => name)).toContain('kiln-2');
});

test('one that was claimed by another at this moment stays that one’s', async () => {
  await start();
  const { images } = await bench.roll('1', '2');
  // GIVEN that the claim came after this process looked
  fake.images[1]?.tags.set('kiln:owner', 'another');
  await bench.end('2', images[1] as { id: string });
  expect(tags('kiln-2')['kiln:owner']).toBe('another');
});

test('an image that an interrupted run left unclaimed goes when the service ends', async () => {
  await start();
  const current = await bench.make('2');
  await createAmi(requestFor({ name: 'kiln-left', service: 'shop/web' }), diskOf(4, { 1: 1 }), bench.session);
  await bench.end('2', current);
  expect(held()).toEqual({ images: [], snapshots: 0 });
});

test('one that is just being made by another run is not taken for left behind', async () => {
  await start();
  bench.keep = 0;
  const current = await bench.make('1');
  await createAmi(requestFor({ name: 'kiln-new', service: 'shop/web' }), diskOf(4, { 1: 1 }), bench.session);
  await bench.make('2');
  await bench.end('1', current);
  expect(held().images).toEqual(['kiln-new', 'kiln-2']);
});

test('a snapshot whose image went without it is removed by the next', async () => {
  await start();
  bench.keep = 0;
  const first = await bench.make('1');
  await bench.make('2');
  fake.fault({ action: 'DeleteSnapshot', kind: 'denied' });
  const report = await bench.end('1', first);
  expect(report.failed).toMatchObject([{ id: first.id, error: { code: 'aws.permission' } }]);
  expect(held()).toEqual({ images: ['kiln-2'], snapshots: 2 });
  fake.clearFaults();
  const third = await bench.make('3');
  expect(third.name).toBe('kiln-3');
  const next = await bench.end('2', fake.images[0] as { id: string });
  expect(next.removedSnapshots).toHaveLength(1);
  expect(held()).toEqual({ images: ['kiln-3'], snapshots: 1 });
});
