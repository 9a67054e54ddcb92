import type { Ami } from '../../../lib/clouds/aws';
import { findImageUses } from '../../../lib/clouds/aws/image-uses';
import { type AwsFake, type AwsFakeOptions, startAwsFake } from '../../helpers/aws-fake';
import { ServiceBench } from '../../helpers/aws-service';

const OWN = { 'kiln:service': 'shop/web' };
let fake: AwsFake;
let bench: ServiceBench;

async function start(options: AwsFakeOptions = {}): Promise<void> {
  fake = await startAwsFake({ pace: 0, ...options });
  bench = await ServiceBench.with(fake);
  bench.keep = 0;
}

afterEach(async () => {
  await bench.close();
  await fake.stop();
});

const names = () => fake.images.map(({ name }) => name);

/** Replaces the first version, with what then held it. */
async function replace(first: Ami): Promise<string[]> {
  await bench.make('2');
  const { held, failed } = await bench.end('1', first);
  expect(failed).toEqual([]);
  return held.flatMap(({ because }) => because);
}

/** A group of one instance, which has come up. */
function runGroup(name: string, id: string, version: number | string): string {
  fake.createGroup({ name, launchTemplate: { id, version }, min: 1, max: 2 });
  for (let step = 0; step < 200 && fake.instances(name).every(({ state }) => state !== 'running'); step++)
    fake.step();
  return fake.instances(name)[0]?.id as string;
}

function useNewest(id: string): void {
  const template = fake.launchTemplates.find((one) => one.id === id);
  if (template) template.defaultVersion = template.latestVersion;
}

/** The ways to find out; with the second the first is not allowed. */
const WAYS = [
  ['by asking for references', [] as const],
  ['by looking at everything', [{ action: 'DescribeImageReferences', kind: 'denied' }] as const],
] as const;

describe.each(WAYS)('%s', (_, faults) => {
  beforeEach(() => start({ faults }));

  test('an image that an instance runs stays', async () => {
    const first = await bench.make('1');
    const { id } = fake.createLaunchTemplate({ imageId: first.id, tags: OWN });
    const instance = runGroup('shop-web', id, '$Latest');
    fake.addTemplateVersion(id, { imageId: (await bench.make('2')).id });
    useNewest(id);
    expect(await replace(first)).toEqual([`used by the instance ${instance}`]);
    expect(names()).toEqual(['kiln-1', 'kiln-2']);
  });

  test('of more images than a filter takes all are looked at', async () => {
    const first = await bench.make('1');
    const snapshotId = first.snapshotId as string;
    const others = Array.from({ length: 200 }, (_, n) => fake.addImage({ name: `other-${n}`, snapshotId }));
    const { id, name } = fake.createLaunchTemplate({ imageId: others.at(-1) as string });
    const images = [first, ...others.map((other) => ({ ...first, id: other }))];
    const uses = await findImageUses(images, bench.session, bench.sessionIn, undefined);
    expect(uses.size).toBe(201);
    expect(uses.get(others.at(-1) as string)?.by).toEqual([
      `version 1 of the launch template ${id} (${name})`,
    ]);
  });

  test('an image that a launch template of others names, in any version, stays', async () => {
    const first = await bench.make('1');
    const { id, name } = fake.createLaunchTemplate({ imageId: first.id });
    for (let version = 2; version < 20; version++) fake.addTemplateVersion(id, {});
    fake.addTemplateVersion(id, { imageId: (await bench.make('2')).id });
    useNewest(id);
    expect(await replace(first)).toEqual([`used by 19 versions of the launch template ${id} (${name})`]);
    expect(names()).toEqual(['kiln-1', 'kiln-2']);
  });

  test('a version of Kiln’s own launch template that nothing uses goes with its image', async () => {
    const first = await bench.make('1');
    const { id } = fake.createLaunchTemplate({ imageId: first.id, tags: OWN });
    fake.addTemplateVersion(id, { imageId: (await bench.make('2')).id });
    useNewest(id);
    expect(await replace(first)).toEqual([]);
    expect(names()).toEqual(['kiln-2']);
    expect(fake.launchTemplates.map(({ versions }) => [...versions.keys()])).toEqual([[2]]);
  });

  test.each([1, '$Default'] as const)(
    'a version that a group starts (%s) keeps its image',
    async (version) => {
      const first = await bench.make('1');
      const { id, name } = fake.createLaunchTemplate({ imageId: first.id, tags: OWN });
      fake.addTemplateVersion(id, { imageId: (await bench.make('2')).id });
      fake.createGroup({ name: 'shop-web', launchTemplate: { id, version }, min: 0, max: 1 });
      expect(await replace(first)).toEqual([
        `used by version 1 of the launch template ${id} (${name}), which the Auto Scaling group shop-web starts`,
      ]);
      expect(names()).toEqual(['kiln-1', 'kiln-2']);
    },
  );

  test('the default and the latest version keep their image', async () => {
    const first = await bench.make('1');
    const one = fake.createLaunchTemplate({ imageId: first.id, tags: OWN });
    fake.addTemplateVersion(one.id, { imageId: (await bench.make('2')).id });
    const other = fake.createLaunchTemplate({ imageId: first.id, tags: OWN });
    expect(await replace(first)).toEqual([
      `used by version 1 of the launch template ${one.id} (${one.name}), which is its default`,
      `used by version 1 of the launch template ${other.id} (${other.name}), which is its latest`,
    ]);
  });
});

test('an image that another account may launch stays', async () => {
  await start();
  const first = await bench.make('1');
  fake.images[0]?.launchPermissions.add('210987654321').add('all');
  expect(await replace(first)).toEqual([
    'used by the account 210987654321, which may launch it',
    'used by everybody, which may launch it',
  ]);
});

test('an image that is protected against being deregistered stays, and is named', async () => {
  await start();
  const first = await bench.make('1');
  if (fake.images[0]) fake.images[0].isProtected = true;
  expect(await replace(first)).toEqual(['it is protected against being deregistered']);
  expect([names(), fake.count('DeregisterImage')]).toEqual([['kiln-1', 'kiln-2'], 0]);
});

test('an image that may not be deregistered is named with the missing permission', async () => {
  await start();
  const first = await bench.make('1');
  fake.fault({ action: 'DeregisterImage', kind: 'denied' });
  await bench.make('2');
  const { failed } = await bench.end('1', first);
  expect(failed).toMatchObject([
    {
      id: first.id,
      error: { message: 'the credentials lack the permission ec2:DeregisterImage in eu-central-1' },
    },
  ]);
});

test('permissions are asked for only of what nothing else uses, and groups only where it matters', async () => {
  await start();
  const first = await bench.make('1');
  const { id } = fake.createLaunchTemplate({ imageId: first.id });
  fake.addTemplateVersion(id, { imageId: first.id });
  await replace(first);
  expect([fake.count('DescribeImageAttribute'), fake.count('DescribeAutoScalingGroups')]).toEqual([0, 0]);
});

test('nothing is removed where nobody may look what uses it, and the missing permission is named', async () => {
  await start();
  const first = await bench.make('1');
  await bench.make('2');
  for (const action of ['DescribeImageReferences', 'DescribeInstances'] as const)
    fake.fault({ action, kind: 'denied' });
  await expect(bench.end('1', first)).rejects.toMatchObject({
    code: 'aws.permission',
    message: 'the credentials lack the permission ec2:DescribeImageReferences in eu-central-1',
  });
  expect(names()).toEqual(['kiln-1', 'kiln-2']);
  fake.clearFaults();
  await bench.end('1', first);
  expect(names()).toEqual(['kiln-2']);
});

test('what is in use when its service ends stays, and goes when it is no more', async () => {
  await start();
  const only = await bench.make('1');
  const { id } = fake.createLaunchTemplate({ imageId: only.id });
  const report = await bench.end('1', only);
  expect(report).toMatchObject({ isReplaced: false, removed: [], failed: [] });
  expect(report.held.map(({ image }) => image.id)).toEqual([only.id]);
  expect(fake.images[0]?.tags.get('kiln:owner')).toBeUndefined();
  fake.addTemplateVersion(id, { imageId: 'ami-0123456789abcdef0' });
  fake.launchTemplates[0]?.versions.delete(1);
  const next = await bench.make('2');
  await bench.end('2', next);
  expect(names()).toEqual([]);
});
