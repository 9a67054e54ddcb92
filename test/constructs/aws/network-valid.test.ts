import { Duration, HealthCheck } from '../../../constructs';
import { Balancer } from '../../../constructs/aws/balancer';
import { AwsBalancers } from '../../../constructs/aws/balancers';
import { AwsNetwork } from '../../../constructs/aws/network';
import { Certificate } from '../../../constructs/aws/tls';
import { testWithAwsProvider, validateWithAws } from '../../helpers/aws-provider';
import { awsStack, balanced, EXISTING, REGION, synthesised } from './network-fixtures';

const ARN = 'arn:aws:acm:eu-central-1:123456789012:certificate/0a1b2c3d-0000-4000-8000-000000000000';

testWithAwsProvider()('the provider takes what is made, in all its shapes', () => {
  validateWithAws({ nothing: nothing(), simple: simple(), everything: everything(), existing: existing() });
});

function nothing(): Record<string, unknown> {
  const stack = awsStack();
  AwsNetwork.create().bind(stack, REGION);
  return { ...synthesised(stack) };
}

/** Two services, one exposed and calling the other. */
function simple(): Record<string, unknown> {
  const stack = awsStack();
  const network = AwsNetwork.create().bind(stack, REGION);
  const make = new AwsBalancers(stack, { network: () => network, region: REGION });
  const web = balanced(stack, 'web');
  make.expose(web);
  make.reach(balanced(stack, 'api', { port: 9000 }), web.securityGroup);
  return { ...synthesised(stack) };
}

function everything(): Record<string, unknown> {
  const stack = awsStack('a-stack-with-a-name-that-is-longer-than-names-of-balancers');
  const zones = ['eu-central-1a', 'eu-central-1b', 'eu-central-1c'];
  const network = AwsNetwork.create({ cidr: '10.9.0.0/22', zones, nat: 'per-zone' }).bind(stack, REGION);
  const balancer = Balancer.application({ deletionProtection: true, idleTimeout: Duration.seconds(90) });
  const make = new AwsBalancers(stack, { network: () => network, region: REGION, balancer });
  const certificate = Certificate.create({ domain: '*.example.com', zoneId: 'Z1' });
  const check = HealthCheck.http('/healthz');
  const web = balanced(stack, 'web', { colours: 2, check });
  make.expose(web, { certificate, redirectHttp: true, from: ['203.0.113.0/24'] });
  const shop = Certificate.create({ domain: 'shop.example.com', zoneId: 'Z1' });
  make.expose(balanced(stack, 'shop-front'), { certificate: shop, port: 8443 });
  make.reach(web, balanced(stack, 'admin').securityGroup);
  return { ...synthesised(stack) };
}

function existing(): Record<string, unknown> {
  const stack = awsStack();
  const network = AwsNetwork.existing(EXISTING).bind(stack, REGION);
  const make = new AwsBalancers(stack, { network: () => network, region: REGION });
  const web = balanced(stack, 'web', { colours: 2 });
  make.expose(web, { certificate: Certificate.fromArn(ARN) });
  make.reach(balanced(stack, 'api', { port: 9000 }), web.securityGroup);
  return { ...synthesised(stack) };
}
