import {
  CompleteSnapshotCommand,
  GetSnapshotBlockCommand,
  ListSnapshotBlocksCommand,
  PutSnapshotBlockCommand,
  StartSnapshotCommand,
} from '@aws-sdk/client-ebs';
import { DeleteSnapshotCommand, DescribeSnapshotsCommand } from '@aws-sdk/client-ec2';
import { type AwsFake, type AwsFakeOptions, startAwsFake } from '../../helpers/aws-fake';
import { block, type Clients, clientsOf, sealedSnapshot, sha256 } from '../../helpers/aws-fake/clients';

let fake: AwsFake;
let clients: Clients;

async function open(options: AwsFakeOptions = {}): Promise<Clients> {
  fake = await startAwsFake(options);
  clients = clientsOf(fake);
  return clients;
}

async function start(input: Partial<StartSnapshotCommand['input']> = {}): Promise<string> {
  const { SnapshotId } = await clients.ebs.send(new StartSnapshotCommand({ VolumeSize: 1, ...input }));
  return SnapshotId as string;
}

const put = (input: PutSnapshotBlockCommand['input']) => clients.ebs.send(new PutSnapshotBlockCommand(input));
const complete = (input: CompleteSnapshotCommand['input']) =>
  clients.ebs.send(new CompleteSnapshotCommand(input));

const many = (count: number) => Array.from({ length: count }, (_, n) => ({ Key: `k${n}`, Value: '' }));
const key = (region: string) => `arn:aws:kms:${region}:123456789012:key/x`;

afterEach(async () => {
  clients.close();
  await fake.stop();
});

test('a snapshot is started with everything that was asked for', async () => {
  const { ebs } = await open();
  const answer = await ebs.send(
    new StartSnapshotCommand({
      VolumeSize: 3,
      Description: 'a disk',
      Tags: [{ Key: 'a', Value: 'b' }],
      Timeout: 10,
    }),
  );
  expect(answer).toMatchObject({
    Status: 'pending',
    BlockSize: 524_288,
    VolumeSize: 3,
    Description: 'a disk',
    Tags: [{ Key: 'a', Value: 'b' }],
    SseType: 'none',
  });
  expect(answer.StartTime).toBeInstanceOf(Date);
  expect(fake.snapshots.map(({ id, timeoutMinutes }) => ({ id, timeoutMinutes }))).toEqual([
    { id: answer.SnapshotId, timeoutMinutes: 10 },
  ]);
});

test('the same token with the same parameters names the same snapshot', async () => {
  await open();
  const first = await start({ ClientToken: 'one', Description: 'x' });
  expect(await start({ Description: 'x', ClientToken: 'one' })).toBe(first);
  expect(await start({ ClientToken: 'two', Description: 'x' })).not.toBe(first);
});

test('refuses a token that came with other parameters', async () => {
  await open();
  await start({ ClientToken: 'one' });
  await expect(start({ ClientToken: 'one', VolumeSize: 2 })).rejects.toMatchObject({
    name: 'ConflictException',
    message: 'The client token was used with different parameters.',
    $metadata: { httpStatusCode: 409 },
  });
});

test('the token of a deleted snapshot is bound or freed, as asked', async () => {
  for (const tokenOfDeleted of ['bound', 'freed'] as const) {
    await open({ tokenOfDeleted });
    const first = await start({ ClientToken: 'one' });
    await clients.ec2.send(new DeleteSnapshotCommand({ SnapshotId: first }));
    expect((await start({ ClientToken: 'one' })) === first).toBe(tokenOfDeleted === 'bound');
    if (tokenOfDeleted === 'bound') await fake.stop();
  }
});

test.each([
  ['no volume', { VolumeSize: 0 }, 'INVALID_VOLUME_SIZE', 'VolumeSize must be 1 to 65536, not 0'],
  ['65537 GiB', { VolumeSize: 65_537 }, 'INVALID_VOLUME_SIZE', 'VolumeSize must be 1 to 65536, not 65537'],
  [
    'a token of 65 characters',
    { ClientToken: 'x'.repeat(65) },
    'INVALID_PARAMETER_VALUE',
    /^ClientToken must be 1 to 64/,
  ],
  ['a short timeout', { Timeout: 9 }, 'INVALID_PARAMETER_VALUE', 'Timeout must be 10 to 4320 minutes, not 9'],
  [
    'a long description',
    { Description: 'x'.repeat(256) },
    'INVALID_PARAMETER_VALUE',
    'Description must be 1 to 255 characters',
  ],
  [
    'a reserved tag',
    { Tags: [{ Key: 'aws:x', Value: '' }] },
    'INVALID_TAG',
    "Tag keys starting with 'aws:' are reserved: aws:x",
  ],
  ['51 tags', { Tags: many(51) }, 'INVALID_TAG', 'More than 50 tags: 51'],
  [
    'a key without encryption',
    { KmsKeyArn: key('eu-central-1') },
    'INVALID_PARAMETER_VALUE',
    'KmsKeyArn needs Encrypted to be true',
  ],
  [
    'a key of another region',
    { Encrypted: true, KmsKeyArn: key('us-east-1') },
    'INVALID_CUSTOMER_KEY',
    'KmsKeyArn is not the ARN of a key in eu-central-1',
  ],
])('refuses to start a snapshot with %s', async (_, input, Reason, message) => {
  await open();
  await expect(start(input)).rejects.toMatchObject({
    name: 'ValidationException',
    Reason,
    message: typeof message === 'string' ? message : expect.stringMatching(message),
  });
});

test('refuses a parent that is absent, unfinished, larger, or given with encryption', async () => {
  await open();
  const absent = 'snap-00000000000000000';
  await expect(start({ ParentSnapshotId: absent })).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  });
  const pending = await start({ VolumeSize: 2 });
  await expect(start({ ParentSnapshotId: pending })).rejects.toThrow(
    `The parent snapshot ${pending} is pending`,
  );
  const done = await sealedSnapshot(clients);
  await expect(start({ ParentSnapshotId: done, Encrypted: true })).rejects.toThrow(
    /cannot be given in the same request/,
  );
  expect(await start({ ParentSnapshotId: done })).toMatch(/^snap-[0-9a-f]{17}$/);
});

test('an account that encrypts by default encrypts, and refuses a parent that is not', async () => {
  const { ebs } = await open({ encryptionByDefault: true });
  const answer = await ebs.send(new StartSnapshotCommand({ VolumeSize: 1 }));
  expect(answer).toMatchObject({ SseType: 'sse-kms', KmsKeyArn: expect.stringContaining(':key/') });
});

test('refuses more pending snapshots than the quota', async () => {
  await open({ quotas: { pendingSnapshots: 2 } });
  await start();
  await start();
  await expect(start()).rejects.toMatchObject({ name: 'ConcurrentLimitExceededException' });
});

test('blocks are kept, read back by list and get, and the rest is zero', async () => {
  const { ebs } = await open();
  const id = await sealedSnapshot(clients, { 2047: 7, 3: 9 });
  const { Blocks } = await ebs.send(new ListSnapshotBlocksCommand({ SnapshotId: id }));
  expect(Blocks?.map(({ BlockIndex }) => BlockIndex)).toEqual([3, 2047]);
  const BlockToken = Blocks?.[1]?.BlockToken;
  const answer = await ebs.send(
    new GetSnapshotBlockCommand({ SnapshotId: id, BlockIndex: 2047, BlockToken }),
  );
  const read = Buffer.from((await answer.BlockData?.transformToByteArray()) as Uint8Array);
  expect(read.equals(Buffer.alloc(524_288, 7))).toBe(true);
  const disk = fake.disk(id);
  expect({ size: disk.size, indexes: disk.indexes, absent: disk.read(0) }).toEqual({
    size: 2 ** 30,
    indexes: [3, 2047],
    absent: undefined,
  });
});

test('refuses a block token of another block', async () => {
  const { ebs } = await open();
  const id = await sealedSnapshot(clients, { 0: 1, 1: 2 });
  const { Blocks } = await ebs.send(new ListSnapshotBlocksCommand({ SnapshotId: id }));
  const get = new GetSnapshotBlockCommand({
    SnapshotId: id,
    BlockIndex: 0,
    BlockToken: Blocks?.[1]?.BlockToken,
  });
  await expect(ebs.send(get)).rejects.toMatchObject({
    name: 'ValidationException',
    Reason: 'INVALID_BLOCK_TOKEN',
  });
});

test.each([
  ['an index past the end', { BlockIndex: 2048 }, 'Block index 2048 is not 0 to 2047'],
  [
    'a short block',
    { BlockData: Buffer.alloc(512), DataLength: 512 },
    'A block must be exactly 524288 bytes, not x-amz-Data-Length 512, body 512',
  ],
  ["a length that is not the body's", { BlockData: Buffer.alloc(512) }, /body 512$/],
  [
    'a wrong checksum',
    { Checksum: sha256(Buffer.alloc(1)).toString('base64') },
    /^The checksum of block 0 is /,
  ],
  ['no checksum', { Checksum: undefined }, /^The checksum of block 0 is /],
  ['a progress above 100', { Progress: 101 }, 'x-amz-Progress must be a whole number up to 100, not 101'],
])('refuses to put %s', async (_, change, message) => {
  await open();
  const id = await start();
  await expect(
    put({ ...block(id, 0, 1), ...change } as PutSnapshotBlockCommand['input']),
  ).rejects.toMatchObject({
    name: 'ValidationException',
    message: typeof message === 'string' ? message : expect.stringMatching(message),
  });
  expect(fake.disk(id).indexes).toEqual([]);
});

test('refuses to put into a snapshot that is not there, or not yet seen by all', async () => {
  await open({ lateness: { unknownPuts: 2 } });
  const gone = { name: 'ResourceNotFoundException', Reason: 'SNAPSHOT_NOT_FOUND' };
  await expect(put(block('snap-00000000000000000', 0, 1))).rejects.toMatchObject(gone);
  const id = await start();
  await expect(put(block(id, 0, 1))).rejects.toMatchObject(gone);
  await expect(put(block(id, 0, 1))).rejects.toMatchObject(gone);
  await expect(put(block(id, 0, 1))).resolves.toMatchObject({ ChecksumAlgorithm: 'SHA256' });
});

test('refuses to complete with another count than was written; the same block twice counts once', async () => {
  await open();
  const id = await start();
  await put(block(id, 0, 1));
  await put(block(id, 0, 2));
  await put(block(id, 5, 3));
  await expect(complete({ SnapshotId: id, ChangedBlocksCount: 3 })).rejects.toThrow(
    'ChangedBlocksCount is 3, but 2 were written',
  );
  await expect(complete({ SnapshotId: id, ChangedBlocksCount: 2 })).resolves.toMatchObject({
    Status: 'pending',
  });
  expect(fake.disk(id).read(0)?.equals(Buffer.alloc(524_288, 2))).toBe(true);
});

test('refuses a linear checksum that is not that of the digests in order', async () => {
  await open();
  const id = await start();
  for (const [index, fill] of [
    [9, 1],
    [2, 4],
  ] as const)
    await put(block(id, index, fill));
  const digests = [4, 1].map((fill) => sha256(Buffer.alloc(524_288, fill)));
  const sum = (parts: Buffer[]) => sha256(Buffer.concat(parts)).toString('base64');
  const rest = {
    SnapshotId: id,
    ChangedBlocksCount: 2,
    ChecksumAlgorithm: 'SHA256',
    ChecksumAggregationMethod: 'LINEAR',
  } as const;
  await expect(complete({ ...rest, Checksum: sum(digests.toReversed()) })).rejects.toThrow(
    /^The checksum of all blocks is /,
  );
  await expect(complete({ ...rest, Checksum: sum(digests) })).resolves.toMatchObject({ Status: 'pending' });
});

test('a completed snapshot is pending for some polls and takes no more blocks', async () => {
  const { ec2 } = await open({ lateness: { sealing: 1 } });
  const id = await start();
  await complete({ SnapshotId: id, ChangedBlocksCount: 0 });
  await expect(put(block(id, 0, 1))).rejects.toThrow(
    `The snapshot ${id} takes no more blocks: it is complete`,
  );
  const state = async () =>
    (await ec2.send(new DescribeSnapshotsCommand({ SnapshotIds: [id] }))).Snapshots?.map(
      ({ State }) => State,
    );
  expect([await state(), await state()]).toEqual([['pending'], ['completed']]);
});

test.each(['refuse', 'accept'] as const)(
  'a second CompleteSnapshot is answered as asked: %s',
  async (repeatedComplete) => {
    await open({ repeatedComplete });
    const id = await start();
    await complete({ SnapshotId: id, ChangedBlocksCount: 0 });
    const again = complete({ SnapshotId: id, ChangedBlocksCount: 0 }).then(
      ({ Status }) => Status,
      ({ name }) => name,
    );
    expect(await again).toBe(repeatedComplete === 'accept' ? 'pending' : 'ValidationException');
  },
);

test("a parent's blocks show through a child's", async () => {
  await open();
  const parent = await sealedSnapshot(clients, { 0: 1, 1: 1 });
  const child = await start({ ParentSnapshotId: parent });
  await put(block(child, 1, 2));
  const disk = fake.disk(child);
  expect(disk.indexes.map((index) => disk.read(index)?.[0])).toEqual([1, 2]);
});

test('refuses to list the blocks of a snapshot that is not completed, and pages of less than 100', async () => {
  const { ebs } = await open();
  const id = await start();
  await expect(ebs.send(new ListSnapshotBlocksCommand({ SnapshotId: id }))).rejects.toThrow(
    /must be completed to be read/,
  );
  const done = await sealedSnapshot(clients);
  const small = new ListSnapshotBlocksCommand({ SnapshotId: done, MaxResults: 99 });
  await expect(ebs.send(small)).rejects.toThrow('maxResults must be 100 to 10000, not 99');
});

test('blocks are listed in pages', async () => {
  const { ebs } = await open();
  const fills = Object.fromEntries(Array.from({ length: 101 }, (_, index) => [index * 2, 1]));
  const id = await sealedSnapshot(clients, fills);
  const first = await ebs.send(new ListSnapshotBlocksCommand({ SnapshotId: id, MaxResults: 100 }));
  const second = await ebs.send(
    new ListSnapshotBlocksCommand({ SnapshotId: id, MaxResults: 100, NextToken: first.NextToken }),
  );
  expect([
    first.Blocks?.length,
    second.Blocks?.map(({ BlockIndex }) => BlockIndex),
    second.NextToken,
  ]).toEqual([100, [200], undefined]);
});
