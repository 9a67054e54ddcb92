import { HealthCheck, RollingUpdatePolicy, Scaling, UnikernelImage } from '../../../constructs';
import { type AwsStack, Balancer, ConsoleLog, Spot, UserData, WarmPool } from '../../../stacks/aws';
import { testWithAwsProvider, validateWithAws } from '../../helpers/aws-provider';
import { addService, awsStack, KERNEL, synth, withoutKiln } from './service-fixtures';

const KEY = 'arn:aws:kms:eu-central-1:123456789012:key/0123abcd-0123-0123-0123-0123456789ab';
const instances = { min: 2, max: 6 };

testWithAwsProvider()('the provider takes what services become, in all their shapes', () => {
  validateWithAws({
    plain: withoutKiln(synth(plain())),
    colours: withoutKiln(synth(colours())),
    pooled: withoutKiln(synth(pooled())),
    spare: withoutKiln(synth(spare())),
  });
});

/** One that nobody calls. */
function plain(): AwsStack {
  const stack = awsStack();
  addService(stack);
  return stack;
}

/** Blue and green behind both balancers, scaled by requests, with consoles kept. */
function colours(): AwsStack {
  const stack = awsStack({
    balancer: Balancer.application(),
    consoleLog: ConsoleLog.toCloudWatch(),
    tags: { team: 'web' },
    kmsKey: KEY,
  });
  const update = RollingUpdatePolicy.blueGreen();
  const healthCheck = HealthCheck.http('/healthz');
  const web = addService(stack, 'web', { instances, update, healthCheck, scaling: Scaling.onRequests(100) });
  web.expose();
  addService(stack, 'admin', { port: 7000 }).connections.allowTo(web);
  return stack;
}

function pooled(): AwsStack {
  const stack = awsStack({
    warmPool: WarmPool.of({ min: 1, maxPrepared: 3, reuse: true }),
    userData: UserData.fromText('a=b'),
    detailedMonitoring: true,
    encrypted: false,
  });
  addService(stack, 'web', { instances, scaling: Scaling.onCpu(50) });
  return stack;
}

function spare(): AwsStack {
  const stack = awsStack({
    services: { web: { spot: Spot.all({ maxPrice: 0.01 }) }, jobs: { spot: Spot.share(50) } },
  });
  addService(stack, 'web', { image: UnikernelImage.fromKernel(KERNEL) });
  addService(stack, 'jobs', { port: 9000, instances });
  return stack;
}
