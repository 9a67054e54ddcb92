import { CreateSubnetCommand, CreateVpcCommand } from '@aws-sdk/client-ec2';
import { CreateLoadBalancerCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { PROVIDER_SOURCE } from '../../lib/cli/terraform/install';
import { version as ownVersion } from '../../package.json';
import { type AwsCloud, startAwsCloud, testWithAwsCloud } from '../helpers/aws-cloud';
import { clientsOf } from '../helpers/aws-fake/clients';
import { AWS_PROVIDER_VERSION, linkAwsProvider } from '../helpers/aws-provider';
import { TerraformFolder } from './terraform-folder';

jest.setTimeout(120_000);

const strategies = testWithAwsCloud();

/** What stays as it is. */
interface Place {
  readonly vpc: string;
  readonly subnets: readonly string[];
  readonly balancer: string;
}

type Strategy = 'rolling' | 'blue-green';

let cloud: AwsCloud;
let stack: TerraformFolder;
let template: string;
let place: Place;

beforeAll(async () => {
  if (strategies === test.skip) return;
  cloud = await startAwsCloud({ secondMs: 10 });
  template = cloud.createLaunchTemplate().id;
  place = await makePlace();
  const { AWS_ENDPOINT_URL: _, AWS_REGION: __, ...credentials } = cloud.env;
  stack = new TerraformFolder(credentials);
  // Its home.
  linkAwsProvider(stack.folder);
  configure('rolling', 1);
  await stack.init();
});
afterAll(async () => {
  await stack?.remove();
  await cloud?.stop();
});

/** Not by Terraform, which waits most of a minute for a balancer. */
async function makePlace(): Promise<Place> {
  const { ec2, elb, close } = clientsOf(cloud);
  const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }));
  const vpc = Vpc?.VpcId ?? '';
  const made = ['a', 'b'].map((zone, index) =>
    ec2.send(
      new CreateSubnetCommand({
        VpcId: vpc,
        CidrBlock: `10.0.${index}.0/24`,
        AvailabilityZone: `${cloud.region}${zone}`,
      }),
    ),
  );
  const subnets = (await Promise.all(made)).map(({ Subnet }) => Subnet?.SubnetId ?? '');
  const balancer = await elb.send(new CreateLoadBalancerCommand({ Name: 'web', Subnets: subnets }));
  close();
  return { vpc, subnets, balancer: balancer.LoadBalancers?.[0]?.LoadBalancerArn ?? '' };
}

/** As Terraform's JSON refers to an attribute. */
const ref = (attribute: string) => `\${${attribute}}`;

/** A service behind an application balancer, with what `constructs/aws` says of each strategy. */
function configure(strategy: Strategy, version: number): void {
  const isBlueGreen = strategy === 'blue-green';
  const colours = isBlueGreen ? ['blue', 'green'] : ['blue'];
  const each = (make: (colour: string) => object) =>
    Object.fromEntries(colours.map((colour) => [colour, make(colour)]));
  const { url, region } = cloud;
  stack.write({
    terraform: {
      required_providers: {
        aws: { source: 'hashicorp/aws', version: AWS_PROVIDER_VERSION },
        kiln: { source: PROVIDER_SOURCE, version: ownVersion },
      },
    },
    provider: {
      aws: cloud.provider,
      kiln: { aws: { region, endpoints: { ec2: url, ebs: url, autoscaling: url, elbv2: url } } },
    },
    resource: {
      aws_lb_target_group: each((colour) => ({
        name: `web-${colour}`,
        port: 8080,
        protocol: 'HTTP',
        vpc_id: place.vpc,
        deregistration_delay: 1,
        lifecycle: { create_before_destroy: true },
      })),
      aws_lb_listener: {
        web: { load_balancer_arn: place.balancer, port: 80, ...forward(isBlueGreen) },
      },
      aws_autoscaling_group: each((colour) => ({
        name: `web-${colour}`,
        vpc_zone_identifier: place.subnets,
        target_group_arns: [ref(`aws_lb_target_group.${colour}.arn`)],
        health_check_type: 'ELB',
        health_check_grace_period: 6_000,
        wait_for_capacity_timeout: '0',
        launch_template: { id: template, version: '1' },
        ...(isBlueGreen ? { min_size: 0, max_size: 0, desired_capacity: 0 } : { min_size: 2, max_size: 2 }),
        lifecycle: {
          ignore_changes: [
            'launch_template',
            ...(isBlueGreen ? ['min_size', 'max_size', 'desired_capacity'] : []),
          ],
        },
      })),
      kiln_aws_rollout: { web: rollout(strategy, colours, version) },
    },
  });
}

/** See `constructs/aws/forward.ts`. */
function forward(isBlueGreen: boolean): object {
  const arn = (colour: string) => ref(`aws_lb_target_group.${colour}.arn`);
  if (!isBlueGreen) return { default_action: { type: 'forward', target_group_arn: arn('blue') } };
  const target_group = [
    { arn: arn('blue'), weight: 100 },
    { arn: arn('green'), weight: 0 },
  ];
  return {
    default_action: { type: 'forward', forward: { target_group } },
    lifecycle: {
      ignore_changes: ['default_action'],
      replace_triggered_by: ['aws_lb_target_group.blue.arn', 'aws_lb_target_group.green.arn'],
    },
  };
}

function rollout(strategy: Strategy, colours: readonly string[], version: number): object {
  return {
    service: 'web',
    groups: colours.map((colour) => ({
      name: ref(`aws_autoscaling_group.${colour}.name`),
      target_group_arns: [ref(`aws_lb_target_group.${colour}.arn`)],
    })),
    launch_template: { id: template, version },
    update: {
      strategy,
      max_surge: '0',
      max_unavailable: '50%',
      bake_ms: 0,
      health_timeout_ms: 30_000,
      steps: [],
      rollback: true,
    },
    ...(colours.length === 2
      ? { size: { min: 2, max: 2, desired: 2 }, listeners: [ref('aws_lb_listener.web.arn')] }
      : {}),
    depends_on: ['aws_lb_listener.web'],
  };
}

/** Versions that run, by colour, and the weights of those to which the listener leads. */
function standing() {
  const versions = (name: string) => cloud.instances(name).map(({ template: { version } }) => version);
  const names = new Map(cloud.targetGroups.map(({ arn, name }) => [arn, name]));
  const forwards = cloud.listeners[0]?.forwards ?? [];
  return {
    blue: versions('web-blue'),
    green: versions('web-green'),
    weights: Object.fromEntries(forwards.map(({ arn, weight }) => [names.get(arn), weight])),
  };
}

/** The least of healthy instances that were to be seen to the end of some work. */
async function leastServing(work: Promise<unknown>): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  const look = setInterval(() => {
    const serving = cloud.listeners[0]?.forwards.filter(({ weight }) => weight > 0) ?? [];
    const healthy = serving.flatMap(({ arn }) =>
      [...(cloud.targetGroups.find((group) => group.arn === arn)?.targets.values() ?? [])].filter(
        ({ health }) => health.state === 'healthy',
      ),
    );
    least = Math.min(least, healthy.length);
  }, 5);
  await work.finally(() => clearInterval(look));
  return least;
}

strategies('a service that rolls becomes blue/green in place, and serves all the time', async () => {
  await stack.apply();
  expect(standing()).toEqual({ blue: [1, 1], green: [], weights: { 'web-blue': 1 } });
  configure('blue-green', cloud.addTemplateVersion(template, {}));
  expect(await leastServing(stack.apply())).toBe(2);
  expect(standing()).toEqual({ blue: [], green: [2, 2], weights: { 'web-blue': 0, 'web-green': 100 } });
});

strategies('a service that is blue/green rolls again in place when blue serves', async () => {
  const version = cloud.addTemplateVersion(template, {});
  configure('blue-green', version);
  await stack.apply();
  configure('rolling', version);
  cloud.calls.splice(0);
  expect(await leastServing(stack.apply())).toBe(2);
  expect(standing()).toEqual({ blue: [version, version], green: [], weights: { 'web-blue': 1 } });
  expect(cloud.targetGroups.map(({ name }) => name)).toEqual(['web-blue']);
  // AWS deletes no target group that a listener leads to.
  const changes = cloud.calls
    .map(({ name }) => name)
    .filter((name) => /:(Modify|Delete)(Lis|Target)/.test(name ?? ''));
  expect(changes).toEqual(['elasticloadbalancing:ModifyListener', 'elasticloadbalancing:DeleteTargetGroup']);
});
