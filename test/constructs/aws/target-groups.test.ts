import { Duration, HealthCheck } from '../../../constructs';
import { makeTargetGroups, type TargetGroupsProps } from '../../../constructs/aws/target-groups';
import { refusal } from '../../helpers/refusal';
import { awsStack, balanced, resources } from './network-fixtures';

const PROPS: TargetGroupsProps = {
  side: 'public',
  balancer: 'network',
  vpcId: 'vpc-1',
  networkIdentity: '10.0.0.0/16',
};

test('instances are targets on the port of their service, with its health check and its time to drain', () => {
  const check = HealthCheck.http('/healthz', { interval: Duration.seconds(10) });
  expect(groups({}, { check, drainMs: 20_500 })).toEqual({
    web_public: {
      name: expect.stringMatching(/^shop-web-[0-9a-f]{8}$/),
      port: 8080,
      protocol: 'TCP',
      vpc_id: 'vpc-1',
      target_type: 'instance',
      deregistration_delay: '21',
      connection_termination: true,
      preserve_client_ip: 'true',
      health_check: {
        protocol: 'HTTP',
        path: '/healthz',
        matcher: '200-399',
        interval: 10,
        timeout: 2,
        healthy_threshold: 2,
        unhealthy_threshold: 3,
      },
      tags: { Name: 'shop-web-public' },
      lifecycle: { create_before_destroy: true },
    },
  });
});

test('peers are seen with the address of the balancer, so that a circle of calls gets its answers', () => {
  expect(groups({ side: 'internal' }).web_internal).toMatchObject({
    preserve_client_ip: 'false',
    tags: { Name: 'shop-web-internal' },
  });
});

test('behind an application balancer they speak HTTP, and what only a network balancer knows is not said', () => {
  const group = groups({ balancer: 'application' }).web_public;
  expect(group).toMatchObject({ protocol: 'HTTP' });
  expect(group).not.toHaveProperty('connection_termination');
  expect(group).not.toHaveProperty('preserve_client_ip');
});

test('blue and green have a group each', () => {
  const both = groups({}, { colours: 2 });
  expect(Object.keys(both)).toEqual(['web_public', 'web_public_green']);
  expect(both.web_public_green).toMatchObject({ tags: { Name: 'shop-web-public-green' } });
});

test('the name is another one for all that AWS makes another group for, and else the same', () => {
  const names = [
    nameOf({}),
    nameOf({ side: 'internal' }),
    nameOf({ balancer: 'application' }),
    nameOf({ networkIdentity: '10.1.0.0/16' }),
    nameOf({}, { port: 9090 }),
    groups({}, { colours: 2 }).web_public_green?.name,
  ];
  expect(new Set(names).size).toBe(names.length);
  expect(nameOf({}, { check: HealthCheck.http('/x'), drainMs: 0, colours: 2 })).toBe(names[0]);
});

test('a long name is cut to what AWS takes', () => {
  expect(nameOf({}, {}, 'checkout-and-payment-service')).toMatch(/^shop-checkout-and-payme-[0-9a-f]{8}$/);
});

test('refuses to drain for longer than AWS does', () => {
  expect(groups({}, { drainMs: 3_600_000 }).web_public?.deregistration_delay).toBe('3600');
  expect(refusal(() => groups({}, { drainMs: 3_600_001 }))).toEqual([
    'constructs.balancer',
    "'drainTimeout' of 'shop/web' is 3601 s, and a balancer of AWS keeps a departing instance's connections for at most " +
      '3600 s; set it to that or less',
  ]);
});

function groups(props: Partial<TargetGroupsProps>, service: Parameters<typeof balanced>[2] = {}, id = 'web') {
  const stack = awsStack();
  makeTargetGroups(balanced(stack, id, service), { ...PROPS, ...props });
  return resources(stack, 'aws_lb_target_group');
}

function nameOf(...[props, service, id = 'web']: Parameters<typeof groups>): string {
  return groups(props, service, id)[`${id}_${props.side ?? 'public'}`]?.name;
}
