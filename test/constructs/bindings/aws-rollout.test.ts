import { TerraformOutput, Testing, Token } from 'cdktf';
import { AwsRollout, type AwsRolloutConfig } from '../../../constructs/bindings';
import { LocalStack } from '../../../stacks';
import { WEB } from '../../plan/fixtures';
import { temporaryFolder } from '../fixtures';

const CONFIG: AwsRolloutConfig = {
  service: 'shop-web',
  groups: [{ name: 'shop-web', targetGroupArns: ['arn:aws:tg/web'] }],
  launchTemplate: { id: 'lt-1', version: 3 },
  update: { ...WEB.update, steps: [{ percent: 10, pauseMs: 1000 }] },
};

function stackWith(config: Partial<AwsRolloutConfig> = {}) {
  const stack = new LocalStack(Testing.app({ outdir: temporaryFolder() }), 'shop');
  return { stack, rollout: new AwsRollout(stack, 'rollout', { ...CONFIG, ...config }) };
}

const resourceIn = (stack: LocalStack) => JSON.parse(Testing.synth(stack)).resource.kiln_aws_rollout.rollout;

test('one group goes without a size, listeners and alarms', () => {
  expect(resourceIn(stackWith().stack)).toEqual({
    service: 'shop-web',
    groups: [{ name: 'shop-web', target_group_arns: ['arn:aws:tg/web'] }],
    launch_template: { id: 'lt-1', version: 3 },
    update: {
      strategy: 'rolling',
      max_surge: '1',
      max_unavailable: '0',
      bake_ms: 0,
      health_timeout_ms: 15_000,
      steps: [{ percent: 10, pause_ms: 1000 }],
      rollback: true,
    },
    listeners: [],
    alarms: [],
  });
});

test('the image of its version goes with it', () => {
  const { stack } = stackWith({ imageDigest: `sha256:${'a1'.repeat(32)}` });
  expect(resourceIn(stack).image_digest).toBe(`sha256:${'a1'.repeat(32)}`);
});

test('two groups go with their size, listeners, alarms and region', () => {
  const groups = [
    { name: 'blue', targetGroupArns: [] },
    { name: 'green', targetGroupArns: [] },
  ];
  const size = { min: 2, max: 6, desired: 2 };
  const { stack } = stackWith({ groups, size, listeners: ['l'], alarms: ['slow'], region: 'eu-north-1' });
  expect(resourceIn(stack)).toMatchObject({
    groups: [
      { name: 'blue', target_group_arns: [] },
      { name: 'green', target_group_arns: [] },
    ],
    size,
    listeners: ['l'],
    alarms: ['slow'],
    region: 'eu-north-1',
  });
});

test('names, ARNs and versions may be tokens', () => {
  const { stack } = stackWith({
    groups: [
      {
        name: '$' + '{aws_autoscaling_group.g.name}',
        targetGroupArns: Token.asList('$' + '{aws_lb_target_group.t[*].arn}'),
      },
    ],
    launchTemplate: {
      id: '$' + '{aws_launch_template.l.id}',
      version: Token.asNumber('$' + '{aws_launch_template.l.latest_version}'),
    },
  });
  expect(resourceIn(stack)).toMatchObject({
    groups: [
      {
        name: '$' + '{aws_autoscaling_group.g.name}',
        target_group_arns: '$' + '{aws_lb_target_group.t[*].arn}',
      },
    ],
    launch_template: {
      id: '$' + '{aws_launch_template.l.id}',
      version: '$' + '{aws_launch_template.l.latest_version}',
    },
  });
});

test('what a field holds at synth is what Terraform gets', () => {
  const { stack, rollout } = stackWith();
  rollout.alarms = ['late'];
  rollout.listeners = ['l'];
  rollout.launchTemplate = { id: 'lt-2', version: 9 };
  expect(resourceIn(stack)).toMatchObject({
    alarms: ['late'],
    listeners: ['l'],
    launch_template: { id: 'lt-2', version: 9 },
  });
});

test('what the rollout gives is had as tokens', () => {
  const { stack, rollout } = stackWith();
  const tokens = { id: rollout.id, active_group: rollout.activeGroup };
  for (const [name, value] of Object.entries(tokens)) new TerraformOutput(stack, name, { value });
  const { output } = JSON.parse(Testing.synth(stack));
  for (const name of Object.keys(tokens))
    expect(output[name].value).toBe(`$\{kiln_aws_rollout.rollout.${name}}`);
});
