import { readLaunchPermissions, setLaunchPermissions } from '../../../lib/clouds/aws';
import { type AwsFake, startAwsFake } from '../../helpers/aws-fake';
import { ServiceBench } from '../../helpers/aws-service';

const [ONE, TWO] = ['210987654321', '345678901234'] as const;
let fake: AwsFake;
let bench: ServiceBench;

beforeEach(async () => {
  fake = await startAwsFake();
  bench = await ServiceBench.with(fake);
});
afterEach(async () => {
  await bench.close();
  await fake.stop();
});

const launchers = () => [...(fake.images[0]?.launchPermissions ?? [])].sort();

test('exactly the accounts that are named may launch it, and nothing is changed twice', async () => {
  const ami = await bench.make('1');
  await setLaunchPermissions(ami, [ONE, TWO], bench.session);
  expect(launchers()).toEqual([ONE, TWO]);
  await setLaunchPermissions(ami, [TWO, ONE], bench.session);
  expect(fake.count('ModifyImageAttribute')).toBe(1);
  await setLaunchPermissions(ami, [TWO], bench.session);
  expect(launchers()).toEqual([TWO]);
  await setLaunchPermissions(ami, [], bench.session);
  expect(launchers()).toEqual([]);
});

test('who else may launch it is left as it is', async () => {
  const ami = await bench.make('1');
  fake.images[0]?.launchPermissions.add('all');
  await setLaunchPermissions(ami, [ONE], bench.session);
  expect(await readLaunchPermissions(ami.id, bench.session, undefined)).toEqual({
    accounts: [ONE],
    others: ['everybody'],
  });
});

test('refuses an image that is encrypted with the account’s own key, and says why', async () => {
  const ami = await bench.make('1', { encrypted: true });
  await expect(setLaunchPermissions(ami, [ONE], bench.session)).rejects.toMatchObject({
    code: 'aws.not-shareable',
    message: `the image ${ami.id} is encrypted with the account's own key for EBS, which other accounts cannot use`,
    remedy: expect.stringContaining("'kms_key_id'"),
  });
});

test('an image that is encrypted with a key of its own can be shared', async () => {
  const kmsKeyId = 'arn:aws:kms:eu-central-1:123456789012:key/one';
  const ami = await bench.make('1', { encrypted: true, kmsKeyId });
  await setLaunchPermissions(ami, [ONE], bench.session);
  expect(launchers()).toEqual([ONE]);
});

test('refuses without the permission, and names it', async () => {
  const ami = await bench.make('1');
  fake.fault({ action: 'ModifyImageAttribute', kind: 'denied' });
  await expect(setLaunchPermissions(ami, [ONE], bench.session)).rejects.toMatchObject({
    message: 'the credentials lack the permission ec2:ModifyImageAttribute in eu-central-1',
  });
});
