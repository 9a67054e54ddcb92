import {
  Duration,
  HealthCheck,
  RollingUpdatePolicy,
  Scaling,
  type UnikernelServiceProps,
} from '../../../constructs';
import { type AwsStackProps, Balancer, Spot, WarmPool } from '../../../stacks/aws';
import { refusal } from '../../helpers/refusal';
import { ref } from './network-fixtures';
import { addService, awsStack, resource, synth } from './service-fixtures';

const GROUP = 'aws_autoscaling_group';
const blueGreen = RollingUpdatePolicy.blueGreen();

function group(props: Partial<UnikernelServiceProps> = {}, stackProps: Partial<AwsStackProps> = {}) {
  const stack = awsStack(stackProps);
  addService(stack, 'web', props);
  return resource(stack, GROUP);
}

test('a group is of the size of its service, in the private subnets', () => {
  expect(group({ instances: 3 })).toMatchObject({
    name: 'shop-web',
    min_size: 3,
    max_size: 3,
    vpc_zone_identifier: [ref('aws_subnet.network_private-1.id'), ref('aws_subnet.network_private-2.id')],
  });
  const range = group({ instances: { min: 2, max: 5 } });
  expect(range).toMatchObject({ min_size: 2, max_size: 5 });
  expect(range).not.toHaveProperty('desired_capacity');
});

test("which version instances are of is the rollout's, and so is waiting for them", () => {
  const { launch_template, lifecycle, wait_for_capacity_timeout, instance_refresh } = group();
  expect(launch_template).toEqual({
    id: ref('aws_launch_template.web.id'),
    version: ref('tostring(aws_launch_template.web.latest_version)'),
  });
  expect(lifecycle.ignore_changes).toEqual(['launch_template']);
  expect(wait_for_capacity_timeout).toBe('0');
  expect(instance_refresh).toBeUndefined();
});

test('the end of a group is waited for, as its instances hold subnets and firewalls', () => {
  expect(group().force_delete).toBe(false);
});

test('the group looks at an instance only when the rollout has had time to see it fail', () => {
  expect(group().health_check_grace_period).toBe(60 + 15);
  const update = RollingUpdatePolicy.rolling({ healthTimeout: Duration.seconds(90.5) });
  expect(group({ update }).health_check_grace_period).toBe(91 + 15);
  const healthCheck = HealthCheck.tcp({ bootDeadline: Duration.minutes(5) });
  expect(group({ healthCheck })).toMatchObject({
    health_check_grace_period: 315,
    default_instance_warmup: 300,
  });
});

test('a group asks its balancer how an instance is, and EC2 where there is none', () => {
  const stack = awsStack();
  const web = addService(stack);
  expect(resource(stack, GROUP)).toMatchObject({ health_check_type: 'EC2', target_group_arns: [] });
  web.expose();
  expect(resource(stack, GROUP)).toMatchObject({
    health_check_type: 'ELB',
    target_group_arns: [ref('aws_lb_target_group.web_public.arn')],
  });
});

test('instances have their tags from the launch template, the group its own', () => {
  expect(group({}, { tags: { team: 'web' } }).tag).toEqual(
    [
      ['Name', 'shop-web'],
      ['team', 'web'],
      ['kiln:stack', 'shop'],
      ['kiln:service', 'shop/web'],
    ].map(([key, value]) => ({ key, value, propagate_at_launch: false })),
  );
});

describe('blue and green', () => {
  const stack = awsStack();
  addService(stack, 'web', { instances: { min: 2, max: 4 }, update: blueGreen }).expose();

  test.each([
    ['web', 'shop-web', 'web_public'],
    ['web-green', 'shop-web-green', 'web_public_green'],
  ])('%s is empty until the rollout fills it, and Terraform leaves its size alone', (id, name, targets) => {
    expect(resource(stack, GROUP, id)).toMatchObject({
      name,
      min_size: 0,
      max_size: 0,
      desired_capacity: 0,
      target_group_arns: [ref(`aws_lb_target_group.${targets}.arn`)],
      lifecycle: { ignore_changes: ['launch_template', 'min_size', 'max_size', 'desired_capacity'] },
    });
  });

  test('get their size from the rollout, and their traffic from its listeners', () => {
    expect(resource(stack, 'kiln_aws_rollout')).toMatchObject({
      size: { min: 2, max: 4, desired: 2 },
      listeners: [ref('aws_lb_listener.web_public.arn')],
      groups: [
        {
          name: ref('aws_autoscaling_group.web.name'),
          target_group_arns: [ref('aws_lb_target_group.web_public.arn')],
        },
        {
          name: ref('aws_autoscaling_group.web-green.name'),
          target_group_arns: [ref('aws_lb_target_group.web_public_green.arn')],
        },
      ],
    });
  });

  test('refuses another service with the name of the second group', () => {
    const other = awsStack();
    addService(other, 'web', { update: blueGreen });
    expect(refusal(() => addService(other, 'web-green'))).toEqual([
      'constructs.name',
      "the services 'shop/web' and 'shop/web-green' would both be named 'shop-web-green'; rename one of them",
    ]);
  });
});

describe('spot', () => {
  test('all instances are of spare capacity by their launch template', () => {
    const stack = awsStack({ spot: Spot.all({ maxPrice: 0.0042 }) });
    addService(stack);
    expect(resource(stack, 'aws_launch_template').instance_market_options).toEqual({
      market_type: 'spot',
      spot_options: { spot_instance_type: 'one-time', max_price: '0.0042' },
    });
    expect(resource(stack, GROUP)).toMatchObject({ capacity_rebalance: true });
    expect(resource(stack, GROUP)).not.toHaveProperty('mixed_instances_policy');
  });

  test('a share needs a group of mixed instances, whose template is left to the rollout as well', () => {
    const spot = Spot.share(75, { onDemandBase: 1 });
    const { mixed_instances_policy, launch_template, capacity_rebalance, lifecycle } = group({}, { spot });
    expect(launch_template).toBeUndefined();
    expect(capacity_rebalance).toBe(true);
    expect(mixed_instances_policy).toEqual({
      instances_distribution: {
        on_demand_base_capacity: 1,
        on_demand_percentage_above_base_capacity: 25,
        spot_allocation_strategy: 'price-capacity-optimized',
      },
      launch_template: {
        launch_template_specification: {
          launch_template_id: ref('aws_launch_template.web.id'),
          version: ref('tostring(aws_launch_template.web.latest_version)'),
        },
      },
    });
    expect(lifecycle.ignore_changes).toEqual(['mixed_instances_policy[0].launch_template']);
  });

  test('refuses a share of blue and green', () => {
    const [code, message] = refusal(() => group({ update: blueGreen }, { spot: Spot.share(50) }));
    expect(code).toBe('constructs.options');
    expect(message).toContain("'shop/web' has a share of 'spot' and is updated by blue/green");
    expect(group({ update: blueGreen }, { spot: Spot.all() }).capacity_rebalance).toBe(true);
  });

  test('on demand is the default', () => {
    expect(group().capacity_rebalance).toBe(false);
  });

  test.each([
    [() => Spot.share(0), 'constructs.number', "'percent' is 0; give a whole number from 1 to 100"],
    [
      () => Spot.share(50, { onDemandBase: -1 }),
      'constructs.number',
      "'onDemandBase' is -1; give a whole number from 0 to 1000",
    ],
    [
      () => Spot.all({ maxPrice: 0 }),
      'constructs.spot',
      "'maxPrice' is 0; give US dollars for an hour of an instance, from 0.0001 to 1000, or leave it out",
    ],
  ])('refuses what is no share and no price', (action, code, message) => {
    expect(refusal(action)).toEqual([code, message]);
  });
});

describe('a warm pool', () => {
  test('waits beside the group', () => {
    const warmPool = WarmPool.of({ min: 1, maxPrepared: 4, reuse: true });
    expect(group({}, { warmPool }).warm_pool).toEqual({
      min_size: 1,
      max_group_prepared_capacity: 4,
      pool_state: 'Stopped',
      instance_reuse_policy: { reuse_on_scale_in: true },
    });
    expect(group({}, { warmPool: WarmPool.of({ state: 'running' }) }).warm_pool).toEqual({
      min_size: 0,
      pool_state: 'Running',
    });
  });

  test('refuses spare capacity, which does not wait', () => {
    const props = { warmPool: WarmPool.of(), spot: Spot.all() };
    expect(refusal(() => group({}, props))).toEqual([
      'constructs.options',
      "'shop/web' has both 'warmPool' and 'spot', and AWS keeps no spare capacity waiting; leave one of them out",
    ]);
  });

  test('refuses blue/green, whose idle group is empty', () => {
    const [code, message] = refusal(() => group({ update: blueGreen }, { warmPool: WarmPool.of() }));
    expect(code).toBe('constructs.options');
    expect(message).toContain("'shop/web' has a 'warmPool' and is updated by blue/green");
  });

  test('refuses a state that there is not', () => {
    expect(refusal(() => WarmPool.of({ state: 'hibernated' as 'stopped' }))).toEqual([
      'constructs.warm-pool',
      `'state' of a warm pool is "hibernated"; give 'stopped' or 'running'`,
    ]);
  });
});

describe('scaling', () => {
  const instances = { min: 2, max: 6 };

  test('by processor follows the mean of the group', () => {
    const stack = awsStack();
    addService(stack, 'web', { instances, scaling: Scaling.onCpu(60) });
    expect(resource(stack, 'aws_autoscaling_policy')).toEqual(
      expect.objectContaining({
        autoscaling_group_name: ref('aws_autoscaling_group.web.name'),
        policy_type: 'TargetTrackingScaling',
        target_tracking_configuration: {
          predefined_metric_specification: { predefined_metric_type: 'ASGAverageCPUUtilization' },
          target_value: 60,
        },
      }),
    );
  });

  test('by requests counts those of the application balancer, in each colour', () => {
    const stack = awsStack({ balancer: Balancer.application() });
    addService(stack, 'web', { instances, scaling: Scaling.onRequests(500), update: blueGreen }).expose();
    const label = (id: string) =>
      resource(stack, 'aws_autoscaling_policy', id).target_tracking_configuration
        .predefined_metric_specification;
    expect(label('web')).toEqual({
      predefined_metric_type: 'ALBRequestCountPerTarget',
      resource_label: `${ref('aws_lb.balancer_public.arn_suffix')}/${ref('aws_lb_target_group.web_public.arn_suffix')}`,
    });
    expect(label('web-green').resource_label).toBe(
      `${ref('aws_lb.balancer_public.arn_suffix')}/${ref('aws_lb_target_group.web_public_green.arn_suffix')}`,
    );
  });

  const remedy =
    "expose it in a stack with 'balancer: Balancer.application()', or scale it by Scaling.onCpu(60)";

  test('refuses to count requests of a network balancer', () => {
    const web = addService(awsStack(), 'web', { instances, scaling: Scaling.onRequests(500) });
    expect(refusal(() => web.expose())).toEqual([
      'constructs.scaling',
      "'scaling' of 'shop/web' is by requests, which only a public application balancer counts, and the stack's public " +
        `balancer is a network balancer; ${remedy}`,
    ]);
  });

  test('refuses to count requests that nobody can make', () => {
    const stack = awsStack({ balancer: Balancer.application() });
    addService(stack, 'web', { instances, scaling: Scaling.onRequests(500) });
    expect(refusal(() => synth(stack))).toEqual([
      'constructs.scaling',
      "'scaling' of 'shop/web' is by requests, which only a public application balancer counts, and it is not exposed; " +
        remedy,
    ]);
  });
});
