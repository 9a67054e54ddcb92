import { join } from 'node:path';
import { AWS_PROVIDER_VERSION, linkAwsProvider } from '../helpers/aws-provider';
import { type EndedKiln, Project } from './project';

/**
 * A shop on AWS, with every way to update. `web` is for callers from outside and calls `api`; `jobs` nobody calls, and one of it
 * waits in a warm pool. What differs between deploys is in `SHOP`, as JSON.
 */
const APP = `
const { App } = require('cdktf');
const { Duration, HealthCheck, RollingUpdatePolicy, Scaling, UnikernelImage, UnikernelService } = require('kiln-cdk');
const { AwsStack, WarmPool } = require('kiln-cdk/aws');
const { VpcSecurityGroupEgressRule } = require('@cdktf/provider-aws/lib/vpc-security-group-egress-rule');

const shop = JSON.parse(process.env.SHOP);
const app = new App();
const stack = new AwsStack(app, 'shop', {
  region: 'eu-central-1',
  instanceType: 't3.nano',
  keep: shop.keep,
  tags: shop.tags,
  services: { jobs: { warmPool: WarmPool.of({ min: 1 }) } },
});
// What this package pins is newer than what tests have.
stack.addOverride('terraform.required_providers.aws.version', '${AWS_PROVIDER_VERSION}');

const image = (name) => UnikernelImage.fromKernel('hello.elf', {
  bootArgs: ['--greeting=' + name, '--version=' + shop.version],
  drivers: ['ena', 'nvme'],
});
const policy = { healthTimeout: Duration.seconds(shop.patience) };
const services = {};
const add = (name, props) => {
  if (!shop.services.includes(name)) return undefined;
  services[name] = new UnikernelService(stack, name, {
    image: image(name),
    port: 8080,
    healthCheck: HealthCheck.http(shop.health, { bootDeadline: Duration.seconds(20) }),
    ...props,
  });
  return services[name];
};

const web = add('web', {
  instances: { min: 2, max: shop.max },
  scaling: Scaling.onCpu(60),
  update: RollingUpdatePolicy.rolling({ ...policy, maxSurge: 1, maxUnavailable: 0 }),
});
const api = add('api', { instances: 2, port: 9000, update: RollingUpdatePolicy.blueGreen(policy) });
add('jobs', { instances: 4, update: RollingUpdatePolicy.rolling({ ...policy, maxSurge: 1, steps: [{ percent: 25 }] }) });
if (web && api) web.connections.allowTo(api, { bootArg: '--api' });
if (web && shop.exposed) web.expose();
// The provider waits half a minute after each change of one.
for (const node of stack.node.findAll().filter((one) => one.terraformResourceType === 'aws_lb'))
  node.addOverride('lifecycle.ignore_changes', ['tags', 'tags_all']);
// What a user adds to what Kiln makes.
if (web) new VpcSecurityGroupEgressRule(stack, 'database', {
  securityGroupId: web.node.findChild('Firewall').id,
  cidrIpv4: '10.9.0.0/16',
  fromPort: shop.database,
  toPort: shop.database,
  ipProtocol: 'tcp',
});
app.synth();
`;

/** What a deploy of the shop differs in from another. */
export interface Shop {
  readonly version: string;
  readonly services: readonly ('web' | 'api' | 'jobs')[];
  readonly exposed: boolean;
  /** The most instances of `web`. */
  readonly max: number;
  /** Images of each service that are kept, beside what serves. */
  readonly keep: number;
  /** Seconds that an update of any waits for an instance to get healthy. */
  readonly patience: number;
  /** Path of the health check of all. */
  readonly health: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Port of something in another network that `web` may call. */
  readonly database: number;
}

export const SHOP: Shop = {
  version: '1',
  services: ['web', 'api', 'jobs'],
  exposed: true,
  max: 4,
  keep: 3,
  patience: 20,
  health: '/healthz',
  tags: { team: 'shop' },
  database: 5432,
};

/** A user's project on AWS, where AWS is at the endpoint that `cloud` has. */
export class AwsProject extends Project {
  /** @param cloud environment that leads the AWS SDK there */
  constructor(home: string, cloud: Readonly<Record<string, string>>) {
    const HOME = join(home, 'home');
    super(home, { app: APP, env: { ...cloud, HOME, AWS_CA_BUNDLE: '', CHECKPOINT_DISABLE: '1' } });
    linkAwsProvider(HOME);
  }

  run(words: string, shop: Partial<Shop> = {}): Promise<EndedKiln> {
    return this.kiln(words, { SHOP: JSON.stringify({ ...SHOP, ...shop }) });
  }

  /** What a command that must succeed prints. */
  async ok(words: string, shop: Partial<Shop> = {}): Promise<string> {
    const { exitCode, output } = await this.run(words, shop);
    if (exitCode !== 0) throw new Error(`kiln ${words} exited with ${exitCode}:\n${output}`);
    return output;
  }
}
