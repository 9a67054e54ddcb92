import {
  CancelInstanceRefreshCommand,
  type RefreshPreferences,
  RollbackInstanceRefreshCommand,
  StartInstanceRefreshCommand,
  UpdateAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling';
import { RefreshFixture } from './refresh-fixture';

let web: RefreshFixture;

afterEach(() => web.close());

const rollBack = () => web.clients.autoscaling.send(new RollbackInstanceRefreshCommand(web.name));

describe('refuses', () => {
  const range = { MinHealthyPercentage: 50, MaxHealthyPercentage: 151 };
  test.each<[RefreshPreferences, string]>([
    [{ MinHealthyPercentage: 101 }, 'Member must have value less than or equal to 100'],
    [
      { MinHealthyPercentage: 90, MaxHealthyPercentage: 99 },
      'Member must have value greater than or equal to 100',
    ],
    [
      { MaxHealthyPercentage: 120 },
      'MinHealthyPercentage must be specified when MaxHealthyPercentage is specified.',
    ],
    [
      range,
      'The difference between MaxHealthyPercentage (151) and MinHealthyPercentage (50) cannot be greater than 100.',
    ],
    [{ CheckpointDelay: 5 }, 'CheckpointDelay cannot be specified without CheckpointPercentages.'],
    [
      { CheckpointPercentages: [50, 50, 100] },
      'CheckpointPercentages must be unique and in ascending order: 50,50,100',
    ],
    [{ CheckpointPercentages: [0, 100] }, 'CheckpointPercentages must be whole numbers from 1 to 100, not 0'],
    [{ BakeTime: 172_801 }, 'Member must have value less than or equal to 172800'],
    [{ AlarmSpecification: { Alarms: ['gone'] } }, 'The CloudWatch alarm gone does not exist.'],
    [
      { ScaleInProtectedInstances: 'Perhaps' as 'Wait' },
      'Member must satisfy enum value set: [Refresh, Ignore, Wait]',
    ],
  ])('the preferences %j', async (preferences, message) => {
    web = await RefreshFixture.open(1);
    const refused = web.start(preferences);
    await expect(refused).rejects.toMatchObject({ name: 'ValidationError' });
    await expect(refused).rejects.toThrow(message);
  });

  test.each(['$Latest', '$Default'])('a rollback from %s, at the start and by request', async (version) => {
    web = await RefreshFixture.open(1);
    await expect(web.start({ AutoRollback: true }, version)).rejects.toThrow(/cannot be rolled back/);
    await web.start({}, version);
    await expect(rollBack()).rejects.toMatchObject({ name: 'IrreversibleInstanceRefreshFault' });
  });

  test('a rollback without a desired configuration', async () => {
    web = await RefreshFixture.open(1);
    await web.clients.autoscaling.send(new StartInstanceRefreshCommand(web.name));
    await expect(rollBack()).rejects.toThrow('The instance refresh has no desired configuration');
  });

  test('a rollback and a cancellation of nothing', async () => {
    web = await RefreshFixture.open(1);
    const name = 'ActiveInstanceRefreshNotFoundFault';
    await expect(rollBack()).rejects.toMatchObject({ name });
    const cancel = web.clients.autoscaling.send(new CancelInstanceRefreshCommand(web.name));
    await expect(cancel).rejects.toMatchObject({ name });
  });

  test('a version and a template that are not there', async () => {
    web = await RefreshFixture.open(1);
    await expect(web.start({}, '7')).rejects.toThrow(/Could not find the specified version 7/);
  });

  test('another template for the group while a refresh brings one', async () => {
    web = await RefreshFixture.open(1);
    await web.start();
    const LaunchTemplate = { LaunchTemplateId: web.templateId, Version: '2' };
    const update = new UpdateAutoScalingGroupCommand({ ...web.name, LaunchTemplate });
    await expect(web.clients.autoscaling.send(update)).rejects.toThrow(
      /An active instance refresh with a desired configuration exists/,
    );
  });
});
