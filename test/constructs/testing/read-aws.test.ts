import { RollingUpdatePolicy, Scaling } from '../../../constructs';
import type { Ami } from '../../../constructs/bindings';
import { TestedStack } from '../../../constructs/testing';
import { toReplaceInstancesOf } from '../../../constructs/testing/change-matchers';
import { toConnectOnly, toKeepImages, toOpenOnlyPorts } from '../../../constructs/testing/stack-matchers';
import { refreshPreferences } from '../../../lib/rollout';
import { AwsNetwork, Balancer, Certificate } from '../../../stacks/aws';
import { awsShop, shop } from './fixtures';

const CERTIFICATE = Certificate.fromArn(
  'arn:aws:acm:eu-central-1:123456789012:certificate/11111111-2222-3333-4444-555555555555',
);

describe('what a change does to instances', () => {
  test('a new image replaces those of its service, by a new AMI', () => {
    const change = { before: awsShop({ version: '1' }), after: awsShop({ version: '2' }) };
    expect(change).toReplaceInstancesOf('web');
    expect(change).not.toReplaceInstancesOf('api');
    expect(toReplaceInstancesOf(change, 'web').message()).toMatch(
      /^.*; found:\n {2}'web' is replaced \(kiln_aws_rollout.web\), because of\n {4}image.digest: 'sha256:[0-9a-f]{64}' becomes 'sha256:[0-9a-f]{64}'$/,
    );
  });

  test.each([
    ['another instance type', { aws: { instanceType: 't3.micro' } }],
    ['a tag of everything', { aws: { tags: { team: 'shop' } } }],
    ['encryption by a key', { aws: { kmsKey: 'arn:aws:kms:eu-central-1:123456789012:key/1-2' } }],
  ])('%s replaces all', (_, options) => {
    const change = { before: awsShop(), after: awsShop(options) };
    expect(change).toReplaceInstancesOf('web');
    expect(change).toReplaceInstancesOf('api');
  });

  test.each([
    ['other numbers', { instances: { min: 3, max: 9 }, web: { scaling: Scaling.onCpu(60) } }],
    ['how many images are kept', { aws: { keep: 9 } }],
    ['another policy', { update: RollingUpdatePolicy.rolling({ maxUnavailable: 1 }) }],
    ['blue/green, which takes over the group that is there', { update: RollingUpdatePolicy.blueGreen() }],
    ['a certificate', { aws: { certificate: CERTIFICATE } }],
  ])('%s replaces none', (_, options) => {
    expect({ before: awsShop(), after: awsShop(options) }).not.toReplaceAnything();
  });

  test('another account that may start the AMI replaces none where a key of its own encrypts it', () => {
    const kmsKey = 'arn:aws:kms:eu-central-1:123456789012:key/1-2';
    const after = awsShop({ aws: { kmsKey, launchPermissions: ['123456789012'] } });
    expect({ before: awsShop({ aws: { kmsKey } }), after }).not.toReplaceAnything();
    // Without one the snapshot is left plain for them, which makes another.
    expect({ before: awsShop(), after }).toReplaceAnything();
  });

  test('the way back from blue/green removes a colour, which may be the one that serves', () => {
    const change = { before: awsShop({ update: RollingUpdatePolicy.blueGreen() }), after: awsShop() };
    expect(toReplaceInstancesOf(change, 'web').message()).toContain(
      'shop-web-green (aws_autoscaling_group.web-green) is removed',
    );
    expect(change).not.toKeepInService(1, 'web');
  });

  test('from this machine to AWS, everything is removed', () => {
    expect({ before: shop(), after: awsShop() }).toReplaceInstancesOf('web');
  });
});

describe('how many stay in service', () => {
  test.each([
    [RollingUpdatePolicy.rolling(), 3],
    [RollingUpdatePolicy.rolling({ maxUnavailable: 1 }), 2],
    [RollingUpdatePolicy.blueGreen(), 3],
    [RollingUpdatePolicy.replace(), 0],
  ])('counts from the least that the group may have (%#)', (update, least) => {
    const stack = awsShop({ update, instances: { min: 3, max: 9 } });
    expect(TestedStack.of(stack).findService('web').instances).toEqual({ min: 3, max: 9 });
    expect(stack).toKeepInService(least, 'web');
    expect(stack).not.toKeepInService(least + 1, 'web');
  });
});

test.each([
  [1, 0],
  [3, 1],
  [3, '34%'],
  [7, 2],
  [7, '50%'],
  [10, '34%'],
] as const)(
  'an instance refresh of %d instances, of which %s may be away, keeps just that',
  (instances, maxUnavailable) => {
    const update = RollingUpdatePolicy.rolling({ maxUnavailable, maxSurge: maxUnavailable === 0 ? 1 : 0 });
    // Auto Scaling rounds the minimum up.
    const { minHealthyPercentage } = refreshPreferences(update.toSpec(), instances);
    const kept = Math.ceil((instances * minHealthyPercentage) / 100);
    expect(awsShop({ update, instances })).toKeepInService(kept, 'web');
    expect(awsShop({ update, instances })).not.toKeepInService(kept + 1, 'web');
  },
);

describe('what the internet reaches', () => {
  test('is the listeners of exposed services, and no port of an instance', () => {
    expect(awsShop()).toOpenOnlyPorts([8080]);
    const redirected = awsShop({
      aws: { balancer: Balancer.application(), certificate: CERTIFICATE },
      change: ({ api }) => api.expose({ port: 443 }),
    });
    expect(redirected).toOpenOnlyPorts([443, 8080]);
  });

  test('is told with the rule that lets it in', () => {
    expect(toOpenOnlyPorts(awsShop(), [443]).message()).toBe(
      "expected stack 'shop' to open only the ports 443; found:\n" +
        '  8080: aws_lb_listener.web_public, to 0.0.0.0/0 by ' +
        'aws_vpc_security_group_ingress_rule.balancer_public_from_0-0-0-0-0_8080\n' +
        '  443 is not open',
    );
  });

  test('is nothing where nothing from outside of the network is let in', () => {
    expect(awsShop({ aws: { allowedRanges: ['10.0.0.0/8'] } })).toOpenOnlyPorts([]);
  });
});

describe('who calls whom', () => {
  test('is what firewalls and listeners together let through', () => {
    expect(awsShop()).toConnectOnly({ web: ['api'] });
    expect(awsShop()).toLetCall('web', 'api');
    expect(awsShop()).not.toLetCall('api', 'web');
  });

  test('is told with the rule and the listener on the way', () => {
    expect(toConnectOnly(awsShop(), {}).message()).toBe(
      "expected stack 'shop' to connect no services; found:\n" +
        '  web -> api (aws_vpc_security_group_egress_rule.web_to_balancer_internal_9000, over aws_lb_listener.api_internal)',
    );
  });

  test.each([
    ['aws_vpc_security_group_egress_rule', 'web_to_balancer_internal_9000'],
    ['aws_vpc_security_group_ingress_rule', 'balancer_internal_from_web_9000'],
    ['aws_vpc_security_group_egress_rule', 'balancer_internal_to_api_9000'],
    ['aws_vpc_security_group_ingress_rule', 'api_from_balancer_internal_9000'],
  ])('needs every rule on the way, %s.%s', (type, name) => {
    const json = JSON.parse(JSON.stringify(awsShop().toTerraform()));
    expect(TestedStack.fromJson(JSON.stringify(json))).toLetCall('web', 'api');
    delete json.resource[type][name];
    expect(TestedStack.fromJson(JSON.stringify(json))).not.toLetCall('web', 'api');
  });

  test('knows services that call each other without a balancer, and addresses', () => {
    const json = JSON.parse(JSON.stringify(awsShop().toTerraform()));
    const rule = { ip_protocol: 'tcp', from_port: 80, to_port: 80 };
    const [web, api] = ['web', 'api'].map((name) => `\${aws_security_group.${name}.id}`);
    Object.assign(json.resource.aws_vpc_security_group_egress_rule, {
      straight: { ...rule, security_group_id: api, referenced_security_group_id: web },
      out: { ...rule, security_group_id: api, cidr_ipv4: '192.0.2.0/24' },
    });
    json.resource.aws_vpc_security_group_ingress_rule.straight = {
      ...rule,
      security_group_id: web,
      referenced_security_group_id: api,
    };
    const stack = TestedStack.fromJson(JSON.stringify(json));
    expect(stack).toConnectOnly({ web: ['api'], api: ['web', '192.0.2.0/24'] });
  });
});

describe('images', () => {
  test('are kept as many as the option says, five where it says nothing', () => {
    expect(awsShop()).toKeepImages(5);
    expect(awsShop({ aws: { services: { web: { keep: 2 } } } })).toKeepImages(2, 'web');
    expect(toKeepImages(awsShop(), 6, 'web').message()).toBe(
      "expected stack 'shop' to keep 6 earlier images of 'web'; found:\n  'web' keeps 5 (kiln_aws_rollout.web)",
    );
  });

  test('go by the digest that the AMI is made from', () => {
    const { web } = childrenOf();
    expect(awsShop()).toRunImage(web.image.digest, 'web');
    expect(awsShop()).not.toRunImage(web.image.digest, 'api');
  });
});

test('a network that is there already makes no difference', () => {
  const network = AwsNetwork.existing({
    vpcId: 'vpc-1',
    cidr: '10.1.0.0/16',
    privateSubnets: [
      { id: 'subnet-1', zone: 'eu-central-1a', cidr: '10.1.1.0/24' },
      { id: 'subnet-2', zone: 'eu-central-1b', cidr: '10.1.2.0/24' },
    ],
    publicSubnets: [
      { id: 'subnet-3', zone: 'eu-central-1a', cidr: '10.1.3.0/24' },
      { id: 'subnet-4', zone: 'eu-central-1b', cidr: '10.1.4.0/24' },
    ],
  });
  const stack = awsShop({ aws: { network } });
  expect(stack).toConnectOnly({ web: ['api'] });
  expect(stack).toOpenOnlyPorts([8080]);
});

function childrenOf(): { web: Ami } {
  let found: Ami | undefined;
  awsShop({
    change: ({ web }) => {
      found = web.node.findChild('Image') as Ami;
    },
  });
  return { web: found as Ami };
}
