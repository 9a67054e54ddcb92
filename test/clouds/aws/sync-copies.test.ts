import { type Ami, createAmi, deleteAmi, makeCopies, readAmi, removeCopies } from '../../../lib/clouds/aws';
import { type AwsFake, type AwsFakeOptions, startAwsFake } from '../../helpers/aws-fake';
import { ServiceBench } from '../../helpers/aws-service';
import { diskOf, requestFor } from '../../helpers/aws-work';

const WEST = 'eu-west-1';
const NORTH = 'eu-north-1';
const KEY = 'arn:aws:kms:eu-west-1:123456789012:key/one';
let fake: AwsFake;
let bench: ServiceBench;

async function start(options: AwsFakeOptions = {}, lingerMs = 30): Promise<void> {
  fake = await startAwsFake({ otherRegions: [WEST, NORTH], ...options });
  bench = await ServiceBench.with(fake, { visibleMs: 100, lingerMs });
}

afterEach(async () => {
  await bench.close();
  await fake.stop();
});

async function copy(original: Ami, ...regions: readonly string[]): Promise<Ami[]> {
  const copies: Ami[] = [];
  const targets = new Map(regions.map((region) => [region, {}]));
  const now = (await readAmi(original.id, bench.session)) as Ami;
  const onCopied = (one: Ami) => copies.push(one);
  await makeCopies(now, targets, bench.session, { sessionIn: bench.sessionIn, onCopied });
  return copies;
}

const held = (region: string) => [fake.imagesIn(region).length, fake.snapshotsIn(region).length];

test('a copy is in each region, with the tags of its original, and is found by it', async () => {
  await start();
  const original = await bench.make('1', { description: 'a service', commit: 'a'.repeat(40) });
  const copies = await copy(original, WEST, NORTH);
  expect(copies.map(({ region, state }) => [region, state]).sort()).toEqual([
    [NORTH, 'available'],
    [WEST, 'available'],
  ]);
  const [there] = fake.imagesIn(WEST);
  expect(there).toMatchObject({ name: 'kiln-1', description: 'a service', state: 'available' });
  const expected = {
    service: 'web',
    'kiln:service': 'shop/web',
    'kiln:commit': 'a'.repeat(40),
    'kiln:digest': original.digest,
    'kiln:copy-of': `eu-central-1/${original.id}`,
  };
  expect(Object.fromEntries(there?.tags ?? [])).toEqual(expected);
  expect(Object.fromEntries(fake.snapshotsIn(WEST)[0]?.tags ?? [])).toEqual(expected);
  expect(fake.images[0]?.tags.get('kiln:copies')).toBe(`${WEST} ${NORTH}`);
});

test('a second run takes the copies that are there', async () => {
  await start();
  const original = await bench.make('1');
  const first = await copy(original, WEST);
  expect((await copy(original, WEST)).map(({ id }) => id)).toEqual(first.map(({ id }) => id));
  expect(fake.count('CopyImage')).toBe(1);
});

test('two at a time end with one copy', async () => {
  await start({ together: { CopyImage: 2 } });
  const original = await bench.make('1');
  const [one, two] = await Promise.all([copy(original, WEST), copy(original, WEST)]);
  expect(one[0]?.id).toBe(two[0]?.id);
  expect(held(WEST)).toEqual([1, 1]);
});

test('a copy is encrypted with the key that is given for its region', async () => {
  await start();
  const original = await bench.make('1');
  const targets = new Map([[WEST, { kmsKeyId: KEY }]]);
  await makeCopies(original, targets, bench.session, { sessionIn: bench.sessionIn });
  expect(fake.snapshotsIn(WEST)).toMatchObject([{ encrypted: true, kmsKeyArn: KEY }]);
});

test('a copy that failed is removed, and made again by the next', async () => {
  await start({ lateness: { image: 2 } });
  const original = await bench.make('1');
  const failing = makeCopies(original, new Map([[WEST, {}]]), bench.session, {
    sessionIn: bench.sessionIn,
    onStarted: () => {
      const [image] = fake.imagesIn(WEST);
      if (image) image.state = 'failed';
    },
  });
  await expect(failing).rejects.toMatchObject({ code: 'aws.image-failed' });
  expect(held(WEST)).toEqual([0, 0]);
  await copy(original, WEST);
  expect(held(WEST)).toEqual([1, 1]);
});

test('the one that fails leaves the others as they are', async () => {
  await start();
  const original = await bench.make('1');
  fake.fault({ action: 'CopyImage', kind: 'quota', when: 1 });
  await expect(copy(original, WEST, NORTH)).rejects.toMatchObject({ code: 'aws.quota' });
  expect([held(WEST)[0], held(NORTH)[0]].sort()).toEqual([0, 1]);
});

test('a cancelled run removes the copy that it began', async () => {
  await start({ lateness: { image: 50 } });
  const controller = new AbortController();
  const original = await bench.make('1');
  const copying = makeCopies(original, new Map([[WEST, {}]]), bench.session, {
    sessionIn: bench.sessionIn,
    signal: controller.signal,
    onStarted: () => controller.abort(),
  });
  await expect(copying).rejects.toMatchObject({ code: 'aws.cancelled' });
  expect(held(WEST)).toEqual([0, 0]);
});

test('a copy is made again after it was removed, though its token still names the one that is gone', async () => {
  await start();
  const original = await bench.make('1');
  const [first] = await copy(original, WEST);
  const now = (await readAmi(original.id, bench.session)) as Ami;
  expect(now.copiedTo).toEqual([WEST]);
  await removeCopies(now, [WEST], bench.session, { sessionIn: bench.sessionIn });
  expect([held(WEST), fake.images[0]?.tags.has('kiln:copies')]).toEqual([[0, 0], false]);
  const [second] = await copy(original, WEST);
  expect(second?.id).not.toBe(first?.id);
});

test('the copy of an original that was made anew is taken over', async () => {
  await start();
  const original = await bench.make('1');
  const [first] = await copy(original, WEST);
  await deleteAmi(original, bench.session);
  const anew = await bench.make('1');
  expect(anew.id).not.toBe(original.id);
  expect((await copy(anew, WEST))[0]?.id).toBe(first?.id);
  expect(fake.imagesIn(WEST)[0]?.tags.get('kiln:copy-of')).toBe(`eu-central-1/${anew.id}`);
});

test('the copy of an original that was made anew is made again where it failed', async () => {
  await start();
  const original = await bench.make('1');
  const [first] = await copy(original, WEST);
  await deleteAmi(original, bench.session);
  const [image] = fake.imagesIn(WEST);
  if (image) image.state = 'failed';
  const [second] = await copy(await bench.make('1'), WEST);
  expect(second?.id).not.toBe(first?.id);
  expect(held(WEST)).toEqual([1, 1]);
});

test('refuses a name that an image has there which is no copy', async () => {
  await start();
  const original = await bench.make('1');
  const request = requestFor({ name: 'kiln-1', digest: original.digest as string });
  const { id } = await createAmi(request, diskOf(4, { 2: 1 }), await bench.sessionIn(WEST));
  await expect(copy(original, WEST)).rejects.toMatchObject({
    code: 'aws.conflict',
    message: `the name 'kiln-1' belongs to another image in eu-west-1, ${id}, which is no copy of ${original.id}`,
  });
  expect(held(WEST)).toEqual([1, 1]);
});

test('copies are pruned with their original, and one in use keeps both', async () => {
  await start({ pace: 0 });
  bench.keep = 0;
  const first = await bench.make('1');
  const [abroad] = await copy(first, WEST, NORTH);
  expect(held(WEST)).toEqual([1, 1]);
  fake.imagesIn(abroad?.region as string)[0]?.launchPermissions.add('210987654321');
  const second = await bench.make('2');
  const { held: stays } = await bench.end('1', first);
  expect(stays.map(({ because }) => because)).toEqual([
    [`used by the account 210987654321, which may launch it, by its copy ${abroad?.id} in ${abroad?.region}`],
  ]);
  fake.imagesIn(abroad?.region as string)[0]?.launchPermissions.clear();
  await bench.make('3');
  await bench.end('2', second);
  expect([fake.images.map(({ name }) => name), held(WEST), held(NORTH)]).toEqual([
    ['kiln-3'],
    [0, 0],
    [0, 0],
  ]);
});

test('a copy’s snapshot that an earlier removal left goes with the original', async () => {
  await start();
  bench.keep = 0;
  const first = await bench.make('1');
  await copy(first, WEST);
  const second = await bench.make('2');
  fake.fault({ action: 'DeleteSnapshot', kind: 'denied', when: 1 });
  expect((await bench.end('1', first)).failed).toHaveLength(1);
  expect([held(WEST), fake.images.length]).toEqual([[0, 1], 2]);
  await bench.make('3');
  await bench.end('2', second);
  expect([held(WEST), fake.images.map(({ name }) => name)]).toEqual([[0, 0], ['kiln-3']]);
});
