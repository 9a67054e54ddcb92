/** Who may use the role: Lambda. */
export function assumeByLambda(): string {
  return policy([
    { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
  ]);
}

/**
 * What the function may do: read the consoles of its own groups' instances, and write to its own log group. DescribeInstances
 * knows no conditions.
 * @param logGroupArn may be a token
 */
export function readConsolesPolicy(groupNames: readonly string[], logGroupArn: string): string {
  return policy([
    { Effect: 'Allow', Action: 'ec2:DescribeInstances', Resource: '*' },
    {
      Effect: 'Allow',
      Action: 'ec2:GetConsoleOutput',
      Resource: '*',
      Condition: { StringEquals: { 'aws:ResourceTag/aws:autoscaling:groupName': groupNames } },
    },
    {
      Effect: 'Allow',
      Action: ['logs:CreateLogStream', 'logs:GetLogEvents', 'logs:PutLogEvents'],
      Resource: `${logGroupArn}:*`,
    },
  ]);
}

function policy(statements: readonly object[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: statements });
}
