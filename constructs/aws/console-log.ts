import { CloudwatchEventRule } from '@cdktf/provider-aws/lib/cloudwatch-event-rule';
import { CloudwatchEventTarget } from '@cdktf/provider-aws/lib/cloudwatch-event-target';
import { CloudwatchLogGroup } from '@cdktf/provider-aws/lib/cloudwatch-log-group';
import { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy';
import { LambdaFunction } from '@cdktf/provider-aws/lib/lambda-function';
import { LambdaFunctionEventInvokeConfig } from '@cdktf/provider-aws/lib/lambda-function-event-invoke-config';
import { LambdaPermission } from '@cdktf/provider-aws/lib/lambda-permission';
import { type TerraformElement, TerraformStack } from 'cdktf';
import { Construct } from 'constructs';
import { KilnError } from '../../lib/errors';
import { Duration } from '../../lib/units';
import { checkKnown } from '../checks';
import { stageConsoleFunction } from './console-log/function-archive';
import { assumeByLambda, readConsolesPolicy } from './console-log/policies';
import { awsName } from './names';

export interface ConsoleLogOptions {
  /** Days that CloudWatch keeps lines: one of its own numbers, such as 1, 7, 14, 30, 365. @default 14 */
  readonly retentionDays?: number;
  /** How often the consoles are read: whole minutes, up to 60. @default Duration.minutes(1) */
  readonly every?: Duration;
}

/** What a service shows of itself to a log of its consoles. */
export interface LoggedService {
  /** The service's construct; what the log needs becomes its child `ConsoleLog`. */
  readonly construct: Construct;
  /** `shop-web`: the stack's id and the construct's path. */
  readonly service: string;
  /** Names of the Auto Scaling groups that hold its instances. */
  readonly groupNames: readonly string[];
}

/** Of PutRetentionPolicy; 0 would be for ever, and nobody asks for that by a slip. */
const RETENTIONS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/** Of Lambda functions, roles and rules alike; log groups may be longer. */
const MAX_NAME = 64;

/**
 * Where the console output of a service's instances goes beside EC2, which keeps the last 64 KiB of each for about an hour after
 * its end.
 */
export class ConsoleLog {
  /**
   * To a log group `/kiln/<stack>-<service>` in CloudWatch, with a stream for each instance. A small Lambda function reads the
   * consoles and writes what is new. Instances that are not on Nitro tell what is on their console only when they start or end.
   * @throws KilnError `constructs.console-log` or `constructs.token`
   */
  static toCloudWatch(options: ConsoleLogOptions = {}): ConsoleLog {
    const { retentionDays = 14, every = Duration.minutes(1) } = options;
    checkKnown('retentionDays', retentionDays, 'only some numbers are possible');
    if (!RETENTIONS.includes(retentionDays)) {
      throw refusal(
        `'retentionDays' is ${retentionDays}, and CloudWatch keeps lines for certain numbers of days only; give one of ` +
          RETENTIONS.join(', '),
      );
    }
    const minutes = every.toMilliseconds() / 60_000;
    if (!Number.isInteger(minutes) || minutes < 1 || minutes > 60) {
      throw refusal(`'every' is ${every}; give whole minutes, from 1 to 60`);
    }
    return new ConsoleLog(retentionDays, minutes);
  }

  private constructor(
    private readonly retentionDays: number,
    private readonly minutes: number,
  ) {}

  /**
   * Makes the log of a service. Its children are `LogGroup`, `Role`, `Policy`, `Function`, `Retries`, `Schedule`, `Target` and
   * `Permission`.
   * @internal called by the platform, once for each service
   */
  bind(target: LoggedService): { readonly logGroup: CloudwatchLogGroup } {
    const scope = new Construct(target.construct, 'ConsoleLog');
    const logGroup = named(
      new CloudwatchLogGroup(scope, 'LogGroup', {
        name: `/kiln/${target.service}`,
        retentionInDays: this.retentionDays,
      }),
    );
    const lambda = makeFunction(scope, target, logGroup, this.minutes);
    makeSchedule(scope, target, lambda, this.minutes);
    return { logGroup };
  }
}

function makeFunction(
  scope: Construct,
  { service, groupNames }: LoggedService,
  logGroup: CloudwatchLogGroup,
  minutes: number,
): LambdaFunction {
  const name = awsName([service, 'console-log'], MAX_NAME);
  const role = named(new IamRole(scope, 'Role', { name, assumeRolePolicy: assumeByLambda() }));
  const policy = named(
    new IamRolePolicy(scope, 'Policy', {
      name: 'read-consoles',
      role: role.id,
      policy: readConsolesPolicy(groupNames, logGroup.arn),
    }),
  );
  const { filename, hash } = stageConsoleFunction(scope);
  const lambda = named(
    new LambdaFunction(scope, 'Function', {
      functionName: name,
      description: `Copies the consoles of ${service} to CloudWatch`,
      role: role.arn,
      runtime: 'nodejs22.x',
      handler: 'index.handler',
      filename,
      sourceCodeHash: hash,
      memorySize: 256,
      // Before the next one begins, or two would write the same lines.
      timeout: Math.min(minutes * 60 - 5, 300),
      environment: { variables: { KILN_GROUPS: groupNames.join(','), KILN_LOG_GROUP: logGroup.name } },
      // Its failures beside what it copies: Lambda would make a group that is kept for ever, with three lines a minute.
      loggingConfig: {
        logFormat: 'JSON',
        systemLogLevel: 'WARN',
        applicationLogLevel: 'ERROR',
        logGroup: logGroup.name,
      },
      dependsOn: [policy],
    }),
  );
  // What fails is done by the next run; a second try at once would meet the same throttling.
  named(
    new LambdaFunctionEventInvokeConfig(scope, 'Retries', {
      functionName: lambda.functionName,
      maximumRetryAttempts: 0,
    }),
  );
  return lambda;
}

function makeSchedule(
  scope: Construct,
  { service }: LoggedService,
  lambda: LambdaFunction,
  minutes: number,
): void {
  const schedule = named(
    new CloudwatchEventRule(scope, 'Schedule', {
      name: awsName([service, 'console-log'], MAX_NAME),
      description: `When the consoles of ${service} are read`,
      scheduleExpression: minutes === 1 ? 'rate(1 minute)' : `rate(${minutes} minutes)`,
    }),
  );
  const permission = named(
    new LambdaPermission(scope, 'Permission', {
      functionName: lambda.functionName,
      action: 'lambda:InvokeFunction',
      principal: 'events.amazonaws.com',
      sourceArn: schedule.arn,
    }),
  );
  named(
    new CloudwatchEventTarget(scope, 'Target', {
      rule: schedule.name,
      arn: lambda.arn,
      dependsOn: [permission],
    }),
  );
}

/** Readable in a plan: aws_lambda_function.web_console-log. At once, for a reference to it fixes its id. */
function named<T extends TerraformElement>(resource: T): T {
  const { scopes } = resource.node;
  // Below the stack, without the construct of the log and the resource itself.
  const path = scopes.slice(scopes.indexOf(TerraformStack.of(resource)) + 1, -2).map(({ node }) => node.id);
  resource.overrideLogicalId(`${path.join('-')}_console-log`);
  return resource;
}

function refusal(message: string): KilnError {
  return new KilnError(message, { code: 'constructs.console-log' });
}
