import { Balancer } from '../../../constructs/aws/balancer';
import { AwsBalancers } from '../../../constructs/aws/balancers';
import { AwsNetwork } from '../../../constructs/aws/network';
import { refusal } from '../../helpers/refusal';
import { awsStack, balanced, EXISTING, REGION, ref, resolved, resources } from './network-fixtures';

test('there is none until a service is called by a peer', () => {
  const { stack } = balancers();
  expect(resources(stack, 'aws_lb')).toEqual({});
  expect(resources(stack, 'aws_security_group')).toEqual({});
});

test('it is a network balancer with a fixed address in every zone, all of whose targets serve every zone', () => {
  const { stack, make } = balancers();
  make.reach(balanced(stack, 'api', { port: 9000 }), balanced(stack, 'web').securityGroup);
  expect(resources(stack, 'aws_lb')).toEqual({
    balancer_internal: {
      name: 'shop-internal',
      internal: true,
      load_balancer_type: 'network',
      enable_cross_zone_load_balancing: true,
      enable_deletion_protection: false,
      security_groups: [ref('aws_security_group.balancer_internal.id')],
      subnet_mapping: [
        { subnet_id: ref('aws_subnet.network_internal-1.id'), private_ipv4_address: '10.0.240.4' },
        { subnet_id: ref('aws_subnet.network_internal-2.id'), private_ipv4_address: '10.0.244.4' },
      ],
      tags: { Name: 'shop-internal' },
    },
  });
});

test('callers get the address in the first zone, as plain text, with the port of the service', () => {
  const { stack, make } = balancers();
  const reach = make.reach(balanced(stack, 'api', { port: 9000 }), balanced(stack, 'web').securityGroup);
  expect(reach.address).toBe('10.0.240.4:9000');
  expect(resources(stack, 'aws_lb_listener')).toEqual({
    api_internal: {
      load_balancer_arn: ref('aws_lb.balancer_internal.arn'),
      port: 9000,
      protocol: 'TCP',
      default_action: [{ type: 'forward', target_group_arn: ref('aws_lb_target_group.api_internal.arn') }],
      tags: { Name: 'shop-api' },
    },
  });
  expect(resolved(stack, [reach.listenerArn, reach.targetGroupArns])).toEqual([
    ref('aws_lb_listener.api_internal.arn'),
    [ref('aws_lb_target_group.api_internal.arn')],
  ]);
});

test('in an existing network it has addresses that are picked or given', () => {
  const [first, second] = EXISTING.privateSubnets;
  if (!first || !second) throw new Error('two subnets');
  const privateSubnets = [first, { ...second, internalAddress: '172.31.1.9' }];
  const { stack, make } = balancers(AwsNetwork.existing({ ...EXISTING, privateSubnets }));
  make.reach(balanced(stack, 'api'), balanced(stack, 'web').securityGroup);
  expect(resources(stack, 'aws_lb').balancer_internal?.subnet_mapping).toEqual([
    { subnet_id: 'subnet-a', private_ipv4_address: '172.31.0.253' },
    { subnet_id: 'subnet-b', private_ipv4_address: '172.31.1.9' },
  ]);
});

test('a caller may call the listener, the balancer the service, and nobody anything else', () => {
  const { stack, make } = balancers();
  make.reach(balanced(stack, 'api', { port: 9000 }), balanced(stack, 'web').securityGroup);
  expect(Object.keys(resources(stack, 'aws_vpc_security_group_ingress_rule')).sort()).toEqual([
    'api_from_balancer_internal_9000',
    'balancer_internal_from_web_9000',
  ]);
  expect(Object.keys(resources(stack, 'aws_vpc_security_group_egress_rule')).sort()).toEqual([
    'balancer_internal_to_api_9000',
    'web_to_balancer_internal_9000',
  ]);
});

test('a second caller gets rules and the same address, and nothing is made twice', () => {
  const { stack, make } = balancers();
  const api = balanced(stack, 'api', { port: 9000 });
  const reaches = ['web', 'admin'].map((id) => make.reach(api, balanced(stack, id).securityGroup));
  expect(reaches[1]).toBe(reaches[0]);
  expect(Object.keys(resources(stack, 'aws_lb_listener'))).toEqual(['api_internal']);
  expect(resources(stack, 'aws_vpc_security_group_ingress_rule')).toHaveProperty(
    'balancer_internal_from_admin_9000',
  );
});

test('services that call each other each have a listener', () => {
  const { stack, make } = balancers();
  const [web, api] = [balanced(stack, 'web'), balanced(stack, 'api', { port: 9000 })];
  expect(make.reach(api, web.securityGroup).address).toBe('10.0.240.4:9000');
  expect(make.reach(web, api.securityGroup).address).toBe('10.0.240.4:8080');
});

test('blue has all callers at first, and from then on the weights are left to the rollout', () => {
  const { stack, make } = balancers();
  make.reach(balanced(stack, 'api', { colours: 2 }), balanced(stack, 'web').securityGroup);
  expect(resources(stack, 'aws_lb_listener').api_internal).toMatchObject({
    default_action: [
      {
        type: 'forward',
        forward: {
          target_group: [
            { arn: ref('aws_lb_target_group.api_internal.arn'), weight: 100 },
            { arn: ref('aws_lb_target_group.api_internal_green.arn'), weight: 0 },
          ],
        },
      },
    ],
    lifecycle: {
      ignore_changes: ['default_action'],
      replace_triggered_by: [
        'aws_lb_target_group.api_internal.arn',
        'aws_lb_target_group.api_internal_green.arn',
      ],
    },
  });
});

test('refuses a second service with the same port, and names both', () => {
  const { stack, make } = balancers();
  const web = balanced(stack, 'web').securityGroup;
  make.reach(balanced(stack, 'api', { port: 9000 }), web);
  expect(refusal(() => make.reach(balanced(stack, 'stock', { port: 9000 }), web))).toEqual([
    'constructs.expose',
    "port 9000 of the internal balancer is wanted by 'shop/api' and by 'shop/stock', and a balancer's port leads to one " +
      "service; give one of them another 'port'",
  ]);
});

test('is protected where the public one is', () => {
  const stack = awsStack();
  const network = AwsNetwork.create().bind(stack, REGION);
  const balancer = Balancer.network({ deletionProtection: true });
  const make = new AwsBalancers(stack, { network: () => network, region: REGION, balancer });
  make.reach(balanced(stack, 'api'), balanced(stack, 'web').securityGroup);
  expect(resources(stack, 'aws_lb').balancer_internal).toMatchObject({ enable_deletion_protection: true });
});

function balancers(network = AwsNetwork.create()) {
  const stack = awsStack();
  const bound = network.bind(stack, REGION);
  return { stack, make: new AwsBalancers(stack, { network: () => bound, region: REGION }) };
}
