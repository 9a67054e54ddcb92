import { makeCopies, readAmi } from '../../../lib/clouds/aws';
import { type AwsAction, type AwsFake, type FaultKind, startAwsFake } from '../../helpers/aws-fake';
import { ServiceBench } from '../../helpers/aws-service';

const WEST = 'eu-west-1';
let fake: AwsFake;
let bench: ServiceBench;

beforeEach(async () => {
  fake = await startAwsFake({ otherRegions: [WEST], pace: 0, lateness: { sealing: 0, image: 0 } });
  // A busy machine may take longer for one try, but not for all of them.
  bench = await ServiceBench.with(fake, { attemptMs: 150, attempts: 8, visibleMs: 50, lingerMs: 20 });
  bench.keep = 0;
});
afterEach(async () => {
  await bench.close();
  await fake.stop();
});

/** Whether each fault is got over when it strikes once. */
const FAULTS: readonly (readonly [kind: FaultKind, passes: boolean])[] = [
  ['throttle', true],
  ['hang', true],
  ['lost-answer', true],
  ['expired', false],
  ['denied', false],
];
const times = (actions: readonly AwsAction[]) =>
  actions.flatMap((action) => FAULTS.map(([kind, passes]) => ({ action, kind, passes })));

/** Those that stay: one that is no answer, and two that are. */
const lasting = (actions: readonly AwsAction[]) =>
  actions.flatMap((action) => (['reset', 'expired', 'denied'] as const).map((kind) => ({ action, kind })));

const held = () => ({
  here: [fake.images.map(({ name }) => name), fake.snapshots.length],
  there: [fake.imagesIn(WEST).length, fake.snapshotsIn(WEST).length],
});

async function copyFirst(id: string): Promise<void> {
  const original = await readAmi(id, bench.session);
  if (original === undefined) throw new Error(`${id} is not there`);
  await makeCopies(original, new Map([[WEST, {}]]), bench.session, { sessionIn: bench.sessionIn });
}

/** A first image with a copy and a launch template, and a second one in its place, that does not know of its end yet. */
async function service() {
  const first = await bench.make('1');
  await copyFirst(first.id);
  const { id } = fake.createLaunchTemplate({ imageId: first.id, tags: { 'kiln:service': 'shop/web' } });
  const second = await bench.make('2');
  fake.addTemplateVersion(id, { imageId: second.id });
  const template = fake.launchTemplates[0];
  if (template) template.defaultVersion = 2;
  return { first, second };
}

const PRUNING: readonly AwsAction[] = [
  'DescribeImages',
  'CreateTags',
  'DeleteTags',
  'DescribeSnapshots',
  'DescribeImageReferences',
  'DescribeLaunchTemplates',
  'DescribeLaunchTemplateVersions',
  'DescribeAutoScalingGroups',
  'DescribeImageAttribute',
  'DeleteLaunchTemplateVersions',
  'DeregisterImage',
  'DeleteSnapshot',
];

test.each(times(PRUNING))(
  '$kind at $action while an image ends strikes once, and what it left is mended by the next',
  async ({ action, kind, passes }) => {
    const { first, second } = await service();
    fake.fault({ action, kind, when: 1 });
    const outcome = await bench.end('1', first).then(
      ({ failed }) => (failed.length > 0 ? 'failed' : 'ended'),
      (error) => error.code,
    );
    const isLackOfReferences = action === 'DescribeImageReferences' && kind === 'denied';
    if (passes || isLackOfReferences) expect(outcome).toBe('ended');
    else expect(outcome).not.toBe('ended');
    fake.clearFaults();
    // Terraform comes back where it was told of an error; the next replacement does the rest.
    if (outcome !== 'ended' && outcome !== 'failed') await bench.end('1', first);
    await bench.make('3');
    await bench.end('2', second);
    expect(held()).toEqual({ here: [['kiln-2', 'kiln-3'], 2], there: [0, 0] });
  },
);

test.each(lasting(PRUNING))(
  '$kind at $action while an image ends stays, spares what is in service, and is mended when it is gone',
  async ({ action, kind }) => {
    const { first, second } = await service();
    fake.fault({ action, kind });
    await bench.end('1', first).catch(({ code }) => expect(code).toMatch(/^aws\./));
    expect(held().here[0]).toContain('kiln-2');
    fake.clearFaults();
    if (fake.images.some(({ id }) => id === first.id)) await bench.end('1', first);
    await bench.make('3');
    await bench.end('2', second);
    expect(held()).toEqual({ here: [['kiln-2', 'kiln-3'], 2], there: [0, 0] });
  },
);

const COPYING: readonly AwsAction[] = ['CreateTags', 'DescribeImages', 'CopyImage'];

test.each(times(COPYING))(
  '$kind at $action while an image is copied strikes once, and a second run ends with one copy',
  async ({ action, kind, passes }) => {
    const { id } = await bench.make('1');
    fake.fault({ action, kind, when: 1 });
    const copied = copyFirst(id);
    if (passes) await copied;
    else await expect(copied).rejects.toMatchObject({ name: 'KilnError' });
    fake.clearFaults();
    await copyFirst(id);
    expect(held().there).toEqual([1, 1]);
  },
);

test.each(lasting(COPYING))(
  '$kind at $action while an image is copied stays, and nothing is left in either region when the image goes',
  async ({ action, kind }) => {
    const first = await bench.make('1');
    fake.fault({ action, kind });
    await copyFirst(first.id).catch(({ code }) => expect(code).toMatch(/^aws\./));
    fake.clearFaults();
    await bench.end('1', first);
    expect(held()).toEqual({ here: [[], 0], there: [0, 0] });
  },
);

test('two prunes at a time remove the same, and neither fails', async () => {
  const { first } = await service();
  const other = await ServiceBench.with(fake, { lingerMs: 20 });
  other.keep = 0;
  try {
    const reports = await Promise.all([bench.end('1', first), other.end('1', first)]);
    expect(reports.flatMap(({ failed }) => failed)).toEqual([]);
    expect(held()).toEqual({ here: [['kiln-2'], 1], there: [0, 0] });
  } finally {
    await other.close();
  }
});
