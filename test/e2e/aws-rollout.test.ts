import { setTimeout as sleep } from 'node:timers/promises';
import { type AwsFake, startAwsFake } from '../helpers/aws-fake';
import { testWith } from '../helpers/boot-fixture';
import { TerraformFolder } from './terraform-folder';

jest.setTimeout(120_000);

const rollouts = testWith('terraform');

/** For versions that get healthy, however slow the machine is. */
const PATIENCE_MS = 20_000;

let fake: AwsFake;
let stack: TerraformFolder;
let template: string;
let targets: string;

beforeAll(async () => {
  fake = await startAwsFake({ secretAccessKey: 'a secret/+=', secondMs: 10 });
  template = fake.createLaunchTemplate().id;
  targets = fake.createTargetGroup({ name: 'shop-web', drainSeconds: 1 });
  fake.createGroup({
    name: 'shop-web',
    launchTemplate: { id: template },
    min: 2,
    max: 4,
    targetGroupArns: [targets],
    graceSeconds: 6_000,
  });
  const { AWS_ENDPOINT_URL: _, AWS_REGION: __, ...credentials } = fake.env;
  stack = new TerraformFolder(credentials);
  configure(1);
  await stack.init();
});
afterAll(async () => {
  await stack.remove();
  await fake.stop();
});

function configure(version: number, healthTimeoutMs = PATIENCE_MS): void {
  const { url } = fake;
  const endpoints = { ec2: url, ebs: url, autoscaling: url, elbv2: url };
  stack.write({
    provider: { kiln: { aws: { region: fake.region, endpoints } } },
    resource: {
      kiln_aws_rollout: {
        web: {
          service: 'shop-web',
          groups: [{ name: 'shop-web', target_group_arns: [targets] }],
          launch_template: { id: template, version },
          update: {
            strategy: 'rolling',
            max_surge: '100%',
            max_unavailable: '0',
            bake_ms: 0,
            health_timeout_ms: healthTimeoutMs,
            steps: [],
            rollback: true,
          },
        },
      },
    },
  });
}

const versions = () => fake.instances('shop-web').map(({ template: { version } }) => version);
const inState = () => stack.attributes('kiln_aws_rollout').launch_template;

rollouts('a create waits until the group of the first version serves', async () => {
  expect(await stack.plannedActions()).toEqual({ 'kiln_aws_rollout.web': 'create' });
  await stack.apply();
  expect(versions()).toEqual([1, 1]);
  expect(stack.attributes('kiln_aws_rollout')).toMatchObject({ id: 'shop-web', active_group: 'shop-web' });
  expect(await stack.plannedActions()).toEqual({});
});

rollouts('an update replaces every instance, and is done when the new ones serve', async () => {
  configure(fake.addTemplateVersion(template, {}));
  await stack.apply();
  expect(versions()).toEqual([2, 2]);
  expect(fake.group('shop-web').launch.template.version).toBe('2');
});

rollouts(
  'refuses a version that does not become healthy: it is rolled back, and its console is shown',
  async () => {
    configure(fake.addTemplateVersion(template, {}), 2_000);
    fake.behave(({ version }) =>
      version === 3 ? { healthyAfterMs: 'never', console: 'no such table: orders\n' } : {},
    );
    const { exitCode, output } = await stack.start('apply', '-auto-approve').ended;
    expect(exitCode).toBe(1);
    expect(output.replace(/\s*│?\s+/g, ' ')).toMatch(
      /The rollout of 'shop-web' failed; i-\w+.*not healthy within/,
    );
    expect(output).toContain('no such table: orders');
    expect(versions()).toEqual([2, 2]);
    expect(inState()).toMatchObject({ version: 2 });
  },
);

rollouts('a group that was changed by hand goes back to the version of the code', async () => {
  configure(2);
  const group = fake.group('shop-web');
  const choice = group.launch.template;
  group.launch = { ...group.launch, template: { ...choice, version: '1' } };
  expect(await stack.plannedActions()).toEqual({ 'kiln_aws_rollout.web': 'update' });
  await stack.apply();
  expect(group.launch.template.version).toBe('2');
  expect(versions()).toEqual([2, 2]);
});

rollouts('a Ctrl-C takes a rollout back, and the next apply ends right', async () => {
  const version = fake.addTemplateVersion(template, {});
  configure(version);
  let isSlow = true;
  fake.behave((launch) => (launch.version === version && isSlow ? { healthyAfterMs: 'never' } : {}));
  const { child, ended } = stack.start('apply', '-auto-approve');
  while (!versions().includes(version)) await sleep(20);
  process.kill(-(child.pid as number), 'SIGINT');
  const { exitCode, output } = await ended;
  expect(exitCode).toBe(1);
  expect(output).toContain('cancelled');
  // Nobody waits for that any more.
  while (versions().includes(version)) await sleep(20);
  expect(versions()).toEqual([2, 2]);

  isSlow = false;
  await stack.apply();
  expect(versions()).toEqual([version, version]);
});
