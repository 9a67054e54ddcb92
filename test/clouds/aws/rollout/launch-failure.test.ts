import { findLaunchFailure } from '../../../../lib/clouds/aws/rollout/launch-failure';
import type { ScalingActivity } from '../../../../lib/clouds/aws/rollout/read-activities';
import { LAUNCH_ERRORS } from '../../../helpers/aws-fake';

function launch(status: string, message?: string): ScalingActivity {
  const description = 'Launching a new EC2 instance';
  return { id: 'a', description, cause: '', status, message, startedAt: 0, endedAt: 1 };
}

const failed = (message: string) => launch('Failed', `${message} Launching EC2 instance failed.`);

test.each([
  ['a vCPU quota', LAUNCH_ERRORS.vcpuLimit, /^Ask for more vCPUs of this family/],
  ['the quota by its code', 'VcpuLimitExceeded', /^Ask for more vCPUs of this family/],
  ['an image that is gone', "The image id '[ami-0123456789abcdef0]' does not exist.", /^The image is gone/],
  ['a key that Auto Scaling may not use', 'Client.InternalError: Client error on launch.', /KMS key/],
  ['a missing permission', 'You are not authorized to perform this operation.', /^Allow the call/],
  [
    'no addresses left',
    'There are not enough free addresses in subnet subnet-1.',
    /^Give the network larger subnets/,
  ],
])('refuses to go on at the first failure by %s', (_what, message, remedy) => {
  expect(findLaunchFailure([failed(message)])).toEqual({
    kind: 'launch-failed',
    instances: [],
    reason: `EC2 launches no instance: ${message.replace(/\.$/, '')}`,
    remedy: expect.stringMatching(remedy),
  });
});

test.each([
  ['capacity', LAUNCH_ERRORS.capacity, /^Apply again later/],
  ['a zone without the type', LAUNCH_ERRORS.zone, /^Name an instance type that all zones/],
  ['what nobody foresaw', 'Something else.', undefined],
])(
  'refuses to go on only at the third failure in a row by %s, which another try may get over',
  (_what, message, remedy) => {
    const one = failed(message);
    expect(findLaunchFailure([one, one])).toBeUndefined();
    expect(findLaunchFailure([one, one, launch('Successful'), one])).toBeUndefined();
    expect(findLaunchFailure([one, one, one])?.remedy).toEqual(
      remedy === undefined ? undefined : expect.stringMatching(remedy),
    );
    expect(findLaunchFailure([one, one, one])?.kind).toBe('launch-failed');
  },
);

test('a failure that a launch came after is over', () => {
  expect(findLaunchFailure([launch('Successful'), failed(LAUNCH_ERRORS.vcpuLimit)])).toBeUndefined();
  expect(findLaunchFailure([launch('InProgress'), launch('Successful')])).toBeUndefined();
});
