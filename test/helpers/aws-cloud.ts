import { AwsFake, type AwsFakeOptions } from './aws-fake';
import { MotoBehind } from './aws-fake/cloud/behind';
import { findMoto, type Moto, startMoto } from './aws-fake/cloud/moto';
import { worldOf } from './aws-fake/settings';
import { testWithAwsProvider } from './aws-provider';

/**
 * `test` where moto, Terraform, its provider of AWS and the tools are there, otherwise a skip that says why. moto is in no
 * package that CI installs, so its absence is never a failure.
 */
export function testWithAwsCloud(...tools: readonly string[]): typeof test | typeof test.skip {
  if (findMoto() !== undefined) return testWithAwsProvider(...tools);
  process.stderr.write('skipped, because moto_server is not on the path\n');
  return test.skip;
}

/** The fake in front of a moto of its own. @throws where there is no moto_server on the path */
export async function startAwsCloud(options: AwsFakeOptions = {}): Promise<AwsCloud> {
  const program = findMoto();
  if (program === undefined) throw new Error('no moto_server on the path');
  const cloud = new AwsCloud(options, await startMoto(program));
  for (const fault of options.faults ?? []) cloud.fault(fault);
  await cloud.listen();
  return cloud;
}

/** One URL for all of AWS: what the fake knows is the fake's, the rest is moto's. */
export class AwsCloud extends AwsFake {
  private readonly moto: MotoBehind;

  constructor(options: AwsFakeOptions, moto: Moto) {
    const world = worldOf(options);
    const behind: MotoBehind = new MotoBehind(moto, (region) => this.states.get(region), world.region);
    super(world, behind);
    this.moto = behind;
  }

  /** What the configuration's `provider.aws` needs to come here, without a file or a variable. */
  get provider(): Readonly<Record<string, unknown>> {
    const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = this.env;
    const services = [
      'acm',
      'autoscaling',
      'cloudwatch',
      'ec2',
      'elbv2',
      'events',
      'iam',
      'lambda',
      'logs',
      'route53',
      'sts',
    ];
    return {
      region: this.region,
      access_key: AWS_ACCESS_KEY_ID,
      secret_key: AWS_SECRET_ACCESS_KEY,
      skip_metadata_api_check: 'true',
      endpoints: Object.fromEntries(services.map((service) => [service, this.url])),
    };
  }

  /** Names of all actions called so far, in IAM's words, sorted. */
  get called(): string[] {
    return [...new Set(this.calls.flatMap(({ name }) => name ?? []))].sort();
  }

  override async stop(): Promise<void> {
    await super.stop();
    await this.moto.stop();
  }
}
