import { runCommandLine } from '../../../lib/cli/program';
import type { MemoryHostOptions } from '../../../lib/io/memory-host';
import { type AwsFake, startAwsFake } from '../../helpers/aws-fake';
import { ServiceBench } from '../../helpers/aws-service';
import { contextIn, plainApp, temporaryFolder, writeProject } from '../fixtures';

const folder = temporaryFolder();
let fake: AwsFake;
let bench: ServiceBench;
let envBefore: NodeJS.ProcessEnv;

beforeEach(async () => {
  envBefore = { ...process.env };
  fake = await startAwsFake({ otherRegions: ['eu-west-1'] });
  bench = await ServiceBench.with(fake);
  Object.assign(process.env, fake.env);
});
afterEach(async () => {
  process.env = envBefore;
  await bench.close();
  await fake.stop();
});

async function kiln(words: string, host: MemoryHostOptions = {}) {
  const context = contextIn(folder(), {}, host);
  const exitCode = await runCommandLine(['images', ...words.split(' ')], context);
  return { exitCode, out: context.host.outText, err: context.host.errText };
}

const names = () => fake.images.map(({ name }) => name);

/** A project whose stack has the service, as far as the command reads it. */
async function synthesized(keep: number | undefined, region?: string): Promise<void> {
  const image = { service: 'shop/web', ...(keep === undefined ? {} : { keep }) };
  const aws = { ...(region === undefined ? {} : { region }), endpoints: { ec2: fake.url, ebs: fake.url } };
  const content = { provider: { kiln: [{ aws }] }, resource: { kiln_ami: { web: image } } };
  await writeProject(folder(), plainApp({ shop: content }));
  const context = contextIn(folder());
  expect(await runCommandLine(['synth'], context)).toBe(0);
}

describe('list', () => {
  test('says of each image of a service what becomes of it, and why', async () => {
    const { images } = await bench.roll('1', '2', '3');
    const { exitCode, out } = await kiln('list --keep 1');
    expect(exitCode).toBe(0);
    const [heading, header, ...rows] = out.trimEnd().split('\n');
    expect([heading, header?.trim().split(/ {2,}/)]).toEqual([
      'shop/web  eu-central-1',
      ['IMAGE', 'AGE', 'DIGEST', 'COMMIT', 'STATE', 'WHY'],
    ]);
    expect(rows.map((row) => row.trim().split(/ {2,}/))).toEqual([
      [images[2]?.id, '0 min', '300000000000', 'in use', 'in service'],
      [images[1]?.id, '0 min', '200000000000', 'kept', '1 of 1 that are kept for going back'],
      [images[0]?.id, '0 min', '100000000000', 'prunable', 'beyond the 1 that are kept'],
    ]);
  });

  test('gives the same as JSON', async () => {
    const { images } = await bench.roll('1', '2');
    const listed = JSON.parse((await kiln('list --keep 0 --json')).out);
    expect(listed.snapshots).toEqual([]);
    expect(listed.images).toMatchObject([
      { id: images[1]?.id, state: 'in-use', because: ['in service'], retiredAt: null },
      {
        id: images[0]?.id,
        name: 'kiln-1',
        region: 'eu-central-1',
        service: 'shop/web',
        digest: `sha256:1${'0'.repeat(63)}`,
        commit: null,
        state: 'prunable',
        bytes: 2 ** 30,
        retiredAt: expect.stringMatching(/^\d{4}-/),
      },
    ]);
  });

  test('takes few calls: one look at images, one at snapshots, one at references', async () => {
    await bench.roll('1', '2', '3');
    fake.calls.length = 0;
    await kiln('list --keep 1');
    expect(fake.calls.map(({ action }) => action)).toEqual([
      'DescribeImages',
      'DescribeSnapshots',
      'DescribeImageReferences',
      ...Array.from({ length: 3 }, () => 'DescribeImageAttribute'),
    ]);
  });

  test('says that there is nothing', async () => {
    expect((await kiln('list')).out).toBe('There are no images of services in eu-central-1.\n');
    expect((await kiln('list --region eu-west-1')).out).toBe(
      'There are no images of services in eu-west-1.\n',
    );
  });

  test('looks where the synthesised stack is, and keeps what it says', async () => {
    await bench.roll('1', '2', '3');
    await synthesized(1, 'eu-central-1');
    process.env.AWS_REGION = 'eu-west-1';
    const { out } = await kiln('list shop');
    expect(out).toContain('beyond the 1 that are kept');
  });

  test('does not know how many to keep of a service that no stack has', async () => {
    await bench.roll('1', '2');
    const { out } = await kiln('list');
    expect(out).toContain('kept: how many earlier images are to stay is not known here, --keep says it');
  });

  test.each([
    ['no credentials', { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' }, 'no AWS credentials were found'],
    ['no region', { AWS_REGION: '', AWS_DEFAULT_REGION: '' }, 'no AWS region is given'],
    ['a region that is none', { AWS_REGION: 'Frankfurt' }, '"Frankfurt" is not the name of an AWS region'],
  ])('refuses %s', async (_, env, message) => {
    Object.assign(process.env, env, {
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    });
    const { exitCode, err } = await kiln('list');
    expect([exitCode, err]).toEqual([1, expect.stringContaining(message)]);
  });

  test.each([
    ['expired', 'the AWS credentials have expired'],
    ['denied', 'the credentials lack the permission ec2:DescribeImages in eu-central-1'],
  ] as const)('refuses credentials that are %s', async (kind, message) => {
    fake.fault({ action: 'DescribeImages', kind });
    const { exitCode, err } = await kiln('list');
    expect([exitCode, err]).toEqual([1, expect.stringContaining(message)]);
  });

  test('refuses a stack that is not there', async () => {
    await synthesized(1);
    const { exitCode, err } = await kiln('list shops');
    expect([exitCode, err]).toEqual([2, expect.stringContaining("there is no stack 'shops'; there is shop")]);
  });
});

describe('prune', () => {
  test('shows what would go, and removes it when it is told so', async () => {
    const { images } = await bench.roll('1', '2', '3');
    const dry = await kiln('prune --keep 1 --dry-run');
    expect(dry.exitCode).toBe(0);
    expect(dry.out).toContain(images[0]?.id);
    expect(dry.out).toMatch(/\n1 image, 1\.0 GiB at most\.\n$/);
    expect(names()).toEqual(['kiln-1', 'kiln-2', 'kiln-3']);
    const done = await kiln('prune --keep 1 -y');
    expect([done.exitCode, done.out]).toEqual([
      0,
      expect.stringContaining('✓ removed 1 image, 1.0 GiB at most'),
    ]);
    expect([names(), fake.snapshots.length]).toEqual([['kiln-2', 'kiln-3'], 2]);
    expect((await kiln('prune --keep 1 -y')).out).toBe('Nothing is to be removed in eu-central-1.\n');
  });

  test('asks, and leaves all when the answer is no', async () => {
    await bench.roll('1', '2');
    const no = await kiln('prune --keep 0', { answers: ['n'] });
    expect([no.exitCode, names().length]).toEqual([1, 2]);
    const yes = await kiln('prune --keep 0', { answers: ['y'] });
    expect([yes.exitCode, names()]).toEqual([0, ['kiln-2']]);
  });

  test('refuses to do it where nobody can be asked', async () => {
    await bench.roll('1', '2');
    fake.calls.length = 0;
    const { exitCode, err } = await kiln('prune --keep 0');
    expect([exitCode, fake.calls]).toEqual([2, []]);
    expect(err).toContain(
      '`kiln images prune --dry-run` shows what would go; `kiln images prune --yes` carries it out',
    );
  });

  test('keeps what the stack says, of this service only, and touches no other', async () => {
    const api = await ServiceBench.with(fake, {}, 'shop/api');
    await api.roll('8', '9');
    await api.close();
    await bench.roll('1', '2', '3');
    await synthesized(undefined);
    await kiln('prune -y');
    expect(names()).toHaveLength(5);
    await synthesized(0);
    await kiln('prune --service shop/web -y');
    expect(names()).toEqual(['kiln-8', 'kiln-9', 'kiln-3']);
  });

  test('ends as interrupted when it is, and what is not removed yet stays', async () => {
    await bench.roll('1', '2', '3');
    const context = contextIn(folder());
    fake.fault({
      action: 'DeregisterImage',
      kind: 'hang',
      when: () => {
        context.interrupts.notify();
        return true;
      },
    });
    const exitCode = await runCommandLine(['images', 'prune', '--keep', '0', '-y'], context);
    expect([exitCode, context.host.errText]).toEqual([130, expect.stringContaining('interrupted')]);
    expect(names()).toHaveLength(3);
  });

  test('gives what it removed, and what not, as JSON', async () => {
    const { images } = await bench.roll('1', '2');
    const dry = JSON.parse((await kiln('prune --keep 0 --dry-run --json')).out);
    expect(dry).toMatchObject({ removed: [], failed: [], wouldRemove: [{ id: images[0]?.id }] });
    fake.fault({ action: 'DeregisterImage', kind: 'denied' });
    const failed = await kiln('prune --keep 0 -y --json');
    expect(JSON.parse(failed.out)).toMatchObject({
      removed: [],
      failed: [{ id: images[0]?.id, code: 'aws.permission' }],
    });
    expect([failed.exitCode, failed.err]).toEqual([
      1,
      expect.stringContaining(
        `${images[0]?.id} could not be removed: the credentials lack the permission ec2:DeregisterImage`,
      ),
    ]);
    fake.clearFaults();
    const done = JSON.parse((await kiln('prune --keep 0 -y --json')).out);
    expect(done).toMatchObject({ removed: [{ id: images[0]?.id }], failed: [], wouldRemove: [] });
  });

  test.each(['-1', '1.5', 'many', ''])("refuses to keep '%s'", async (keep) => {
    const { exitCode, err } = await kiln(`prune -y --keep ${keep}`);
    expect(exitCode).toBe(2);
    expect(err).toContain(`'--keep' is '${keep}'; give a whole number from 0 to 1000`);
    expect(fake.calls).toEqual([]);
  });
});
