import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { App, TerraformStack, TerraformVariable, Testing } from 'cdktf';
import { Construct } from 'constructs';
import { Duration } from '../../../constructs';
import { ConsoleLog } from '../../../constructs/aws/console-log';
import { testWithAwsProvider, validateWithAws } from '../../helpers/aws-provider';
import { testWith } from '../../helpers/boot-fixture';
import { temporaryFolder } from '../fixtures';

function stackWith(
  log: ConsoleLog,
  { outdir = temporaryFolder(), services = ['web'] }: { outdir?: string; services?: string[] } = {},
) {
  const app = new App({ outdir });
  const stack = new TerraformStack(app, 'shop');
  new AwsProvider(stack, 'aws', { region: 'eu-central-1' });
  for (const id of services) {
    const groupNames = [`shop-${id}`, `shop-${id}-green`];
    log.bind({ construct: new Construct(stack, id), service: `shop-${id}`, groupNames });
  }
  return { app, stack, outdir };
}

function resources(log = ConsoleLog.toCloudWatch()) {
  return JSON.parse(Testing.synth(stackWith(log).stack)).resource;
}

const NAME = 'web_console-log';

test('the log group keeps lines for two weeks, and for as long as is asked', () => {
  const group = (log?: ConsoleLog) => resources(log).aws_cloudwatch_log_group[NAME];
  expect(group()).toEqual({ name: '/kiln/shop-web', retention_in_days: 14 });
  expect(group(ConsoleLog.toCloudWatch({ retentionDays: 365 })).retention_in_days).toBe(365);
});

test.each([
  [1, 'rate(1 minute)', 55],
  [5, 'rate(5 minutes)', 295],
  [60, 'rate(60 minutes)', 300],
])('every %d minutes it runs, and ends before the next run begins', (minutes, expression, timeout) => {
  const all = resources(ConsoleLog.toCloudWatch({ every: Duration.minutes(minutes) }));
  expect(all.aws_cloudwatch_event_rule[NAME].schedule_expression).toBe(expression);
  expect(all.aws_lambda_function[NAME].timeout).toBe(timeout);
});

test('the function may do five things, each only where it must', () => {
  const { policy } = resources().aws_iam_role_policy[NAME];
  expect(JSON.parse(policy).Statement).toEqual([
    { Effect: 'Allow', Action: 'ec2:DescribeInstances', Resource: '*' },
    {
      Effect: 'Allow',
      Action: 'ec2:GetConsoleOutput',
      Resource: '*',
      Condition: {
        StringEquals: { 'aws:ResourceTag/aws:autoscaling:groupName': ['shop-web', 'shop-web-green'] },
      },
    },
    {
      Effect: 'Allow',
      Action: ['logs:CreateLogStream', 'logs:GetLogEvents', 'logs:PutLogEvents'],
      Resource: `\${aws_cloudwatch_log_group.${NAME}.arn}:*`,
    },
  ]);
});

test('only its own schedule may call it, and what fails is not tried twice', () => {
  const all = resources();
  expect(all.aws_lambda_permission[NAME]).toMatchObject({
    principal: 'events.amazonaws.com',
    source_arn: `\${aws_cloudwatch_event_rule.${NAME}.arn}`,
  });
  expect(all.aws_lambda_function_event_invoke_config[NAME].maximum_retry_attempts).toBe(0);
});

test('long names become ones that AWS takes', () => {
  const app = new App({ outdir: temporaryFolder() });
  const stack = new TerraformStack(app, 'shop');
  const service = `shop-${'long-'.repeat(20)}web`;
  ConsoleLog.toCloudWatch().bind({ construct: new Construct(stack, 'web'), service, groupNames: [service] });
  const all = JSON.parse(Testing.synth(stack)).resource;
  const names = [
    all.aws_lambda_function[NAME].function_name,
    all.aws_iam_role[NAME].name,
    all.aws_cloudwatch_event_rule[NAME].name,
  ];
  for (const name of names) expect(name).toMatch(/^shop-long-.{1,54}$/);
});

describe('the archive', () => {
  const synthesised = (services: string[]) => {
    const { app, outdir } = stackWith(ConsoleLog.toCloudWatch(), { services });
    app.synth();
    const folder = join(outdir, 'stacks/shop');
    const json = JSON.parse(readFileSync(join(folder, 'cdk.tf.json'), 'utf8'));
    return { folder, lambdas: Object.values(json.resource.aws_lambda_function) as Lambda[] };
  };

  test('is beside the stack, once for all services, and has the hash that the plan compares', () => {
    const { folder, lambdas } = synthesised(['web', 'api']);
    for (const { filename, source_code_hash: hash } of lambdas) {
      const sha256 = createHash('sha256')
        .update(readFileSync(join(folder, filename)))
        .digest('base64');
      expect(hash).toBe(sha256);
    }
    expect(lambdas).toHaveLength(2);
    expect(synthesised(['web']).lambdas[0]?.source_code_hash).toBe(lambdas[0]?.source_code_hash);
  });

  testWith('unzip')('holds a handler that runs by itself, with what Lambda brings', () => {
    const { folder, lambdas } = synthesised(['web']);
    const archive = join(folder, lambdas[0]?.filename ?? '');
    const task = temporaryFolder();
    execFileSync('unzip', ['-q', archive, '-d', task]);
    writePackages(task);
    const program = `require('./index').handler().then((answer) => console.log(JSON.stringify([global.sent, answer ?? null])))`;
    const said = execFileSync(process.execPath, ['-e', program], {
      cwd: task,
      encoding: 'utf8',
      env: { PATH: process.env.PATH, KILN_GROUPS: 'a,b', KILN_LOG_GROUP: '/kiln/shop-web' },
    });
    expect(JSON.parse(said)).toEqual([
      [
        ['DescribeInstances', { Filters: [{ Name: 'tag:aws:autoscaling:groupName', Values: ['a', 'b'] }] }],
        ['GetConsoleOutput', { InstanceId: 'i-1', Latest: true }],
        ['GetLogEvents', expect.objectContaining({ logStreamName: 'i-1' })],
        [
          'PutLogEvents',
          expect.objectContaining({
            logGroupName: '/kiln/shop-web',
            logEvents: [{ message: 'new', timestamp: expect.any(Number) }],
          }),
        ],
      ],
      null,
    ]);
  });
});

testWithAwsProvider()('the provider takes it', () => {
  const { stack } = stackWith(ConsoleLog.toCloudWatch({ every: Duration.minutes(2) }), {
    services: ['web', 'api'],
  });
  expect(() => validateWithAws({ console_log: JSON.parse(Testing.synth(stack)) })).not.toThrow();
});

test.each([0, 2, 15, 1.5, Number.NaN])('refuses to keep lines for %d days', (retentionDays) => {
  expect(() => ConsoleLog.toCloudWatch({ retentionDays })).toThrow(
    `'retentionDays' is ${retentionDays}, and CloudWatch keeps lines for certain numbers of days only; give one of 1, 3,`,
  );
});

test('refuses days that only Terraform knows', () => {
  const stack = new TerraformStack(Testing.app(), 'shop');
  const days = new TerraformVariable(stack, 'days', { type: 'number' }).numberValue;
  expect(() => ConsoleLog.toCloudWatch({ retentionDays: days })).toThrow(
    "'retentionDays' is a token, known only when Terraform runs",
  );
});

test.each([Duration.ZERO, Duration.seconds(30), Duration.seconds(90), Duration.minutes(61)])(
  'refuses to run every %s',
  (every) => {
    expect(() => ConsoleLog.toCloudWatch({ every })).toThrow(
      `'every' is ${every}; give whole minutes, from 1 to 60`,
    );
  },
);

interface Lambda {
  readonly filename: string;
  readonly source_code_hash: string;
}

/** In place of AWS' packages: clients that note what they are sent, in front of one instance whose first line is logged. */
function writePackages(task: string): void {
  const program = `
    const answers = {
      DescribeInstances: { Reservations: [{ Instances: [{ InstanceId: 'i-1', State: { Name: 'running' } }] }] },
      GetConsoleOutput: { Output: Buffer.from('old\\nnew\\n').toString('base64') },
      GetLogEvents: { events: [{ message: 'old' }] },
      PutLogEvents: {},
    };
    global.sent ??= [];
    class Client {
      async send(command) {
        const name = command.constructor.name.replace('Command', '');
        global.sent.push([name, command.input]);
        return answers[name];
      }
    }
    module.exports = new Proxy({}, {
      get: (_, name) => name.endsWith('Client') ? Client : { [name]: class { constructor(input) { this.input = input; } } }[name],
    });`;
  for (const name of ['client-ec2', 'client-cloudwatch-logs']) {
    const folder = join(task, 'node_modules/@aws-sdk', name);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'index.js'), program);
  }
}
