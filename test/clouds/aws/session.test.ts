import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PutSnapshotBlockCommand, StartSnapshotCommand } from '@aws-sdk/client-ebs';
import { type AwsSession, createAmi, openAwsSession } from '../../../lib/clouds/aws';
import { readGroup } from '../../../lib/clouds/aws/rollout/read-group';
import { readTargets } from '../../../lib/clouds/aws/rollout/read-targets';
import { startAwsFake } from '../../helpers/aws-fake';
import { block } from '../../helpers/aws-fake/clients';
import { diskOf, requestFor, TEST_TIMING } from '../../helpers/aws-work';

const before = { ...process.env };
const open: AwsSession[] = [];
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kiln-aws-'));
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name];
  process.env.AWS_CONFIG_FILE = join(folder, 'config');
  process.env.AWS_SHARED_CREDENTIALS_FILE = join(folder, 'credentials');
  process.env.AWS_EC2_METADATA_DISABLED = 'true';
});

afterEach(() => {
  for (const session of open.splice(0)) session.close();
  process.env = { ...before };
  rmSync(folder, { recursive: true, force: true });
});

async function session(settings: Parameters<typeof openAwsSession>[0] = {}): Promise<AwsSession> {
  const opened = await openAwsSession(settings);
  open.push(opened);
  return opened;
}

test('a region comes from the settings, then the variables, then the profile', async () => {
  writeFileSync(join(folder, 'config'), '[profile lab]\nregion = eu-west-3\n');
  expect((await session({ profile: 'lab' })).region).toBe('eu-west-3');
  process.env.AWS_DEFAULT_REGION = 'eu-west-2';
  expect((await session()).region).toBe('eu-west-2');
  process.env.AWS_REGION = 'eu-west-1';
  expect((await session()).region).toBe('eu-west-1');
  expect((await session({ region: 'us-gov-west-1' })).region).toBe('us-gov-west-1');
});

test('refuses to open without a region', async () => {
  await expect(openAwsSession()).rejects.toMatchObject({
    code: 'aws.region',
    message: 'no AWS region is given, by the provider, AWS_REGION or the profile',
  });
});

test('refuses what is no region', async () => {
  await expect(openAwsSession({ region: 'Frankfurt' })).rejects.toMatchObject({
    code: 'aws.region',
    message: '"Frankfurt" is not the name of an AWS region',
  });
});

test('refuses a bundle of certificates that is not there', async () => {
  process.env.AWS_CA_BUNDLE = join(folder, 'none.pem');
  await expect(openAwsSession({ region: 'eu-west-1' })).rejects.toMatchObject({
    code: 'aws.ca-bundle',
    message: expect.stringContaining(`AWS_CA_BUNDLE names ${join(folder, 'none.pem')}, which cannot be read`),
  });
});

test('refuses to work without credentials', async () => {
  const none = await session({ region: 'eu-central-1', timing: TEST_TIMING });
  await expect(createAmi(requestFor(), diskOf(1, { 0: 1 }), none)).rejects.toMatchObject({
    code: 'aws.credentials',
    message: 'no AWS credentials were found',
  });
});

test('refuses to work with credentials that AWS does not know', async () => {
  const fake = await startAwsFake({ accessKeyId: 'AKIAOTHER' });
  Object.assign(process.env, fake.env, { AWS_ACCESS_KEY_ID: 'AKIAWRONG' });
  try {
    const wrong = await session({ timing: TEST_TIMING });
    await expect(createAmi(requestFor(), diskOf(1, { 0: 1 }), wrong)).rejects.toMatchObject({
      code: 'aws.credentials',
      message: 'AWS does not accept the credentials in eu-central-1; ec2:DescribeImages was refused',
    });
  } finally {
    await fake.stop();
  }
});

test('AWS_ENDPOINT_URL leads both clients elsewhere', async () => {
  const fake = await startAwsFake();
  Object.assign(process.env, fake.env);
  try {
    const there = await session({ timing: TEST_TIMING });
    const ami = await createAmi(requestFor(), diskOf(1, { 0: 1 }), there);
    expect(fake.images.map(({ id }) => id)).toEqual([ami.id]);
  } finally {
    await fake.stop();
  }
});

test('groups and balancers have clients of their own, which the same endpoint leads elsewhere', async () => {
  const fake = await startAwsFake();
  Object.assign(process.env, fake.env);
  try {
    const there = await session({ timing: TEST_TIMING });
    expect(await readGroup(there, 'shop-web')).toBeUndefined();
    expect(await readTargets(there, [fake.createTargetGroup()])).toEqual(new Map());
    expect(fake.calls.map(({ service, action }) => `${service}:${action}`)).toEqual([
      'autoscaling:DescribeAutoScalingGroups',
      'elasticloadbalancing:DescribeTargetHealth',
    ]);
    expect(await there.autoscaling()).toBe(await there.autoscaling());
  } finally {
    await fake.stop();
  }
});

test('each service may have an endpoint of its own', async () => {
  const [groups, balancers] = [await startAwsFake(), await startAwsFake()];
  Object.assign(process.env, groups.env, { AWS_ENDPOINT_URL: 'http://127.0.0.1:9' });
  try {
    const endpoints = { autoscaling: groups.url, elbv2: balancers.url };
    const there = await session({ endpoints, timing: TEST_TIMING });
    await readGroup(there, 'shop-web');
    await readTargets(there, [balancers.createTargetGroup()]);
    expect([groups.calls.length, balancers.calls.length]).toEqual([1, 1]);
  } finally {
    await Promise.all([groups.stop(), balancers.stop()]);
  }
});

test('refuses an endpoint that nobody listens at', async () => {
  const fake = await startAwsFake();
  Object.assign(process.env, fake.env);
  await fake.stop();
  const nowhere = await session({ timing: TEST_TIMING });
  await expect(createAmi(requestFor(), diskOf(1, { 0: 1 }), nowhere)).rejects.toMatchObject({
    code: 'aws.network',
    message: 'ec2:DescribeImages did not reach AWS in eu-central-1, or its answer got lost',
  });
});

test('as many puts are under way as there are workers, beyond the 50 sockets of the SDK', async () => {
  const fake = await startAwsFake({ together: { PutSnapshotBlock: 64 } });
  Object.assign(process.env, fake.env);
  try {
    const { ebs } = await session({ workers: 64 });
    const { SnapshotId } = await ebs.send(new StartSnapshotCommand({ VolumeSize: 1 }));
    const put = (index: number) =>
      ebs.send(new PutSnapshotBlockCommand(block(SnapshotId as string, index, 1)));
    await Promise.all(Array.from({ length: 64 }, (_, index) => put(index)));
    expect(fake.peak('PutSnapshotBlock')).toBe(64);
  } finally {
    await fake.stop();
  }
});
