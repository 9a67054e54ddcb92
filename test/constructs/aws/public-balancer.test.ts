import { Token } from 'cdktf';
import { Balancer } from '../../../constructs/aws/balancer';
import { AwsBalancers } from '../../../constructs/aws/balancers';
import { AwsNetwork } from '../../../constructs/aws/network';
import type { PublicOptions } from '../../../constructs/aws/public-options';
import { Certificate } from '../../../constructs/aws/tls';
import { refusal } from '../../helpers/refusal';
import { awsStack, balanced, EXISTING, REGION, ref, resolved, resources } from './network-fixtures';

const certificate = Certificate.fromArn('arn:aws:acm:eu-central-1:123456789012:certificate/0a1b-2c3d');

test('a service is exposed on port 80 of a network balancer that anybody may call', () => {
  const { stack, make } = balancers();
  const reach = make.expose(balanced(stack, 'web'));
  expect(resources(stack, 'aws_lb')).toEqual({
    balancer_public: {
      name: 'shop-public',
      internal: false,
      load_balancer_type: 'network',
      enable_cross_zone_load_balancing: true,
      enable_deletion_protection: false,
      security_groups: [ref('aws_security_group.balancer_public.id')],
      subnets: [ref('aws_subnet.network_public-1.id'), ref('aws_subnet.network_public-2.id')],
      tags: { Name: 'shop-public' },
      depends_on: ['aws_internet_gateway.network'],
    },
  });
  expect(resources(stack, 'aws_lb_listener').web_public).toMatchObject({
    port: 80,
    protocol: 'TCP',
    default_action: [{ type: 'forward', target_group_arn: ref('aws_lb_target_group.web_public.arn') }],
  });
  expect(resolved(stack, reach.endpoint)).toBe(`http://${ref('aws_lb.balancer_public.dns_name')}`);
});

test('the world may call the listener, the balancer the service, and nobody anything else', () => {
  const { stack, make } = balancers();
  make.expose(balanced(stack, 'web'));
  expect(resources(stack, 'aws_vpc_security_group_ingress_rule')).toMatchObject({
    'balancer_public_from_0-0-0-0-0_80': { cidr_ipv4: '0.0.0.0/0', from_port: 80, to_port: 80 },
    web_from_balancer_public_8080: { from_port: 8080, to_port: 8080 },
  });
  expect(Object.keys(resources(stack, 'aws_vpc_security_group_ingress_rule'))).toHaveLength(2);
  expect(Object.keys(resources(stack, 'aws_vpc_security_group_egress_rule'))).toEqual([
    'balancer_public_to_web_8080',
  ]);
});

test('only those who are named may call, where some are named', () => {
  const { stack, make } = balancers();
  make.expose(balanced(stack, 'web'), { from: ['203.0.113.0/24', '198.51.100.7/32'] });
  expect(Object.keys(resources(stack, 'aws_vpc_security_group_ingress_rule')).sort()).toEqual([
    'balancer_public_from_198-51-100-7-32_80',
    'balancer_public_from_203-0-113-0-24_80',
    'web_from_balancer_public_8080',
  ]);
});

describe('a certificate', () => {
  test('makes it TLS on port 443 of a network balancer', () => {
    const { stack, make } = balancers();
    const reach = make.expose(balanced(stack, 'web'), { certificate });
    expect(resources(stack, 'aws_lb_listener').web_public).toMatchObject({
      port: 443,
      protocol: 'TLS',
      ssl_policy: 'ELBSecurityPolicy-TLS13-1-2-2021-06',
      certificate_arn: 'arn:aws:acm:eu-central-1:123456789012:certificate/0a1b-2c3d',
    });
    expect(resolved(stack, reach.endpoint)).toBe(`https://${ref('aws_lb.balancer_public.dns_name')}`);
  });

  test('makes it HTTPS on an application balancer', () => {
    const { stack, make } = balancers({ balancer: Balancer.application() });
    make.expose(balanced(stack, 'web'), { certificate });
    expect(resources(stack, 'aws_lb_listener').web_public).toMatchObject({ port: 443, protocol: 'HTTPS' });
  });

  test('serves two services, which each have their port in the endpoint', () => {
    const { stack, make } = balancers();
    const created = Certificate.create({ domain: 'shop.example.com', zoneId: 'Z1' });
    expect(make.expose(balanced(stack, 'web'), { certificate: created }).endpoint).toBe(
      'https://shop.example.com',
    );
    expect(make.expose(balanced(stack, 'admin'), { certificate: created, port: 8443 }).endpoint).toBe(
      'https://shop.example.com:8443',
    );
    expect(Object.keys(resources(stack, 'aws_acm_certificate'))).toHaveLength(1);
  });
});

test('a port that is not the own one of the protocol is in the endpoint', () => {
  const { stack, make } = balancers();
  const dns = ref('aws_lb.balancer_public.dns_name');
  const plain = make.expose(balanced(stack, 'web'), { port: 443 });
  const secure = make.expose(balanced(stack, 'admin'), { port: 80, certificate });
  expect(resolved(stack, [plain.endpoint, secure.endpoint])).toEqual([
    `http://${dns}:443`,
    `https://${dns}:80`,
  ]);
});

describe('an application balancer', () => {
  const balancer = Balancer.application({ http2: false });

  test('speaks HTTP to clients and instances, and drops headers that are none', () => {
    const { stack, make } = balancers({ balancer });
    make.expose(balanced(stack, 'web'));
    expect(resources(stack, 'aws_lb').balancer_public).toMatchObject({
      load_balancer_type: 'application',
      enable_http2: false,
      idle_timeout: 60,
      drop_invalid_header_fields: true,
    });
    expect(resources(stack, 'aws_lb').balancer_public).not.toHaveProperty('enable_cross_zone_load_balancing');
    expect(resources(stack, 'aws_lb_listener').web_public).toMatchObject({ port: 80, protocol: 'HTTP' });
    expect(resources(stack, 'aws_lb_target_group').web_public).toMatchObject({ protocol: 'HTTP' });
  });

  test('counts requests, which a network balancer does not', () => {
    const { stack, make } = balancers({ balancer });
    const { requestLabels } = make.expose(balanced(stack, 'web', { colours: 2 }));
    expect(resolved(stack, requestLabels)).toEqual([
      `${ref('aws_lb.balancer_public.arn_suffix')}/${ref('aws_lb_target_group.web_public.arn_suffix')}`,
      `${ref('aws_lb.balancer_public.arn_suffix')}/${ref('aws_lb_target_group.web_public_green.arn_suffix')}`,
    ]);
    const other = balancers();
    expect(other.make.expose(balanced(other.stack, 'web')).requestLabels).toBeUndefined();
  });

  test('leads from port 80 to HTTPS when it is told to', () => {
    const { stack, make } = balancers({ balancer });
    make.expose(balanced(stack, 'web'), { certificate, redirectHttp: true });
    expect(resources(stack, 'aws_lb_listener').web_redirect).toMatchObject({
      port: 80,
      protocol: 'HTTP',
      default_action: [
        { type: 'redirect', redirect: { port: '443', protocol: 'HTTPS', status_code: 'HTTP_301' } },
      ],
    });
    expect(resources(stack, 'aws_vpc_security_group_ingress_rule')).toHaveProperty([
      'balancer_public_from_0-0-0-0-0_80',
    ]);
    expect(refusal(() => make.expose(balanced(stack, 'admin'), {}))[1]).toContain(
      "port 80 of the public balancer is wanted by 'shop/web' and by 'shop/admin'",
    );
  });

  test('refuses a network with one public subnet', () => {
    const [privateSubnet] = EXISTING.privateSubnets;
    const [publicSubnet] = EXISTING.publicSubnets ?? [];
    if (!privateSubnet || !publicSubnet) throw new Error('a subnet of each kind');
    const network = AwsNetwork.existing({
      ...EXISTING,
      privateSubnets: [privateSubnet],
      publicSubnets: [publicSubnet],
    });
    const { stack, make } = balancers({ balancer, network });
    expect(refusal(() => make.expose(balanced(stack, 'web')))).toEqual([
      'constructs.balancer',
      "'publicSubnets' names 1, and an application balancer is in at least two zones; name another one, or take " +
        'Balancer.network()',
    ]);
  });
});

test('to expose a service in the same way again changes nothing', () => {
  const { stack, make } = balancers();
  const web = balanced(stack, 'web');
  expect(make.expose(web, { port: 80 })).toBe(make.expose(web, {}));
  expect(refusal(() => make.expose(web, { port: 81 }))).toEqual([
    'constructs.expose',
    "'shop/web' is already exposed, on port 80, and now again with other options, on port 81; expose it once",
  ]);
  expect(refusal(() => make.expose(web, { from: ['10.0.0.0/8'] }))[1]).toContain('is already exposed');
});

test('both balancers of a stack can lead to one service, by target groups of their own', () => {
  const { stack, make } = balancers();
  const web = balanced(stack, 'web');
  make.expose(web);
  make.reach(web, balanced(stack, 'admin').securityGroup);
  expect(Object.keys(resources(stack, 'aws_lb_target_group'))).toEqual(['web_internal', 'web_public']);
});

test('in an existing network it is in the public subnets that were given', () => {
  const { stack, make } = balancers({ network: AwsNetwork.existing(EXISTING) });
  make.expose(balanced(stack, 'web'));
  expect(resources(stack, 'aws_lb').balancer_public).toMatchObject({ subnets: ['subnet-c', 'subnet-d'] });
  expect(resources(stack, 'aws_internet_gateway')).toEqual({});
});

test('can be protected from being deleted', () => {
  const { stack, make } = balancers({ balancer: Balancer.application({ deletionProtection: true }) });
  make.expose(balanced(stack, 'web'));
  expect(resources(stack, 'aws_lb').balancer_public).toMatchObject({ enable_deletion_protection: true });
});

test('refuses a port that another service has, and names both', () => {
  const { stack, make } = balancers();
  make.expose(balanced(stack, 'web'));
  expect(refusal(() => make.expose(balanced(stack, 'admin')))).toEqual([
    'constructs.expose',
    "port 80 of the public balancer is wanted by 'shop/web' and by 'shop/admin', and a balancer's port leads to one " +
      "service; give one of them another 'port' where it is exposed",
  ]);
});

test('refuses a certificate of another region', () => {
  const { stack, make } = balancers();
  const elsewhere = Certificate.fromArn('arn:aws:acm:us-east-1:123456789012:certificate/0a1b-2c3d');
  expect(refusal(() => make.expose(balanced(stack, 'web'), { certificate: elsewhere }))).toEqual([
    'constructs.certificate',
    "the certificate 'arn:aws:acm:us-east-1:123456789012:certificate/0a1b-2c3d' is in 'us-east-1', and the stack in " +
      "'eu-central-1', whose balancers take certificates of their own region only; request or import it there",
  ]);
});

const REFUSED: readonly [title: string, options: PublicOptions, code: string, message: string][] = [
  [
    'a port that is none',
    { port: 0 },
    'constructs.number',
    "'port' is 0; give a whole number from 1 to 65535",
  ],
  [
    'nobody as callers',
    { from: [] },
    'constructs.expose',
    "'allowedRanges' of 'shop/web' is empty, so nobody could call it; name a range, or do not expose it",
  ],
  [
    'callers that are no range',
    { from: ['0.0.0.0/0', 'anywhere'] },
    'constructs.network',
    "'allowedRanges[1]' is \"anywhere\"; give a range of IPv4 addresses, such as '10.0.0.0/16'",
  ],
  [
    'a redirect by what knows nothing of HTTP',
    { certificate, redirectHttp: true },
    'constructs.expose',
    "'redirectHttp' is set for 'shop/web', and a network balancer knows nothing of HTTP; take Balancer.application(), or " +
      "leave 'redirectHttp' out",
  ],
];

test.each(REFUSED)('refuses %s', (_, options, code, message) => {
  const { stack, make } = balancers();
  expect(refusal(() => make.expose(balanced(stack, 'web'), options))).toEqual([code, message]);
});

test.each([
  [{}, 'no certificate'],
  [{ certificate, port: 80 }, 'port 80 itself'],
])('refuses a redirect to nowhere: %#', (options, what) => {
  const { stack, make } = balancers({ balancer: Balancer.application() });
  expect(refusal(() => make.expose(balanced(stack, 'web'), { ...options, redirectHttp: true }))).toEqual([
    'constructs.expose',
    `'redirectHttp' is set for 'shop/web', which has ${what}, so there is no HTTPS to lead to; give it a 'certificate' and ` +
      'another port',
  ]);
});

test('refuses callers and ports that only Terraform will know', () => {
  const { stack, make } = balancers();
  const web = balanced(stack, 'web');
  const text = Token.asString({ resolve: () => '0.0.0.0/0' });
  expect(refusal(() => make.expose(web, { from: [text] }))[0]).toBe('constructs.token');
  expect(refusal(() => make.expose(web, { port: Token.asNumber({ resolve: () => 80 }) }))[0]).toBe(
    'constructs.token',
  );
});

function balancers({
  network = AwsNetwork.create(),
  balancer,
}: {
  network?: AwsNetwork;
  balancer?: Balancer;
} = {}) {
  const stack = awsStack();
  const bound = network.bind(stack, REGION);
  const make = new AwsBalancers(stack, {
    network: () => bound,
    region: REGION,
    ...(balancer && { balancer }),
  });
  return { stack, make };
}
