import * as constructs from '../../constructs';
import * as testing from '../../constructs/testing';
import * as stacks from '../../stacks';
import * as aws from '../../stacks/aws';

// A public API grows on purpose: whoever adds a name adds it here.
test('kiln-cdk exports these names', () => {
  expect(Object.keys(constructs).sort()).toEqual([
    'BootMode',
    'Connections',
    'Duration',
    'HealthCheck',
    'PercentOrCount',
    'Platform',
    'RollingUpdatePolicy',
    'Scaling',
    'Size',
    'Toolchain',
    'UnikernelImage',
    'UnikernelService',
    'findSystem',
  ]);
});

test('kiln-cdk/stacks exports these names', () => {
  expect(Object.keys(stacks).sort()).toEqual(['LocalPlatform', 'LocalStack']);
});

test('kiln-cdk/testing exports these names', () => {
  expect(Object.keys(testing).sort()).toEqual(['TestedStack', 'assertThat', 'compareStacks', 'kilnMatchers']);
});

test('kiln-cdk/aws exports these names', () => {
  expect(Object.keys(aws).sort()).toEqual([
    'AwsNetwork',
    'AwsPlatform',
    'AwsStack',
    'Balancer',
    'Certificate',
    'ConsoleLog',
    'ServiceFirewall',
    'Spot',
    'UserData',
    'WarmPool',
  ]);
});
