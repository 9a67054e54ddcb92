import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type AwsCloud, startAwsCloud, testWithAwsCloud } from '../helpers/aws-cloud';
import { AWS_PROVIDER_VERSION, findAwsMirror } from '../helpers/aws-provider';

jest.setTimeout(180_000);

const clouds = testWithAwsCloud();

let cloud: AwsCloud;
let folder: string;

beforeAll(async () => {
  if (clouds === test.skip) return;
  cloud = await startAwsCloud();
  folder = mkdtempSync(join(tmpdir(), 'kiln-cloud-'));
  mkdirSync(join(folder, 'tmp'));
});
afterAll(async () => {
  await cloud?.stop();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

async function terraform(...args: readonly string[]): Promise<string> {
  const env = { PATH: process.env.PATH, HOME: folder, TMPDIR: join(folder, 'tmp'), CHECKPOINT_DISABLE: '1' };
  const { stdout } = await promisify(execFile)('terraform', [...args, '-no-color'], { cwd: folder, env });
  return stdout;
}

/** As Terraform's JSON refers to an attribute. */
const ref = (attribute: string) => `\${${attribute}}`;

/** A group behind a target group, with all that the provider has calls of its own for. */
function configure(changes: { size?: number; instanceType?: string } = {}): void {
  const { size = 2, instanceType = 't3.small' } = changes;
  const subnet = (index: number) => ({
    vpc_id: ref('aws_vpc.net.id'),
    cidr_block: `10.0.${index}.0/24`,
    availability_zone: `${cloud.region}${'ab'[index]}`,
  });
  const config = {
    terraform: { required_providers: { aws: { source: 'hashicorp/aws', version: AWS_PROVIDER_VERSION } } },
    provider: { aws: cloud.provider },
    resource: {
      aws_vpc: { net: { cidr_block: '10.0.0.0/16' } },
      aws_subnet: { a: subnet(0), b: subnet(1) },
      aws_security_group: { web: { name: 'web', vpc_id: ref('aws_vpc.net.id') } },
      aws_lb_target_group: {
        web: {
          name: 'web',
          port: 8080,
          protocol: 'HTTP',
          vpc_id: ref('aws_vpc.net.id'),
          deregistration_delay: 5,
        },
      },
      aws_launch_template: {
        web: {
          name: 'web',
          image_id: 'ami-0123456789abcdef0',
          instance_type: instanceType,
          update_default_version: false,
          metadata_options: { http_tokens: 'required', http_endpoint: 'enabled' },
          block_device_mappings: { device_name: '/dev/xvda', ebs: { volume_type: 'gp3', encrypted: 'true' } },
          network_interfaces: {
            associate_public_ip_address: 'false',
            security_groups: [ref('aws_security_group.web.id')],
          },
          tag_specifications: [{ resource_type: 'instance', tags: { 'kiln:service': 'shop/web' } }],
          user_data: Buffer.from('hello').toString('base64'),
          tags: { 'kiln:service': 'shop/web' },
        },
      },
      aws_autoscaling_group: {
        web: {
          name: 'web',
          min_size: size,
          max_size: 4,
          vpc_zone_identifier: [ref('aws_subnet.a.id'), ref('aws_subnet.b.id')],
          target_group_arns: [ref('aws_lb_target_group.web.arn')],
          health_check_type: 'ELB',
          health_check_grace_period: 30,
          default_instance_warmup: 10,
          wait_for_capacity_timeout: '0',
          suspended_processes: ['AZRebalance'],
          enabled_metrics: ['GroupInServiceInstances'],
          launch_template: { id: ref('aws_launch_template.web.id'), version: '1' },
          warm_pool: { pool_state: 'Stopped', min_size: 1 },
          initial_lifecycle_hook: {
            name: 'started',
            lifecycle_transition: 'autoscaling:EC2_INSTANCE_LAUNCHING',
            default_result: 'CONTINUE',
          },
          tag: [{ key: 'kiln:service', value: 'shop/web', propagate_at_launch: true }],
          lifecycle: { ignore_changes: ['launch_template[0].version'] },
        },
      },
      aws_autoscaling_policy: {
        cpu: {
          name: 'cpu',
          autoscaling_group_name: ref('aws_autoscaling_group.web.name'),
          policy_type: 'TargetTrackingScaling',
          target_tracking_configuration: {
            predefined_metric_specification: { predefined_metric_type: 'ASGAverageCPUUtilization' },
            target_value: 60,
          },
        },
      },
    },
  };
  writeFileSync(join(folder, 'main.tf.json'), JSON.stringify(config));
}

clouds('the real provider makes a group and all around it, and the group launches', async () => {
  cloud.imagesOfOthers('ami-0123456789abcdef0');
  configure();
  await terraform('init', '-input=false', `-plugin-dir=${findAwsMirror()}`);
  await terraform('apply', '-auto-approve', '-input=false');

  const group = cloud.group('web');
  expect(group).toMatchObject({ min: 2, max: 4, desired: 2, healthCheckType: 'ELB', warmupSeconds: 10 });
  while (cloud.instances('web').filter(({ lifecycle }) => lifecycle === 'InService').length < 2)
    await pause();
  const served = cloud.instances('web').filter(({ lifecycle }) => lifecycle === 'InService');
  expect(served.map(({ zone }) => zone).sort()).toEqual([`${cloud.region}a`, `${cloud.region}b`]);
  expect(served[0]?.tags.get('kiln:service')).toBe('shop/web');
  const [arn = ''] = group.targetGroupArns;
  // No listener forwards to it.
  expect(Object.values(cloud.targetHealth(arn))).toEqual(['unused', 'unused']);
});

clouds('changes reach the group, the template gets a version, and the next plan is empty', async () => {
  configure({ size: 3, instanceType: 't3.medium' });
  await terraform('apply', '-auto-approve', '-input=false');
  expect(cloud.group('web')).toMatchObject({ min: 3, desired: 3 });
  expect(cloud.launchTemplates[0]).toMatchObject({ latestVersion: 2, defaultVersion: 1 });
  expect(await terraform('plan', '-input=false', '-detailed-exitcode')).toContain('No changes.');
});

clouds('destroy leaves nothing, and every call has the name that IAM knows it by', async () => {
  await terraform('destroy', '-auto-approve', '-input=false');
  expect({ groups: cloud.groups, instances: cloud.instances(), templates: cloud.launchTemplates }).toEqual({
    groups: [],
    instances: [],
    templates: [],
  });
  expect(cloud.called).toEqual(
    expect.arrayContaining([
      'autoscaling:CreateAutoScalingGroup',
      'autoscaling:PutScalingPolicy',
      'autoscaling:PutWarmPool',
      'ec2:CreateLaunchTemplateVersion',
      'ec2:CreateVpc',
      'elasticloadbalancing:CreateTargetGroup',
      'sts:GetCallerIdentity',
    ]),
  );
  const odd = cloud.calls.filter(({ name, error }) => name === undefined || error === 'UnknownParameter');
  expect(odd).toEqual([]);
});

const pause = () => new Promise((resolve) => setTimeout(resolve, 10));
