import { type AmiProgress, type AwsSession, BLOCK_SIZE, createAmi, deleteAmi } from '../../../lib/clouds/aws';
import { type AwsFake, type AwsFakeOptions, startAwsFake } from '../../helpers/aws-fake';
import { diskOf, requestFor, sessionWith } from '../../helpers/aws-work';

let fake: AwsFake;
let session: AwsSession;

async function start(options: AwsFakeOptions = {}): Promise<void> {
  fake = await startAwsFake(options);
  session = await sessionWith(fake);
}

afterEach(async () => {
  session?.close();
  await fake?.stop();
});

const disk = diskOf(2048, { 0: 1, 3: 2, 2047: 3 });

test('a disk becomes an available image, with everything explicit', async () => {
  await start();
  const ami = await createAmi(requestFor({ description: 'a service' }), disk, session);
  expect(fake.images).toMatchObject([
    {
      id: ami.id,
      name: 'kiln-web-0123456789ab',
      description: 'a service',
      architecture: 'x86_64',
      virtualizationType: 'hvm',
      bootMode: 'legacy-bios',
      enaSupport: true,
      imdsSupport: 'v2.0',
      rootDeviceName: '/dev/xvda',
      state: 'available',
      blockDevices: [
        {
          deviceName: '/dev/xvda',
          snapshotId: ami.snapshotId,
          volumeSizeGib: 1,
          volumeType: 'gp3',
          deleteOnTermination: true,
        },
      ],
    },
  ]);
  expect(ami).toMatchObject({ region: 'eu-central-1', volumeSizeGib: 1, tags: { service: 'web' } });
  const { 'kiln:upload': upload, ...tags } = Object.fromEntries(fake.images[0]?.tags ?? []);
  expect(tags).toEqual({ service: 'web', 'kiln:digest': `sha256:${'ab'.repeat(32)}` });
  expect(upload).toMatch(/^[0-9a-f]{64}$/);
  expect(fake.snapshots[0]?.tags).toEqual(fake.images[0]?.tags);
});

test('only blocks that hold data are sent, also where a block that was read turns out to be zero', async () => {
  await start();
  const withZeros = diskOf(2048, { 0: 1, 1: 0, 3: 2 });
  await createAmi(requestFor(), withZeros, session);
  expect([...(fake.snapshots[0]?.blocks.keys() ?? [])].sort()).toEqual([0, 3]);
  expect(fake.count('PutSnapshotBlock')).toBe(2);
});

test('the last block of a disk is filled up with zeros', async () => {
  await start();
  await createAmi(requestFor(), diskOf(2, { 0: 7, 1: 9 }, BLOCK_SIZE + 10), session);
  const last = fake.snapshots[0]?.blocks.get(1);
  expect(last?.subarray(0, 10)).toEqual(Buffer.alloc(10, 9));
  expect(last?.subarray(10).every((byte) => byte === 0)).toBe(true);
  expect(last?.length).toBe(BLOCK_SIZE);
});

test('a second call finds the image and sends nothing', async () => {
  await start();
  const first = await createAmi(requestFor(), disk, session);
  const puts = fake.count('PutSnapshotBlock');
  const phases: string[] = [];
  const onProgress = ({ phase }: AmiProgress) => phases.push(phase);
  const second = await createAmi(requestFor(), disk, session, { onProgress });
  expect(second).toEqual(first);
  expect([fake.count('PutSnapshotBlock'), fake.count('StartSnapshot')]).toEqual([puts, 1]);
  expect(phases).toEqual(['found']);
});

test('two at a time end with one image and one snapshot', async () => {
  await start({ together: { DescribeImages: 2, StartSnapshot: 2, RegisterImage: 2 } });
  const other = await sessionWith(fake);
  const [one, two] = await Promise.all([
    createAmi(requestFor(), disk, session),
    createAmi(requestFor(), disk, other),
  ]).finally(() => other.close());
  expect(one.id).toBe(two.id);
  expect([fake.images.length, fake.snapshots.length]).toEqual([1, 1]);
});

test('a snapshot that an interrupted run left is filled and used, one that failed is removed', async () => {
  await start();
  // GIVEN a run that can neither go on nor clean up
  fake.fault({ action: 'PutSnapshotBlock', kind: 'denied' });
  fake.fault({ action: 'DeleteSnapshot', kind: 'denied' });
  await expect(createAmi(requestFor(), disk, session)).rejects.toMatchObject({ code: 'aws.permission' });
  const [left] = fake.snapshots;
  fake.clearFaults();
  // WHEN
  const ami = await createAmi(requestFor(), disk, session);
  // THEN
  expect(ami.snapshotId).toBe(left?.id);
  expect(fake.snapshots.length).toBe(1);
});

test('a snapshot in error is replaced by another, and removed', async () => {
  await start();
  fake.fault({ action: 'PutSnapshotBlock', kind: 'denied' });
  fake.fault({ action: 'DeleteSnapshot', kind: 'denied' });
  await expect(createAmi(requestFor(), disk, session)).rejects.toThrow('ebs:PutSnapshotBlock');
  fake.clearFaults();
  const failed = fake.snapshots[0]?.id as string;
  fake.failSnapshot(failed, 'nothing arrived');
  const ami = await createAmi(requestFor(), disk, session);
  expect(ami.snapshotId).not.toBe(failed);
  expect(fake.snapshots.map(({ id }) => id)).toEqual([ami.snapshotId]);
});

test.each(['bound', 'freed'] as const)(
  'an image is made again after it was deleted, where its token is %s',
  async (tokenOfDeleted) => {
    await start({ tokenOfDeleted });
    session.close();
    session = await sessionWith(fake, { visibleMs: 60 });
    const first = await createAmi(requestFor(), disk, session);
    await deleteAmi(first, session);
    expect([fake.images.length, fake.snapshots.length]).toEqual([0, 0]);
    const second = await createAmi(requestFor(), disk, session);
    expect(second.snapshotId).not.toBe(first.snapshotId);
    expect([fake.images.length, fake.snapshots.length]).toEqual([1, 1]);
  },
);

test('the token of a snapshot that was deleted long ago costs no waiting', async () => {
  await start({ tokenOfDeleted: 'bound' });
  session.close();
  // WHEN waiting would take longer than a test may
  session = await sessionWith(fake, { visibleMs: 600_000, operationMs: 600_000, lingerMs: 0 });
  await deleteAmi(await createAmi(requestFor(), disk, session), session);
  // GIVEN that it is half a minute later at AWS
  session.clock.heard(new Date(session.clock.now() + 30_000).toUTCString());
  await createAmi(requestFor(), disk, session);
  expect([fake.images.length, fake.snapshots.length]).toEqual([1, 1]);
});

test('what was just made may be unknown for a while', async () => {
  await start({ lateness: { unknownPuts: 20, unknownSnapshot: 3, unknownImage: 3, sealing: 4, image: 4 } });
  const ami = await createAmi(requestFor(), disk, session);
  expect(ami.state).toBe('available');
  expect(fake.snapshots.length).toBe(1);
});

test('a failed image of the name is removed and made again', async () => {
  await start();
  const first = await createAmi(requestFor(), disk, session);
  session.close();
  session = await sessionWith(fake, { visibleMs: 60 });
  fake.failImage(first.id, 'it went wrong');
  const second = await createAmi(requestFor(), disk, session);
  expect(fake.images.map(({ id }) => id)).toEqual([second.id]);
  expect(fake.snapshots.map(({ id }) => id)).toEqual([second.snapshotId]);
});

test('refuses a name that another image has', async () => {
  await start();
  const { id } = await createAmi(requestFor(), disk, session);
  const other = requestFor({ digest: `sha256:${'cd'.repeat(32)}` });
  await expect(createAmi(other, disk, session)).rejects.toMatchObject({
    code: 'aws.conflict',
    message: `the name 'kiln-web-0123456789ab' belongs to another image, ${id}: its digest is sha256:${'ab'.repeat(32)} instead of sha256:${'cd'.repeat(32)}`,
  });
  const uefi = requestFor({ bootMode: 'uefi' });
  await expect(createAmi(uefi, disk, session)).rejects.toThrow('its bootMode is legacy-bios instead of uefi');
  expect([fake.images.length, fake.snapshots.length]).toEqual([1, 1]);
});

test('refuses a disk without a byte, and leaves nothing', async () => {
  await start();
  await expect(createAmi(requestFor(), diskOf(4, {}), session)).rejects.toThrow(
    'every byte of the disk is zero',
  );
  expect(fake.snapshots).toEqual([]);
});

test('a run that is cancelled while it uploads removes its snapshot and sends nothing more', async () => {
  await start();
  fake.fault({ action: 'PutSnapshotBlock', kind: 'hang', when: (nth) => nth > 2 });
  const controller = new AbortController();
  const many = diskOf(64, Object.fromEntries(Array.from({ length: 64 }, (_, i) => [i, i + 1])));
  const onProgress = ({ phase }: AmiProgress) => phase === 'uploading' && controller.abort();
  const made = createAmi(requestFor(), many, session, { signal: controller.signal, onProgress });
  await expect(made).rejects.toMatchObject({ code: 'aws.cancelled' });
  expect(fake.snapshots).toEqual([]);
  // Two that were answered and those of eight workers that were not.
  expect(fake.count('PutSnapshotBlock')).toBeLessThanOrEqual(10);
  expect(fake.count('CompleteSnapshot')).toBe(0);
});

test.each(['sealing', 'registering', 'waiting'])(
  'a run that is cancelled at %s leaves nothing',
  async (at) => {
    await start({ lateness: { image: 50, sealing: 50 } });
    const controller = new AbortController();
    const onProgress = ({ phase }: AmiProgress) => phase === at && controller.abort();
    const made = createAmi(requestFor(), disk, session, { signal: controller.signal, onProgress });
    await expect(made).rejects.toMatchObject({
      code: 'aws.cancelled',
      message: 'the work at AWS was cancelled',
    });
    expect([fake.images, fake.snapshots]).toEqual([[], []]);
  },
);

test('progress tells speed and time left, and ends at the whole disk', async () => {
  await start({ latencyMs: { PutSnapshotBlock: 3 } });
  const seen: AmiProgress[] = [];
  await createAmi(requestFor(), disk, session, { onProgress: (progress) => seen.push(progress) });
  const last = seen.filter(({ phase }) => phase === 'uploading').at(-1);
  const size = 2048 * BLOCK_SIZE;
  expect(last).toMatchObject({ doneBytes: size, totalBytes: size, sentBlocks: 3, secondsLeft: 0 });
  expect((last as { bytesPerSecond: number }).bytesPerSecond).toBeGreaterThan(0);
  expect([...new Set(seen.map(({ phase }) => phase))]).toEqual([
    'uploading',
    'sealing',
    'registering',
    'waiting',
  ]);
});

test('an encrypted image is asked for with its key, and only then', async () => {
  await start();
  const kmsKeyId = 'arn:aws:kms:eu-central-1:123456789012:key/one';
  const ami = await createAmi(requestFor({ encrypted: true, kmsKeyId }), disk, session);
  expect(ami.encrypted).toBe(true);
  expect(fake.snapshots[0]).toMatchObject({ encrypted: true, kmsKeyArn: kmsKeyId });
});

test('a block is handed back to be filled again when it was sent, but not where a try may still hold it', async () => {
  await start();
  fake.fault({ action: 'PutSnapshotBlock', kind: '500', when: 2 });
  const handedBack: Buffer[] = [];
  const reused = { ...disk, release: (block: Buffer) => void handedBack.push(block) };
  await createAmi(requestFor(), reused, session);
  expect(fake.count('PutSnapshotBlock')).toBe(4);
  expect(handedBack).toHaveLength(2);
  expect(handedBack.every(({ length }) => length === BLOCK_SIZE)).toBe(true);
});
