import { leastPolicy, type Phase, type PolicyStatement } from '../../../../lib/clouds/aws/permissions';
import { ref, SHOP, SHOP_RESOURCES, stackJson } from './stack-json';

const SHOP_STACK = stackJson({ resource: SHOP_RESOURCES });

function statements(json: object, phase: Phase = 'deploy'): readonly PolicyStatement[] {
  return leastPolicy(json, phase).document.Statement;
}

/** The statements that allow an action. */
function allowing(json: object, action: string, phase: Phase = 'deploy'): PolicyStatement[] {
  return statements(json, phase).filter(({ Action }) => [Action].flat().includes(action));
}

test('a plan only looks, in the region of the stack', () => {
  expect(statements(SHOP_STACK, 'plan')).toEqual([
    {
      Sid: 'Look',
      Effect: 'Allow',
      Action: expect.arrayContaining(['ec2:DescribeImages', 'ec2:DescribeVpcs']),
      Resource: '*',
      Condition: { StringEquals: { 'aws:RequestedRegion': 'eu-central-1' } },
    },
  ]);
  const { calls } = leastPolicy(SHOP_STACK, 'plan');
  expect(calls.filter((call) => !/:Describe/.test(call))).toEqual([]);
});

test('a deploy may do what a plan does, and more', () => {
  const plan = leastPolicy(SHOP_STACK, 'plan').calls;
  const deploy = leastPolicy(SHOP_STACK, 'deploy').calls;
  expect(plan.filter((call) => !deploy.includes(call))).toEqual([]);
  expect(deploy).toEqual(expect.arrayContaining(['ec2:CreateVpc', 'ec2:DeleteVpc', 'ebs:PutSnapshotBlock']));
});

test('what is made must carry the tag of the stack, and only what carries it is changed', () => {
  expect(allowing(SHOP_STACK, 'ec2:CreateVpc')).toEqual([
    {
      Sid: 'MakeVpc',
      Effect: 'Allow',
      Action: 'ec2:CreateVpc',
      Resource: 'arn:aws:ec2:eu-central-1:*:vpc/*',
      Condition: { StringEquals: { 'aws:RequestTag/kiln:stack': 'shop' } },
    },
  ]);
  for (const action of ['ec2:DeleteVpc', 'ec2:DeleteSecurityGroup', 'autoscaling:UpdateAutoScalingGroup'])
    expect(allowing(SHOP_STACK, action)).toMatchObject([
      { Condition: { StringEquals: { 'aws:ResourceTag/kiln:stack': 'shop' } } },
    ]);
});

test('a subnet is made in a network of the stack only', () => {
  expect(allowing(SHOP_STACK, 'ec2:CreateSubnet')).toMatchObject([
    { Sid: 'MakeSubnet', Resource: 'arn:aws:ec2:eu-central-1:*:subnet/*' },
    {
      Sid: 'OwnEc2',
      Resource: expect.arrayContaining(['arn:aws:ec2:eu-central-1:*:vpc/*']),
      Condition: { StringEquals: { 'aws:ResourceTag/kiln:stack': 'shop' } },
    },
  ]);
});

test("a network that is somebody else's has no tag to be known by", () => {
  const json = stackJson({ resource: { aws_security_group: { Web: { vpc_id: 'vpc-1', tags: SHOP } } } });
  expect(allowing(json, 'ec2:CreateSecurityGroup')).toMatchObject([
    { Sid: 'AnyVpc', Resource: 'arn:aws:ec2:eu-central-1:*:vpc/*' },
    { Sid: 'MakeSecurityGroup' },
  ]);
  expect(allowing(json, 'ec2:CreateSecurityGroup')[0]).not.toHaveProperty('Condition');
});

test('tags are given to what is just made, and changed on what is there', () => {
  const made = allowing(SHOP_STACK, 'ec2:CreateTags').find(({ Sid }) => Sid === 'TagWhatIsMade');
  expect(made?.Condition?.StringEquals?.['ec2:CreateAction']).toEqual(
    expect.arrayContaining(['CreateVpc', 'CreateSubnet', 'RunInstances']),
  );
  expect(allowing(SHOP_STACK, 'ec2:DeleteTags')).toMatchObject([{ Sid: 'Images' }, { Sid: 'OwnEc2' }]);
});

test('only arguments in use bring their calls', () => {
  const plain = stackJson({ resource: { aws_vpc: { Network: {} } } });
  expect(leastPolicy(plain, 'deploy').calls).not.toContain('ec2:ModifyVpcAttribute');
  expect(leastPolicy(SHOP_STACK, 'deploy').calls).toContain('ec2:ModifyVpcAttribute');
  const warm = stackJson({ resource: { aws_autoscaling_group: { Web: { warm_pool: { min_size: 1 } } } } });
  expect(leastPolicy(warm, 'deploy').calls).toContain('autoscaling:PutWarmPool');
  expect(leastPolicy(SHOP_STACK, 'deploy').calls).not.toContain('autoscaling:PutWarmPool');
});

test.each([
  ['aws_route', 'nat_gateway_id', 'ec2:ReplaceRoute'],
  ['aws_autoscaling_group', 'enabled_metrics', 'autoscaling:DisableMetricsCollection'],
  ['aws_autoscaling_group', 'suspended_processes', 'autoscaling:ResumeProcesses'],
])('an %s with %s may be changed to another', (type, argument, action) => {
  const callsOf = (args: object) =>
    leastPolicy(stackJson({ resource: { [type]: { Web: args } } }), 'deploy').calls;
  expect(callsOf({ [argument]: 'one' })).toContain(action);
  expect(callsOf({})).not.toContain(action);
});

test('a group behind balancers may come behind others, and a balancer may get more zones', () => {
  const args = { target_group_arns: [ref('aws_lb_target_group.Web.arn')] };
  const json = stackJson({ resource: { aws_autoscaling_group: { Web: args } } });
  const attaching = ['Attach', 'Describe', 'Detach'].map(
    (verb) => `autoscaling:${verb}LoadBalancerTargetGroups`,
  );
  expect(leastPolicy(json, 'deploy').calls).toEqual(expect.arrayContaining(attaching));
  const { calls } = leastPolicy(SHOP_STACK, 'deploy');
  expect(calls.filter((call) => attaching.includes(call))).toEqual([]);
  expect(calls).toContain('elasticloadbalancing:SetSubnets');
});

test('who makes a group may launch from launch templates, and needs not call that', () => {
  const [launch] = allowing(SHOP_STACK, 'ec2:RunInstances');
  expect(launch).toMatchObject({
    Resource: expect.arrayContaining([
      'arn:aws:ec2:eu-central-1::image/*',
      'arn:aws:ec2:eu-central-1:*:subnet/*',
    ]),
    Condition: { ArnLike: { 'ec2:LaunchTemplate': 'arn:aws:ec2:eu-central-1:*:launch-template/*' } },
  });
  expect(leastPolicy(SHOP_STACK, 'deploy').calls).not.toContain('ec2:RunInstances');
});

describe('a role of the instances', () => {
  const json = (profile: object) =>
    stackJson({
      resource: {
        aws_iam_role: { Web: { name: 'shop-web' } },
        aws_iam_instance_profile: { Web: { name: 'shop-web', role: ref('aws_iam_role.Web.name') } },
        aws_launch_template: { Web: { iam_instance_profile: profile } },
      },
    });

  test('may be handed to EC2, and no other', () => {
    expect(
      allowing(json({ arn: ref('aws_iam_instance_profile.Web.arn') }), 'iam:PassRole').filter(
        ({ Sid }) => Sid === 'PassRole',
      ),
    ).toEqual([
      {
        Sid: 'PassRole',
        Effect: 'Allow',
        Action: 'iam:PassRole',
        Resource: 'arn:aws:iam::*:role/shop-web',
        Condition: { StringEquals: { 'iam:PassedToService': 'ec2.amazonaws.com' } },
      },
    ]);
  });

  test('may be any where only its profile is known', () => {
    const passed = allowing(json({ name: 'mine' }), 'iam:PassRole').find(({ Sid }) => Sid === 'PassRole');
    expect(passed?.Resource).toContain('arn:aws:iam::*:role/*');
  });
});

test('what has a name is allowed by its name', () => {
  const json = stackJson({
    resource: {
      aws_iam_role: { Log: { name: 'shop-log' } },
      aws_iam_role_policy: { Log: { role: ref('aws_iam_role.Log.id') } },
      aws_cloudwatch_log_group: { Log: { name: '/kiln/shop-web', retention_in_days: 14 } },
      aws_lambda_function: { Log: { function_name: 'shop-log', role: ref('aws_iam_role.Log.arn') } },
      aws_lambda_permission: { Log: { function_name: ref('aws_lambda_function.Log.function_name') } },
      aws_cloudwatch_event_rule: { Log: { name: 'shop-log' } },
      aws_cloudwatch_event_target: { Log: { rule: ref('aws_cloudwatch_event_rule.Log.name') } },
    },
  });
  const resources = (action: string) => allowing(json, action).map(({ Resource }) => Resource);
  expect(resources('iam:PutRolePolicy')).toEqual(['arn:aws:iam::*:role/shop-log']);
  expect(resources('iam:PassRole')).toEqual(['arn:aws:iam::*:role/shop-log']);
  expect(resources('lambda:AddPermission')).toEqual(['arn:aws:lambda:eu-central-1:*:function:shop-log']);
  expect(resources('events:PutTargets')).toEqual(['arn:aws:events:eu-central-1:*:rule/shop-log']);
  expect(resources('logs:PutRetentionPolicy')).toEqual([
    [
      'arn:aws:logs:eu-central-1:*:log-group:/kiln/shop-web',
      'arn:aws:logs:eu-central-1:*:log-group:/kiln/shop-web:*',
    ],
  ]);
});

test('an account that never had a group or a balancer gets the roles for them, and that of spot only for spot', () => {
  const roles = (json: object) =>
    allowing(json, 'iam:CreateServiceLinkedRole').map(({ Resource }) => Resource);
  expect(roles(SHOP_STACK)).toEqual([
    'arn:aws:iam::*:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling',
    'arn:aws:iam::*:role/aws-service-role/elasticloadbalancing.amazonaws.com/AWSServiceRoleForElasticLoadBalancing',
  ]);
  const spot = {
    mixed_instances_policy: { instances_distribution: { on_demand_percentage_above_base_capacity: 0 } },
  };
  const json = stackJson({ resource: { aws_autoscaling_group: { Web: spot } } });
  expect(roles(json)).toContain(
    'arn:aws:iam::*:role/aws-service-role/spot.amazonaws.com/AWSServiceRoleForEC2Spot',
  );
});

test('images are removed only where Kiln made them, and those of services only where they are of the same', () => {
  for (const phase of ['deploy', 'prune'] as const)
    expect(allowing(SHOP_STACK, 'ec2:DeregisterImage', phase)).toMatchObject([
      { Condition: { Null: { 'aws:ResourceTag/kiln:digest': 'false' } } },
    ]);
  const json = stackJson({
    resource: { kiln_ami: { Api: { service: 'shop/api' }, Web: { service: 'shop/web' } } },
  });
  expect(allowing(json, 'ec2:DeregisterImage', 'prune')).toMatchObject([
    { Condition: { StringEquals: { 'aws:ResourceTag/kiln:service': ['shop/api', 'shop/web'] } } },
  ]);
});

test('a group is moved by a refresh, blue and green by their sizes and weights', () => {
  const calls = (strategy: string) => {
    const update = { strategy };
    const groups = [{ name: 'shop-web', target_group_arns: ['arn'] }];
    const json = stackJson({ resource: { kiln_aws_rollout: { Web: { update, groups } } } });
    return leastPolicy(json, 'deploy').calls.filter((call) => !call.includes(':Describe'));
  };
  expect(calls('rolling')).toEqual([
    'autoscaling:CancelInstanceRefresh',
    'autoscaling:RollbackInstanceRefresh',
    'autoscaling:StartInstanceRefresh',
    'ec2:GetConsoleOutput',
  ]);
  expect(calls('blue-green')).toEqual([
    'autoscaling:UpdateAutoScalingGroup',
    'ec2:GetConsoleOutput',
    'elasticloadbalancing:ModifyListener',
  ]);
});

test('consoles are read of the instances of the stack only, where these have its tag', () => {
  const json = (tags: object) =>
    stackJson({
      resource: {
        kiln_aws_rollout: { Web: { update: { strategy: 'rolling' } } },
        aws_launch_template: {
          Web: { tags: SHOP, tag_specifications: [{ resource_type: 'instance', tags }] },
        },
      },
    });
  expect(allowing(json(SHOP), 'ec2:GetConsoleOutput')).toMatchObject([
    { Condition: { StringEquals: { 'aws:ResourceTag/kiln:stack': 'shop' } } },
  ]);
  expect(allowing(json({}), 'ec2:GetConsoleOutput')[0]).not.toHaveProperty('Condition');
});

test('a key is used where an image or a copy has one', () => {
  const key = 'arn:aws:kms:eu-central-1:111122223333:key/1';
  const other = 'arn:aws:kms:us-east-1:111122223333:key/2';
  const json = stackJson({
    resource: { kiln_ami: { Web: { kms_key_id: key, copies: { 'us-east-1': { kms_key_id: other } } } } },
  });
  expect(allowing(json, 'kms:GenerateDataKey*')).toMatchObject([{ Resource: [key, other] }]);
  expect(allowing(json, 'kms:CreateGrant')).toMatchObject([
    { Condition: { Bool: { 'kms:GrantIsForAWSResource': 'true' } } },
  ]);
  expect(allowing(SHOP_STACK, 'kms:CreateGrant')).toEqual([]);
});

test('copies in other regions bring those regions', () => {
  const json = stackJson({ resource: { kiln_ami: { Web: { copies: { 'us-east-1': {} } } } } });
  expect(allowing(json, 'ec2:DescribeImages')).toMatchObject([
    { Condition: { StringEquals: { 'aws:RequestedRegion': ['eu-central-1', 'us-east-1'] } } },
  ]);
});

test('a stack without a region may be anywhere, and that is said', () => {
  const json = stackJson({ provider: {}, resource: SHOP_RESOURCES });
  expect(leastPolicy(json, 'deploy').isAnyRegion).toBe(true);
  expect(allowing(json, 'ec2:CreateVpc')).toMatchObject([{ Resource: 'arn:aws:ec2:*:*:vpc/*' }]);
});

test.each([
  ['cn-north-1', 'aws-cn'],
  ['us-gov-west-1', 'aws-us-gov'],
])('ARNs in %s are of the partition %s', (region, partition) => {
  const json = stackJson({ provider: { aws: [{ region }] }, resource: SHOP_RESOURCES });
  for (const { Resource } of statements(json))
    for (const arn of [Resource].flat()) if (arn !== '*') expect(arn).toMatch(`arn:${partition}:`);
});

test('types that nothing is known about are named, and those of other providers are not', () => {
  const json = stackJson({
    resource: { aws_s3_bucket: { B: {} }, null_resource: { N: {} }, aws_vpc: { V: {} } },
    data: { aws_ssm_parameter: { P: {} }, aws_availability_zones: { Z: {} } },
  });
  expect(leastPolicy(json, 'plan').notCovered).toEqual(['aws_s3_bucket', 'data.aws_ssm_parameter']);
});

test('the order of resources does not matter', () => {
  const reversed = Object.fromEntries(Object.entries(SHOP_RESOURCES).reverse());
  expect(leastPolicy(stackJson({ resource: reversed }), 'deploy')).toEqual(leastPolicy(SHOP_STACK, 'deploy'));
});

test('every Sid is of letters and digits, and there once in each policy', () => {
  const sids = statements(SHOP_STACK).map(({ Sid }) => Sid);
  expect(sids.filter((sid) => !/^[A-Za-z0-9]+$/.test(sid))).toEqual([]);
  expect(new Set(sids).size).toBe(sids.length);
});

test('refuses what is not the Terraform JSON of a stack', () => {
  expect(() => leastPolicy({ stacks: [] }, 'plan')).toThrow(
    expect.objectContaining({
      code: 'iam.not-a-stack',
      message: 'this is not the Terraform JSON of a stack: it has no block `terraform`',
    }),
  );
});
