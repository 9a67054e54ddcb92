import { join } from 'node:path';
import { App } from 'cdktf';
import {
  Duration,
  HealthCheck,
  RollingUpdatePolicy,
  Scaling,
  UnikernelImage,
  UnikernelService,
} from 'kiln-cdk';
import { AwsStack, ConsoleLog } from 'kiln-cdk/aws';

const { AWS_REGION = 'eu-central-1', LINUX_VERSION = '1', LINUX_ARCH = 'amd64' } = process.env;
/** A fault of the unikernel to try, such as `--never-healthy`; see ../hello-unikernel. */
const fault = process.env.LINUX_FAULT;
/** Built by `make` in ../linux-microvm; for arm64 by `make ARCH=arm64`, and then on Graviton. */
const build = join(__dirname, '../linux-microvm/build', LINUX_ARCH);

const app = new App();
const stack = new AwsStack(app, 'linux', {
  region: AWS_REGION,
  keep: 3,
  consoleLog: ConsoleLog.toCloudWatch({ retentionDays: 7 }),
});

const web = new UnikernelService(stack, 'web', {
  image: UnikernelImage.fromKernel(join(build, 'vmlinuz'), {
    initrd: join(build, 'initramfs.cpio'),
    bootArgs: ['--greeting=hello from AWS', `--version=${LINUX_VERSION}`, ...(fault ? [fault] : [])],
  }),
  instances: { min: 2, max: 4 },
  scaling: Scaling.onCpu(60),
  port: 8080,
  healthCheck: HealthCheck.http('/healthz', { bootDeadline: Duration.minutes(3) }),
  update: RollingUpdatePolicy.rolling({
    maxSurge: 1,
    maxUnavailable: 0,
    bakeTime: Duration.seconds(30),
    healthTimeout: Duration.minutes(3),
  }),
});
web.expose({ port: 80 });

app.synth();
