import { type AwsSession, createAmi } from '../../../lib/clouds/aws';
import { type AwsAction, type AwsFake, type FaultKind, startAwsFake } from '../../helpers/aws-fake';
import { diskOf, requestFor, sessionWith } from '../../helpers/aws-work';
import fc from '../../helpers/property';

let fake: AwsFake;
let session: AwsSession;

beforeEach(async () => {
  fake = await startAwsFake({ lateness: { sealing: 1, image: 1 } });
  // So short, because a second run is given the token of what the first one removed.
  session = await sessionWith(fake, { attemptMs: 400, visibleMs: 100 });
});

afterEach(async () => {
  session.close();
  await fake.stop();
});

const disk = diskOf(2048, { 0: 1, 1: 2, 5: 3, 2047: 4 });

/** Every step of making an image: the call that does it, and which one of its kind that is. */
const STEPS: readonly (readonly [step: string, action: AwsAction, nth: number])[] = [
  ['looking for the image', 'DescribeImages', 1],
  ['looking for the snapshot', 'DescribeSnapshots', 1],
  ['starting the snapshot', 'StartSnapshot', 1],
  ['sending a block', 'PutSnapshotBlock', 2],
  ['completing the snapshot', 'CompleteSnapshot', 1],
  ['waiting for the snapshot', 'DescribeSnapshots', 2],
  ['registering the image', 'RegisterImage', 1],
  ['waiting for the image', 'DescribeImages', 2],
];

/** What each fault ends in when it stays, and whether it passes when it strikes once. */
const FAULTS: readonly (readonly [kind: FaultKind, code: string, passes: boolean])[] = [
  ['throttle', 'aws.throttled', true],
  ['500', 'aws.service', true],
  ['503', 'aws.service', true],
  ['reset', 'aws.network', true],
  ['hang', 'aws.timeout', true],
  ['lost-answer', 'aws.network', true],
  ['expired', 'aws.credentials-expired', false],
  ['denied', 'aws.permission', false],
  ['quota', 'aws.quota', false],
];

const TABLE = STEPS.flatMap(([step, action, nth]) =>
  FAULTS.map(([kind, code, passes]) => ({ step, action, nth, kind, code, passes })),
);

/** How many images and snapshots the account holds. */
const held = () => [fake.images.length, fake.snapshots.length];
const make = () => createAmi(requestFor(), disk, session);

describe.each(TABLE)('$kind at $step', ({ action, nth, kind, code, passes }) => {
  test(passes ? 'strikes once and is got over' : 'strikes once and ends it, with nothing left', async () => {
    fake.fault({ action, kind, when: nth });
    if (passes) await make();
    else await expect(make()).rejects.toMatchObject({ name: 'KilnError', code });
    expect(held()).toEqual(passes ? [1, 1] : [0, 0]);
  });

  test('stays and ends it with nothing left, and a second run makes the image', async () => {
    fake.fault({ action, kind, when: (seen) => seen >= nth });
    // That the image is there is seen without an answer.
    const isThere = action === 'RegisterImage' && kind === 'lost-answer';
    if (isThere) await make();
    else await expect(make()).rejects.toMatchObject({ name: 'KilnError', code });
    expect(held()).toEqual(isThere ? [1, 1] : [0, 0]);
    fake.clearFaults();
    await make();
    expect(held()).toEqual([1, 1]);
  });
});

test.each(Array.from({ length: 14 }, (_, i) => i + 1))(
  'refuses to go on with credentials that expire at call %i, and a second run makes the image',
  async (nth) => {
    fake.fault({ action: '*', kind: 'expired', when: (seen) => seen >= nth });
    await expect(make()).rejects.toMatchObject({ code: 'aws.credentials-expired' });
    fake.clearFaults();
    await make();
    expect(held()).toEqual([1, 1]);
  },
);

test('refuses with the name of what could not be removed', async () => {
  fake.fault({ action: 'PutSnapshotBlock', kind: 'quota' });
  fake.fault({ action: 'DeleteSnapshot', kind: 'denied' });
  const refused = make();
  await expect(refused).rejects.toMatchObject({ code: 'aws.quota' });
  const { detail, remedy } = await refused.catch((error) => error);
  const [{ id } = { id: '' }] = fake.snapshots;
  expect(detail).toContain(
    `left behind: the snapshot ${id}, since the credentials lack the permission ec2:DeleteSnapshot in eu-central-1`,
  );
  expect(remedy).toMatch(/The next apply takes up or removes what was left behind\.$/);
});

test('says of a surplus snapshot that it could not be removed', async () => {
  fake.fault({ action: 'PutSnapshotBlock', kind: 'denied', when: [1, 2, 3, 4] });
  fake.fault({ action: 'DeleteSnapshot', kind: 'denied' });
  await expect(make()).rejects.toMatchObject({ code: 'aws.permission' });
  const surplus = fake.snapshots[0]?.id as string;
  fake.failSnapshot(surplus, 'too late');
  const said: unknown[] = [];
  await createAmi(requestFor(), disk, session, {
    onProgress: (progress) => progress.phase === 'left-behind' && said.push(progress),
  });
  expect(said).toEqual([
    {
      phase: 'left-behind',
      what: `the snapshot ${surplus}`,
      reason: expect.stringContaining('ec2:DeleteSnapshot'),
    },
  ]);
});

test('whatever passing faults strike wherever, there is an image or an error, and then one image', async () => {
  const actions = STEPS.map(([, action]) => action);
  const fault = fc.record({
    action: fc.constantFrom<AwsAction>(...actions, 'DeleteSnapshot', 'DeregisterImage'),
    kind: fc.constantFrom<FaultKind>('throttle', '500', '503', 'reset', 'lost-answer', 'expired'),
    when: fc.uniqueArray(fc.integer({ min: 1, max: 8 }), { minLength: 1, maxLength: 5 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(fault, { minLength: 1, maxLength: 5 }), async (faults) => {
      const world = await startAwsFake({ faults, lateness: { sealing: 1, image: 1 } });
      const own = await sessionWith(world, { attempts: 4, visibleMs: 100 });
      try {
        const code = await createAmi(requestFor(), disk, own).then(
          () => 'made',
          (error) => error.code,
        );
        expect(code).toMatch(/^(made|aws\.[a-z-]+)$/);
        world.clearFaults();
        await createAmi(requestFor(), disk, own);
        expect([world.images.length, world.snapshots.length]).toEqual([1, 1]);
      } finally {
        own.close();
        await world.stop();
      }
    }),
    { numRuns: 25 },
  );
});
