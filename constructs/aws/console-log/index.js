// The entry of an AWS Lambda function; Lambda's Node.js brings the two packages. See ../console-log.ts.
const { DescribeInstancesCommand, EC2Client, GetConsoleOutputCommand } = require('@aws-sdk/client-ec2');
const {
  CloudWatchLogsClient,
  CreateLogStreamCommand,
  GetLogEventsCommand,
  PutLogEventsCommand,
} = require('@aws-sdk/client-cloudwatch-logs');
const { shipConsoles } = require('./ship-consoles');

const ec2 = new EC2Client({});
const logs = new CloudWatchLogsClient({});

const aws = {
  describeInstances: (input) => ec2.send(new DescribeInstancesCommand(input)),
  getConsoleOutput: (input) => ec2.send(new GetConsoleOutputCommand(input)),
  createLogStream: (input) => logs.send(new CreateLogStreamCommand(input)),
  getLogEvents: (input) => logs.send(new GetLogEventsCommand(input)),
  putLogEvents: (input) => logs.send(new PutLogEventsCommand(input)),
};

/** What the streams already hold, by instance: kept while Lambda keeps the process, read again otherwise. */
const shipped = new Map();

exports.handler = () =>
  shipConsoles(aws, shipped, {
    groups: process.env.KILN_GROUPS.split(','),
    logGroup: process.env.KILN_LOG_GROUP,
    now: Date.now(),
  });
