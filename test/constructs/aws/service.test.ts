import type { AutoscalingGroup } from '@cdktf/provider-aws/lib/autoscaling-group';
import { HealthCheck, RollingUpdatePolicy } from '../../../constructs';
import { Balancer, Certificate, ConsoleLog, ServiceFirewall } from '../../../stacks/aws';
import { refusal } from '../../helpers/refusal';
import { ref, resolved } from './network-fixtures';
import { addService, awsStack, type Json, resource, synth } from './service-fixtures';

const ROLLOUT = 'kiln_aws_rollout';
const CERTIFICATE = 'arn:aws:acm:eu-central-1:123456789012:certificate/0123abcd-0123-0123-0123-0123456789ab';

describe('a service that nobody calls', () => {
  const stack = awsStack();
  const web = addService(stack);
  const json = synth(stack);

  test('is an image, a launch template, a group and its rollout', () => {
    const own = ['kiln_ami', 'aws_launch_template', 'aws_autoscaling_group', ROLLOUT, 'aws_security_group'];
    for (const type of own) expect(Object.keys(json.resource[type])).toEqual(['web']);
  });

  test('has no balancer, and is moved by what EC2 says of its instances', () => {
    expect(json.resource).not.toHaveProperty('aws_lb');
    expect(json.resource[ROLLOUT].web).toMatchObject({
      service: 'shop-web',
      groups: [{ name: ref('aws_autoscaling_group.web.name'), target_group_arns: [] }],
      launch_template: {
        id: ref('aws_launch_template.web.id'),
        version: ref('aws_launch_template.web.latest_version'),
      },
      image_digest: json.resource.kiln_ami.web.image.digest,
      listeners: [],
    });
  });

  test('says that its health check is not used', () => {
    expect(web.node.metadata).toContainEqual(
      expect.objectContaining({
        type: '@cdktf/info',
        data:
          "no balancer leads to 'shop/web', so its health check is not used: on AWS, an instance counts as healthy when EC2 " +
          'says that it runs',
      }),
    );
  });

  test('has no endpoint', () => {
    const other = awsStack();
    const { endpoint } = addService(other);
    expect(resolved(other, endpoint)).toBeNull();
  });
});

test("its resources are the service's children, to be changed by those who must", () => {
  const stack = awsStack();
  const web = addService(stack, 'web', { update: RollingUpdatePolicy.blueGreen() });
  (web.node.findChild('Resource') as AutoscalingGroup).addOverride('max_instance_lifetime', 86_400);
  expect(web.node.children.map(({ node }) => node.id)).toEqual([
    'Firewall',
    'Image',
    'LaunchTemplate',
    'Resource',
    'Green',
    'Rollout',
  ]);
  expect(resource(stack, 'aws_autoscaling_group').max_instance_lifetime).toBe(86_400);
});

test('what is set of them stays, whatever Kiln finds when all is declared', () => {
  const stack = awsStack();
  const web = addService(stack);
  const group = web.node.findChild('Resource') as AutoscalingGroup;
  group.dependsOn = ['aws_sqs_queue.jobs'];
  web.expose();
  group.healthCheckType = 'EC2';
  ServiceFirewall.of(web).allowToRange('203.0.113.0/24', 443);
  expect(resource(stack, 'aws_autoscaling_group')).toMatchObject({
    health_check_type: 'EC2',
    depends_on: [
      'aws_sqs_queue.jobs',
      'aws_vpc_security_group_ingress_rule.web_from_balancer_public_8080',
      'aws_vpc_security_group_egress_rule.web_to_203-0-113-0-24_443',
    ],
  });
});

describe('an exposed service', () => {
  const stack = awsStack();
  const web = addService(stack, 'web', { healthCheck: HealthCheck.http('/healthz') });
  web.expose();
  const json = synth(stack);

  test('is reached through the public balancer, and its endpoint is an output', () => {
    expect(json.output.web_endpoint.value).toBe(`http://${ref('aws_lb.balancer_public.dns_name')}`);
    expect(resolved(stack, web.endpoint)).toBe(`http://${ref('aws_lb.balancer_public.dns_name')}`);
    expect(json.resource.aws_lb_target_group.web_public).toMatchObject({
      port: 8080,
      health_check: { protocol: 'HTTP', path: '/healthz' },
    });
  });

  test('is proved healthy only when its listener and its firewall are there', () => {
    expect(json.resource[ROLLOUT].web).toMatchObject({
      groups: [{ target_group_arns: [ref('aws_lb_target_group.web_public.arn')] }],
      depends_on: [
        'aws_vpc_security_group_ingress_rule.web_from_balancer_public_8080',
        'aws_lb_listener.web_public',
      ],
    });
  });

  test('says nothing of its health check, which is used', () => {
    expect(web.node.metadata.filter(({ type }) => type === '@cdktf/info')).toEqual([]);
  });

  test('may be exposed again in the same way, and not in another', () => {
    const other = addService(awsStack());
    other.expose({ port: 8443 });
    other.expose({ port: 8443 });
    const [code, message] = refusal(() => other.expose({ port: 8444 }));
    expect(code).toBe('constructs.expose');
    expect(message).toContain(
      "'shop/web' is already exposed, on port 8443, and now again with other options",
    );
  });

  test('has TLS, a redirect and its callers as the options of the service say', () => {
    const secured = awsStack({
      balancer: Balancer.application(),
      services: {
        web: {
          certificate: Certificate.fromArn(CERTIFICATE),
          redirectHttp: true,
          allowedRanges: ['203.0.113.0/24'],
        },
      },
    });
    addService(secured).expose();
    const { aws_lb_listener, aws_vpc_security_group_ingress_rule } = synth(secured).resource;
    expect(aws_lb_listener.web_public).toMatchObject({ port: 443, certificate_arn: CERTIFICATE });
    expect(aws_lb_listener.web_redirect.port).toBe(80);
    const ranges = Object.values<Json>(aws_vpc_security_group_ingress_rule).flatMap(
      ({ cidr_ipv4 }) => cidr_ipv4 ?? [],
    );
    expect(ranges).toEqual(['203.0.113.0/24', '203.0.113.0/24']);
  });
});

test('the consoles of both colours are kept where that is asked for', () => {
  const stack = awsStack({ consoleLog: ConsoleLog.toCloudWatch() });
  addService(stack, 'web', { update: RollingUpdatePolicy.blueGreen() });
  const [lambda] = Object.values<Json>(synth(stack).resource.aws_lambda_function);
  expect(lambda?.environment.variables.KILN_GROUPS).toBe(
    `${ref('aws_autoscaling_group.web.name')},${ref('aws_autoscaling_group.web-green.name')}`,
  );
  expect(lambda?.tags['kiln:service']).toBe('shop/web');
});

test('instances start when what a user opened of their firewall is open', () => {
  const stack = awsStack();
  const web = addService(stack);
  ServiceFirewall.of(web).allowToRange('203.0.113.0/24', 443);
  expect(resource(stack, 'aws_autoscaling_group').depends_on).toEqual([
    'aws_vpc_security_group_egress_rule.web_to_203-0-113-0-24_443',
  ]);
});

describe('a service that calls another', () => {
  function shop(link: (web: ReturnType<typeof addService>, api: ReturnType<typeof addService>) => void) {
    const stack = awsStack();
    const web = addService(stack);
    const api = addService(stack, 'api', { port: 9000 });
    link(web, api);
    return synth(stack).resource;
  }
  const json = shop((web, api) => web.connections.allowTo(api));

  test('is told its address, which is in its digest', () => {
    expect(json.kiln_ami.web.image.boot_args).toEqual(['--api=10.0.240.4:9000']);
    expect(json.kiln_ami.web.image.digest).not.toBe(json.kiln_ami.api.image.digest);
  });

  test('starts when the other one is rolled out', () => {
    const before = ['aws_vpc_security_group_egress_rule.web_to_balancer_internal_9000', `${ROLLOUT}.api`];
    expect(json.aws_autoscaling_group.web.depends_on).toEqual(before);
    expect(json[ROLLOUT].web.depends_on).toEqual(before);
  });

  test('the other one is checked by the internal balancer', () => {
    expect(json.aws_autoscaling_group.api).toMatchObject({
      health_check_type: 'ELB',
      target_group_arns: [ref('aws_lb_target_group.api_internal.arn')],
    });
    expect(json[ROLLOUT].api.depends_on).toContain('aws_lb_listener.api_internal');
  });

  test('is told of all that it calls, in the order in which that is declared', () => {
    const stack = awsStack();
    const web = addService(stack);
    for (const [id, port] of [
      ['api', 9000],
      ['cart', 9001],
    ] as const)
      web.connections.allowTo(addService(stack, id, { port }));
    expect(resource(stack, 'kiln_ami').image.boot_args).toEqual([
      '--api=10.0.240.4:9000',
      '--cart=10.0.240.4:9001',
    ]);
  });

  test('waits for none where both call each other, which would be a circle', () => {
    const circle = shop((web, api) => {
      web.connections.allowTo(api);
      api.connections.allowTo(web);
    });
    expect(circle[ROLLOUT].web.depends_on).toContain(`${ROLLOUT}.api`);
    expect(circle[ROLLOUT].api.depends_on).not.toContain(`${ROLLOUT}.web`);
    expect(circle.kiln_ami.api.image.boot_args).toEqual(['--web=10.0.240.4:8080']);
  });

  test('waits for none in a circle of three either', () => {
    const stack = awsStack();
    const [a, b, c] = ['a', 'b', 'c'].map((id, at) => addService(stack, id, { port: 9000 + at })) as [
      ReturnType<typeof addService>,
      ReturnType<typeof addService>,
      ReturnType<typeof addService>,
    ];
    a.connections.allowTo(b);
    b.connections.allowTo(c);
    c.connections.allowTo(a);
    const rollouts = synth(stack).resource[ROLLOUT];
    const waits = (id: string) => rollouts[id].depends_on.filter((name: string) => name.startsWith(ROLLOUT));
    expect([waits('a'), waits('b'), waits('c')]).toEqual([[`${ROLLOUT}.b`], [`${ROLLOUT}.c`], []]);
  });
});

test('one that is exposed and called is checked by both balancers', () => {
  const stack = awsStack();
  const web = addService(stack, 'web', { update: RollingUpdatePolicy.blueGreen() });
  web.expose();
  addService(stack, 'admin', { port: 7000 }).connections.allowTo(web);
  expect(resource(stack, ROLLOUT)).toMatchObject({
    listeners: [ref('aws_lb_listener.web_public.arn'), ref('aws_lb_listener.web_internal.arn')],
    groups: [
      {
        target_group_arns: [
          ref('aws_lb_target_group.web_public.arn'),
          ref('aws_lb_target_group.web_internal.arn'),
        ],
      },
      {
        target_group_arns: [
          ref('aws_lb_target_group.web_public_green.arn'),
          ref('aws_lb_target_group.web_internal_green.arn'),
        ],
      },
    ],
  });
});
