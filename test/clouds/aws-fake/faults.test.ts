import {
  ListSnapshotBlocksCommand,
  PutSnapshotBlockCommand,
  StartSnapshotCommand,
} from '@aws-sdk/client-ebs';
import { DescribeImagesCommand } from '@aws-sdk/client-ec2';
import { type AwsFake, type AwsFakeOptions, type FaultKind, startAwsFake } from '../../helpers/aws-fake';
import { block, type Clients, clientsOf, sealedSnapshot } from '../../helpers/aws-fake/clients';

/** As Node says it, whichever of the two noticed first. */
const CUT = /socket hang up|ECONNRESET/;

let fake: AwsFake;
let clients: Clients;

async function open(options: AwsFakeOptions = {}): Promise<void> {
  fake = await startAwsFake(options);
  clients = clientsOf(fake);
}

const start = (ClientToken?: string) =>
  clients.ebs.send(new StartSnapshotCommand({ VolumeSize: 1, ClientToken }));
const describe = () => clients.ec2.send(new DescribeImagesCommand({ Owners: ['self'] }));

afterEach(async () => {
  clients.close();
  await fake.stop();
});

test.each<[FaultKind, number, string, number, string]>([
  ['throttle', 400, 'RequestThrottledException', 503, 'RequestLimitExceeded'],
  ['500', 500, 'InternalServerException', 500, 'InternalError'],
  ['503', 503, 'ServiceUnavailableException', 503, 'Unavailable'],
  ['expired', 403, 'ExpiredTokenException', 400, 'RequestExpired'],
  ['denied', 403, 'AccessDeniedException', 403, 'UnauthorizedOperation'],
  ['quota', 402, 'ServiceQuotaExceededException', 400, 'ResourceLimitExceeded'],
])(
  '%s is raised by both clients under its own name',
  async (kind, ebsStatus, ebsName, ec2Status, ec2Name) => {
    await open({ faults: [{ action: '*', kind }] });
    await expect(start()).rejects.toMatchObject({ name: ebsName, $metadata: { httpStatusCode: ebsStatus } });
    await expect(describe()).rejects.toMatchObject({
      name: ec2Name,
      $metadata: { httpStatusCode: ec2Status },
    });
    expect(fake.snapshots).toEqual([]);
  },
);

test('what is denied names the action', async () => {
  await open({ faults: [{ action: '*', kind: 'denied' }] });
  await expect(start()).rejects.toThrow(/is not authorized to perform: ebs:StartSnapshot /);
  await expect(describe()).rejects.toThrow(/is not authorized to perform: ec2:DescribeImages /);
});

test('a fault strikes only the calls that it names', async () => {
  await open({ faults: [{ action: 'StartSnapshot', kind: '500', when: [1, 3] }] });
  const outcomes = [];
  for (let nth = 1; nth <= 4; nth++)
    outcomes.push(
      await start().then(
        () => 'done',
        ({ name }) => name,
      ),
    );
  expect(outcomes).toEqual(['InternalServerException', 'done', 'InternalServerException', 'done']);
  await expect(describe()).resolves.toMatchObject({ Images: [] });
});

test('a reset does no work, a lost answer does all of it', async () => {
  await open({ faults: [{ action: 'StartSnapshot', kind: 'reset', when: 1 }] });
  await expect(start()).rejects.toThrow(CUT);
  expect(fake.snapshots).toHaveLength(0);
  fake.fault({ action: 'StartSnapshot', kind: 'lost-answer', when: 1 });
  await expect(start('token')).rejects.toThrow(CUT);
  expect(fake.snapshots).toHaveLength(1);
  await expect(start('token')).resolves.toMatchObject({ SnapshotId: fake.snapshots[0]?.id });
  expect(fake.calls.map(({ fault, status }) => ({ fault, status }))).toEqual([
    { fault: 'reset', status: 0 },
    { fault: 'lost-answer', status: 0 },
    { fault: undefined, status: 201 },
  ]);
});

test('a hung call never ends by itself, and stopping the fake ends it', async () => {
  await open({ faults: [{ action: 'StartSnapshot', kind: 'hang', when: 1 }] });
  const hung = start().catch(({ message }) => message);
  while (fake.calls.length === 0) await new Promise(setImmediate);
  await start();
  await fake.stop();
  expect(await hung).toMatch(CUT);
});

test('faults are cleared', async () => {
  await open({ faults: [{ action: '*', kind: '503' }] });
  await expect(start()).rejects.toThrow('The service is unavailable.');
  fake.clearFaults();
  await expect(start()).resolves.toMatchObject({ Status: 'pending' });
});

test('refuses more puts in a second than the quota, and counts those at once', async () => {
  // They reach the quota together, however slowly they come.
  await open({ quotas: { putsPerSecond: 3 }, together: { PutSnapshotBlock: 5 } });
  const id = (await start()).SnapshotId as string;
  const puts = [0, 1, 2, 3, 4].map((index) =>
    clients.ebs.send(new PutSnapshotBlockCommand(block(id, index, 1))),
  );
  const refused = (await Promise.allSettled(puts)).filter(({ status }) => status === 'rejected');
  expect(refused.map((put) => (put as PromiseRejectedResult).reason.name)).toEqual(
    Array(2).fill('RequestThrottledException'),
  );
  expect({ count: fake.count('PutSnapshotBlock'), peak: fake.peak('PutSnapshotBlock') }).toEqual({
    count: 5,
    peak: 5,
  });
});

test('refuses requests that are not signed, or for another region, or with another key or secret', async () => {
  await open({ accessKeyId: 'AKIAKILNTEST', secretAccessKey: 'secret' });
  const unsigned = await fetch(`${fake.url}/snapshots`, { method: 'POST', body: '{"VolumeSize":1}' });
  expect(unsigned.headers.get('x-amzn-errortype')).toBe('MissingAuthenticationTokenException');
  for (const [change, ebsName, ec2Name] of [
    [{ region: 'us-east-1' }, 'InvalidSignatureException', 'SignatureDoesNotMatch'],
    [{ secretAccessKey: 'wrong' }, 'InvalidSignatureException', 'SignatureDoesNotMatch'],
    [{ accessKeyId: 'AKIAOTHER' }, 'UnrecognizedClientException', 'AuthFailure'],
  ] as const) {
    clients.close();
    clients = clientsOf(fake, change);
    await expect(start()).rejects.toMatchObject({ name: ebsName });
    await expect(describe()).rejects.toMatchObject({ name: ec2Name });
  }
});

test('takes requests that are signed with the secret, also with a body of their own and a query', async () => {
  await open({ secretAccessKey: 'secret' });
  const id = await sealedSnapshot(clients, { 5: 1 });
  const list = new ListSnapshotBlocksCommand({ SnapshotId: id, MaxResults: 100, StartingBlockIndex: 1 });
  expect((await clients.ebs.send(list)).Blocks).toMatchObject([{ BlockIndex: 5 }]);
  await expect(describe()).resolves.toMatchObject({ Images: [] });
});

/** A request that is signed in form only. */
function send(service: string, path: string, body: string, headers: Readonly<Record<string, string>> = {}) {
  const date = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  const scope = `AKIAKILNTEST/${date.slice(0, 8)}/${fake.region}/${service}/aws4_request`;
  const signature = `SignedHeaders=host;x-amz-date, Signature=${'0'.repeat(64)}`;
  const authorization = `AWS4-HMAC-SHA256 Credential=${scope}, ${signature}`;
  const all = { authorization, 'x-amz-date': date, ...headers };
  return fetch(`${fake.url}${path}`, { method: 'POST', headers: all, body });
}

test.each([
  [
    'a malformed header',
    { authorization: 'AWS4-HMAC-SHA256 Credential=x' },
    /^Authorization header is malformed: /,
  ],
  [
    'a header that it does not cover',
    { 'x-amz-data-length': '1' },
    /which were not signed: x-amz-data-length$/,
  ],
  ['another date', { 'x-amz-date': '20200101T000000Z' }, /^the date in Credential and 'x-amz-date' differ/],
])('refuses a signature with %s', async (_, headers, message) => {
  await open();
  const answer = await send('ebs', '/snapshots', '{"VolumeSize":1}', headers);
  expect(await answer.json()).toMatchObject({ Message: expect.stringMatching(message) });
  expect(answer.status).toBe(403);
});

test('refuses parameters that the actions do not have', async () => {
  await open();
  const ebs = await send('ebs', '/snapshots', '{"VolumeSize":1,"Colour":"red"}');
  expect(await ebs.json()).toMatchObject({ Message: 'StartSnapshot does not know Colour' });
  const ec2 = await send('ec2', '/', 'Action=DescribeImages&Version=2016-11-15&Colour.1=red');
  expect(await ec2.text()).toContain('<Message>The parameter Colour.1 is not recognized</Message>');
  const untaken = await send('ec2', '/', 'Action=RegisterImage&Version=2016-11-15&ImageLocation=x');
  expect(await untaken.text()).toContain('the fake does not act on the parameter ImageLocation');
  const other = await send('ec2', '/', 'Action=RunInstances&Version=2016-11-15');
  expect(await other.text()).toContain('<Code>InvalidAction</Code>');
  const misplaced = await send('ec2', '/snapshots', '{"VolumeSize":1}');
  expect(await misplaced.json()).toMatchObject({
    Message: "Credential should be scoped to correct service: 'ebs'.",
  });
});
