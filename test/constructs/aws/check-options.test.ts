import { Lazy, TerraformVariable } from 'cdktf';
import { RollingUpdatePolicy } from '../../../constructs';
import type { AwsServiceOptions } from '../../../stacks/aws';
import { refusal } from '../../helpers/refusal';
import { ref } from './network-fixtures';
import { addService, awsStack, resource } from './service-fixtures';

const KEY = 'arn:aws:kms:eu-central-1:123456789012:key/0123abcd-0123-0123-0123-0123456789ab';

function ami(options: AwsServiceOptions) {
  const stack = awsStack(options);
  addService(stack);
  const [{ ebs }] = resource(stack, 'aws_launch_template').block_device_mappings;
  return { ami: resource(stack, 'kiln_ami'), ebs };
}

describe('encryption', () => {
  test("is the default for volumes and for the AMI's snapshot", () => {
    const { ami: image, ebs } = ami({});
    expect(image.encrypted).toBe(true);
    expect(image).not.toHaveProperty('kms_key_id');
    expect(ebs.encrypted).toBe('true');
  });

  test('is by a key that is given', () => {
    const { ami: image, ebs } = ami({ kmsKey: KEY });
    expect(image).toMatchObject({ encrypted: true, kms_key_id: KEY });
    expect(ebs).toMatchObject({ encrypted: 'true', kms_key_id: KEY });
  });

  test('can be left out', () => {
    const { ami: image, ebs } = ami({ encrypted: false });
    expect([image.encrypted, ebs.encrypted]).toEqual([false, 'false']);
  });

  test("leaves the snapshot plain for other accounts, which cannot use this one's own key, and volumes not", () => {
    const { ami: image, ebs } = ami({ launchPermissions: ['123456789012'] });
    expect(image).toMatchObject({ encrypted: false, launch_permissions: ['123456789012'] });
    expect(ebs.encrypted).toBe('true');
    expect(ami({ launchPermissions: ['123456789012'], kmsKey: KEY }).ami.encrypted).toBe(true);
  });

  test('is off on the first families, which have none', () => {
    const { ami: image, ebs } = ami({ instanceType: 'm1.small' });
    expect([image.encrypted, ebs.encrypted]).toEqual([false, 'false']);
  });

  test('takes a key that only Terraform knows', () => {
    const stack = awsStack({ kmsKey: Lazy.stringValue({ produce: () => ref('var.key') }) });
    addService(stack);
    expect(resource(stack, 'kiln_ami').kms_key_id).toBe(ref('var.key'));
  });
});

test('what is around an AMI reaches it', () => {
  const copies = { 'eu-west-1': {}, 'us-east-1': { kmsKeyId: KEY } };
  expect(ami({ keep: 2, copies }).ami).toMatchObject({
    keep: 2,
    copies: { 'eu-west-1': {}, 'us-east-1': { kms_key_id: KEY } },
  });
  expect(ami({}).ami).not.toHaveProperty('keep');
});

test('alarms reach the rollout', () => {
  const stack = awsStack({ alarms: ['errors'] });
  addService(stack);
  expect(resource(stack, 'kiln_aws_rollout').alarms).toEqual(['errors']);
});

const refused: [options: AwsServiceOptions, code: string, message: string][] = [
  [
    { encrypted: true, instanceType: 'm1.small' },
    'constructs.options',
    "'encrypted' is true for 'shop/web', and instances of 'm1.small' take no encrypted volumes; choose a later type, or set " +
      'it to false',
  ],
  [
    { encrypted: true, launchPermissions: ['123456789012'] },
    'constructs.options',
    "'encrypted' is true for 'shop/web' and 'launchPermissions' names other accounts, which cannot use this account's own " +
      "key; give a 'kmsKey' that they may use, or leave 'encrypted' out: volumes are encrypted all the same",
  ],
  [
    { encrypted: false, kmsKey: KEY },
    'constructs.options',
    "'shop/web' has a 'kmsKey', but 'encrypted' is false; leave one of them out",
  ],
  [
    { kmsKey: 'alias/mine' },
    'constructs.options',
    "'kmsKey' of 'shop/web' is 'alias/mine'; give the ARN of a key, 'arn:aws:kms:REGION:ACCOUNT:key/ID', as EBS takes " +
      'neither an alias nor an id alone',
  ],
  [
    { launchPermissions: ['1234'] },
    'constructs.options',
    "'launchPermissions' of 'shop/web' has '1234'; the id of an account has 12 digits",
  ],
  [
    { copies: { frankfurt: {} } },
    'constructs.options',
    "'copies' of 'shop/web' has 'frankfurt'; give regions such as 'eu-west-1', each with {} or a { kmsKeyId }",
  ],
  [
    { copies: Object.fromEntries(Array.from({ length: 17 }, (_, index) => [`eu-west-${index}`, {}])) },
    'constructs.options',
    "'copies' of 'shop/web' names 17 regions; give at most 16",
  ],
  [{ keep: -1 }, 'constructs.number', "'keep' is -1; give a whole number from 0 to 1000"],
];

test.each(refused)('refuses %p', (options, code, message) => {
  expect(refusal(() => ami(options))).toEqual([code, message]);
});

test('refuses a policy that Auto Scaling cannot follow', () => {
  const update = RollingUpdatePolicy.rolling({ maxSurge: 3 });
  const [code, message] = refusal(() => addService(awsStack(), 'web', { instances: 2, update }));
  expect(code).toBe('rollout.aws');
  expect(message).toBe(
    "'maxSurge' of 3 is more than all 2 instances, and Auto Scaling at most doubles a group",
  );
});

test('refuses a number of instances that only Terraform knows', () => {
  const stack = awsStack();
  const instances = new TerraformVariable(stack, 'n', { type: 'number' }).numberValue;
  const [code, message] = refusal(() => addService(stack, 'web', { instances }));
  expect(code).toBe('constructs.token');
  expect(message).toContain("'instances' is a token");
});

test('takes more instances than one machine does, and refuses more than a slip of the finger allows', () => {
  expect(addService(awsStack(), 'web', { instances: 400 }).port).toBe(8080);
  expect(refusal(() => addService(awsStack(), 'web', { instances: 1001 }))).toEqual([
    'constructs.number',
    "'instances' is 1001; give a whole number from 1 to 1000",
  ]);
  expect(refusal(() => addService(awsStack(), 'web', { instances: 0 }))).toEqual([
    'constructs.number',
    "'instances' is 0; give a whole number from 1 to 1000",
  ]);
});
