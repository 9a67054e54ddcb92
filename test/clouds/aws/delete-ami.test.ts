import { type AwsSession, claimAmi, createAmi, deleteAmi, ownerOf, readAmi } from '../../../lib/clouds/aws';
import { type AwsFake, startAwsFake } from '../../helpers/aws-fake';
import { diskOf, requestFor, sessionWith } from '../../helpers/aws-work';

let fake: AwsFake;
let session: AwsSession;
const disk = diskOf(4, { 0: 1 });

beforeEach(async () => {
  fake = await startAwsFake();
  session = await sessionWith(fake, { attemptMs: 1_000 });
});

afterEach(async () => {
  session.close();
  await fake.stop();
});

test('an image goes with its snapshot, and deleting it again is as good', async () => {
  const ami = await createAmi(requestFor(), disk, session);
  await deleteAmi(ami, session);
  expect([fake.images, fake.snapshots]).toEqual([[], []]);
  await deleteAmi(ami, session);
  expect(await readAmi(ami.id, session)).toBeUndefined();
});

test('the snapshot of an image is found where its id is not given', async () => {
  const { id } = await createAmi(requestFor(), disk, session);
  await deleteAmi({ id, snapshotId: undefined }, session);
  expect([fake.images, fake.snapshots]).toEqual([[], []]);
});

test('a snapshot that another image is over too stays', async () => {
  const ami = await createAmi(requestFor(), disk, session);
  // WHEN the same disk is asked for by another name, its snapshot is used again
  const other = await createAmi(requestFor({ name: 'kiln-other' }), disk, session);
  expect(other.snapshotId).toBe(ami.snapshotId);
  await deleteAmi(ami, session);
  expect(fake.snapshots.map(({ id }) => id)).toEqual([other.snapshotId]);
  await deleteAmi(other, session);
  expect(fake.snapshots).toEqual([]);
});

test.each(['throttle', '500', 'reset', 'hang', 'lost-answer'] as const)(
  'a fault that passes is got over: %s',
  async (kind) => {
    const ami = await createAmi(requestFor(), disk, session);
    fake.fault({ action: 'DeregisterImage', kind, when: 1 });
    fake.fault({ action: 'DeleteSnapshot', kind, when: 1 });
    await deleteAmi(ami, session);
    expect([fake.images, fake.snapshots]).toEqual([[], []]);
  },
);

test.each([
  ['DeregisterImage', 1],
  ['DeleteSnapshot', 0],
] as const)('refuses where %s is not allowed, and goes on from there later', async (action, images) => {
  const ami = await createAmi(requestFor(), disk, session);
  fake.fault({ action, kind: 'denied' });
  await expect(deleteAmi(ami, session)).rejects.toMatchObject({
    code: 'aws.permission',
    message: `the credentials lack the permission ec2:${action} in eu-central-1`,
  });
  expect([fake.images.length, fake.snapshots.length]).toEqual([images, 1]);
  fake.clearFaults();
  await deleteAmi(ami, session);
  expect(fake.snapshots).toEqual([]);
});

test('an image says whose it is, and the last claim counts', async () => {
  const { id } = await createAmi(requestFor(), disk, session);
  expect(await ownerOf(id, session)).toBeUndefined();
  await claimAmi({ id }, 'one', session);
  await claimAmi({ id }, 'two', session);
  expect(await ownerOf(id, session)).toBe('two');
  expect((await readAmi(id, session))?.tags).toEqual({ service: 'web' });
});

test('an image that never was is not there', async () => {
  expect(await readAmi('ami-0123456789abcdef0', session)).toBeUndefined();
});

test('refuses an id that is none', async () => {
  await expect(readAmi('web', session)).rejects.toMatchObject({
    code: 'aws.refused',
    message: 'AWS refused ec2:DescribeImages in eu-central-1',
    detail: expect.stringContaining('InvalidAMIID.Malformed'),
  });
});
