import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DeregisterImageCommand } from '@aws-sdk/client-ec2';
import { type AwsFake, startAwsFake } from '../../helpers/aws-fake';
import { clientsOf } from '../../helpers/aws-fake/clients';
import { AmiBench } from './ami-fixture';

const COMMIT = 'c0ffee'.padEnd(40, '0');
let fake: AwsFake;
let bench: AmiBench;

beforeEach(async () => {
  fake = await startAwsFake();
  bench = await new AmiBench(fake).start();
});
afterEach(async () => {
  await bench.end();
  await fake.stop();
});

/** The image of a version of the service. */
const version = (number: string, more: object = {}) => ({
  image: bench.kernel('web.elf', [`--version=${number}`]),
  service: 'shop/web',
  ...more,
});

const ids = () => fake.images.map(({ id }) => id);
const tagOf = (id: unknown, key: string) => fake.images.find((one) => one.id === id)?.tags.get(key);

test('a replaced image of a service stays, and goes with the service', async () => {
  const first = await bench.made(version('1'));
  const second = await bench.replaced(version('2'), first);
  expect(ids()).toEqual([first.state?.id, second.state?.id]);
  expect(tagOf(first.state?.id, 'kiln:retired')).toBeDefined();
  const gone = await bench.apply(null, second);
  expect(gone).toMatchObject({ state: null, problems: [] });
  expect([fake.images, fake.snapshots]).toEqual([[], []]);
});

test('going back uploads nothing, and what was replaced by it is kept in turn', async () => {
  const first = await bench.made(version('1'));
  const second = await bench.replaced(version('2'), first);
  fake.calls.length = 0;
  const back = await bench.replaced(version('1'), second);
  expect(back.state?.id).toBe(first.state?.id);
  expect([fake.count('StartSnapshot'), fake.count('PutSnapshotBlock')]).toEqual([0, 0]);
  expect(tagOf(first.state?.id, 'kiln:retired')).toBeUndefined();
  expect(tagOf(second.state?.id, 'kiln:retired')).toBeDefined();
});

test('an image that another pruned while it was taken is made anew', async () => {
  await bench.end();
  await fake.stop();
  const together = { CreateTags: 0 };
  // Where its token is bound, what is made anew first waits as long as EBS may not know a snapshot; that is create-ami.test's.
  fake = await startAwsFake({ together, tokenOfDeleted: 'freed' });
  bench = await new AmiBench(fake).start();
  const first = await bench.made(version('1'));
  await bench.replaced(version('2'), first);
  // GIVEN that it is deregistered right before it is claimed
  fake.calls.length = 0;
  together.CreateTags = Number.POSITIVE_INFINITY;
  const taking = bench.apply(version('1'));
  while (fake.count('CreateTags') === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  const { ec2, close } = clientsOf(fake);
  const ImageId = first.state?.id as string;
  await ec2.send(new DeregisterImageCommand({ ImageId, DeleteAssociatedSnapshots: true }));
  close();
  together.CreateTags = 0;
  const back = await taking;
  expect(back.problems).toEqual([]);
  expect(ids()).toContain(back.state?.id);
  expect(back.state?.id).not.toBe(first.state?.id);
});

test('two of a service that are destroyed at once take everything with them', async () => {
  const left = await bench.made(version('1'));
  const current = await bench.made(version('2'));
  await bench.start();
  const [one, two] = await Promise.all([bench.apply(null, left), bench.apply(null, current)]);
  expect([one.problems, two.problems]).toEqual([[], []]);
  expect([fake.images, fake.snapshots]).toEqual([[], []]);
});

test('a service that is destroyed while one of its images is in use keeps it, and says so', async () => {
  const only = await bench.made(version('1'));
  const { id } = fake.createLaunchTemplate({ imageId: only.state?.id as string, name: 'theirs' });
  const gone = await bench.apply(null, only);
  expect(gone.state).toBeNull();
  expect(gone.problems).toEqual([
    `warning: ${only.state?.id} of shop/web was left in eu-central-1: used by version 1 of the launch template ${id} (theirs)\n` +
      "When nothing uses it any more, 'kiln images prune --service shop/web --keep 0 --region eu-central-1' removes it, or by hand: " +
      `aws ec2 deregister-image --region eu-central-1 --image-id ${only.state?.id} --delete-associated-snapshots`,
  ]);
  expect(ids()).toEqual([only.state?.id]);
});

test('an earlier image that cannot be removed is warned of, and the next replacement removes it', async () => {
  const first = await bench.made(version('1', { keep: 0 }));
  const second = await bench.made(version('2', { keep: 0 }));
  fake.fault({ action: 'DeregisterImage', kind: 'denied' });
  const gone = await bench.apply(null, first);
  expect(gone.state).toBeNull();
  expect(gone.problems).toEqual([
    expect.stringContaining(
      `warning: ${first.state?.id}, an earlier image of shop/web, could not be removed\nthe credentials lack the permission ec2:DeregisterImage`,
    ),
  ]);
  fake.clearFaults();
  const third = await bench.replaced(version('3', { keep: 0 }), second);
  expect(ids()).toEqual([third.state?.id]);
});

test('refuses to forget a service of which an image cannot be removed', async () => {
  const first = await bench.made(version('1'));
  const second = await bench.replaced(version('2'), first);
  fake.fault({ action: 'DeregisterImage', kind: 'denied' });
  const gone = await bench.apply(null, second);
  expect(gone.state).toMatchObject({ id: second.state?.id });
  expect(gone.problems[0]).toContain('error: The credentials lack the permission ec2:DeregisterImage');
  fake.clearFaults();
  expect(await bench.apply(null, second)).toMatchObject({ state: null, problems: [] });
  expect([fake.images, fake.snapshots]).toEqual([[], []]);
});

test('fewer to keep is a change in place, and removes what is then beyond', async () => {
  const first = await bench.made(version('1'));
  const second = await bench.replaced(version('2'), first);
  const third = await bench.replaced(version('3'), second);
  const plan = await bench.plan(version('3', { keep: 1 }), third);
  expect(plan).toMatchObject({ replacedFor: [], problems: [], state: { keep: 1, id: third.state?.id } });
  const fewer = await bench.made(version('3', { keep: 1 }), third);
  expect(fewer.state).toEqual({ ...third.state, keep: 1 });
  expect(ids()).toEqual([second.state?.id, third.state?.id]);
});

test('the commit is on the image, its snapshot and in the state, and another one is no change', async () => {
  writeFileSync(join(bench.folder, 'source.json'), JSON.stringify({ commit: `${COMMIT}-dirty` }));
  const config = version('1', { source: 'source.json' });
  const first = await bench.made(config);
  expect(first.state?.source_commit).toBe(`${COMMIT}-dirty`);
  expect([tagOf(first.state?.id, 'kiln:commit'), fake.snapshots[0]?.tags.get('kiln:commit')]).toEqual([
    `${COMMIT}-dirty`,
    `${COMMIT}-dirty`,
  ]);
  writeFileSync(join(bench.folder, 'source.json'), JSON.stringify({ commit: 'd'.repeat(40) }));
  expect(await bench.plan(config, first)).toEqual({ state: first.state, replacedFor: [], problems: [] });
  // An image that is found says the commit that it was made of.
  const second = await bench.replaced(version('2'), first);
  expect(second.state?.source_commit).toBeNull();
  const back = await bench.replaced(config, second);
  expect(back.state?.source_commit).toBe(`${COMMIT}-dirty`);
});

test('outside of a repository there is no commit', async () => {
  writeFileSync(join(bench.folder, 'source.json'), '{"commit":null}');
  const first = await bench.made(version('1', { source: 'source.json' }));
  expect(first.state?.source_commit).toBeNull();
  expect(tagOf(first.state?.id, 'kiln:commit')).toBeUndefined();
});

test.each([
  ['{"commit":"main"}', /names no commit: it must be \{"commit": "\.\.\."\} with the hash of one, and is/],
  ['[]', /names no commit/],
  ['no', /names no commit/],
])('refuses a file of the commit that holds %s', async (text, message) => {
  writeFileSync(join(bench.folder, 'source.json'), text);
  const { problems, state } = await bench.apply(version('1', { source: 'source.json' }));
  expect(problems[0]).toMatch(message);
  expect([state, fake.calls]).toEqual([null, []]);
});

test('refuses a file of the commit that is not there', async () => {
  rmSync(join(bench.folder, 'source.json'), { force: true });
  const { problems } = await bench.apply(version('1', { source: 'source.json' }));
  expect(problems[0]).toMatch(/The file of the commit, '.*source\.json', cannot be read: ENOENT/);
});

test('two services with the same image have each their own', async () => {
  const web = await bench.made(version('1'));
  const api = await bench.made({ ...version('1'), service: 'shop/api' });
  expect(api.state?.id).not.toBe(web.state?.id);
  await bench.apply(null, web);
  expect(ids()).toEqual([api.state?.id]);
});
